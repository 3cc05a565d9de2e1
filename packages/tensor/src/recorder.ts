// Who listens while a step is recorded: told of everything that reaches a device.
import type { Runner } from './device.ts';
import { OptionError } from './errors.ts';
import type { Op } from './op.ts';
import type { Data } from './shape.ts';
import type { Storage } from './storage.ts';
import type { Tensor } from './tensor.ts';

export interface Recorder {
  /** Memory was allocated. */
  made(storage: Storage): void;
  /** Memory was filled by the host, before anything read it. */
  filled(t: Tensor, data: Data): void;
  /** A tensor is seen under another shape, or in part. */
  viewed(t: Tensor): void;
  launched(op: Op, runner: Runner, ins: readonly (Tensor | null)[], outs: readonly Tensor[], attrs: unknown): void;
  /** Runs a definition or a gradient: what it launches was asked for by `name`. */
  within<T>(name: string, body: () => T): T;
}

let active: Recorder | null = null;

/** Null where no step is being recorded. */
export function activeRecorder(): Recorder | null {
  return active;
}

export function withRecorder<T>(recorder: Recorder, body: () => T): T {
  const before = active;
  active = recorder;
  try {
    return body();
  } finally {
    active = before;
  }
}

/** What `body` launches was asked for by `name`. */
export function within<T>(name: string, body: () => T): T {
  return active ? active.within(name, body) : body();
}

/** @throws OptionError where a step is being recorded: what the host does there, replays leave out. @param next why, and what to do instead. */
export function requireOutsideStep(call: string, next: string): void {
  if (active) throw new OptionError(`compile: ${call} was called inside a step, ${next}`);
}

let tensors = 0;

/** The number of a new tensor. */
export function numberTensor(): number {
  return tensors++;
}

/** The number that the next tensor will have. */
export function upcomingTensor(): number {
  return tensors;
}

let changes = 0;

/** To be called when a tensor that a recording captured moves, is released or becomes a parameter. */
export function noteChange(): void {
  changes++;
}

/** How often that happened: until it grows, no recording has to look. */
export function changesOfCaptured(): number {
  return changes;
}
