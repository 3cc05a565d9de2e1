// The tape: which op made which value, and what its gradient still needs.
import { OptionError } from './errors.ts';
import type { Op } from './op.ts';
import { requireFunction } from './options.ts';
import type { Shape } from './shape.ts';
import { adopt, disown, type Holder, type Storage } from './storage.ts';
import type { Tensor } from './tensor.ts';

/** The identity under which a cotangent is collected: a leaf, or one output of a node. */
export interface Slot {
  readonly node: Node | null;
  /** Of a leaf: the first node that can have recorded it, where the tensor had been a constant before; else 0. */
  readonly since?: number;
}

let recording = true;
let nextId = 0;

/** The id that the next node will have. */
export function upcomingId(): number {
  return nextId;
}

export function isRecording(): boolean {
  return recording;
}

/** Runs `body` with recording switched on or off. */
export function withRecording<T>(on: boolean, body: () => T): T {
  const before = recording;
  recording = on;
  try {
    return body();
  } finally {
    recording = before;
  }
}

/**
 * Runs `body` without recording a gradient: evaluation, decoding, optimiser steps.
 *
 * @param body synchronous: what it does after an `await` would be recorded.
 * @returns what `body` returns; its tensors are constants to later gradients.
 * @throws OptionError when `body` returns a promise.
 */
export function untracked<T>(body: () => T): T {
  requireFunction('untracked', body);
  const result = withRecording(false, body);
  if (!(result instanceof Promise)) return result;
  throw new OptionError(
    'untracked: the function is asynchronous, but recording goes on when it returns; await outside of untracked.',
  );
}

/** One applied op. Holds only the values that its `vjp` reads, until the reverse sweep has used them. */
export class Node implements Holder {
  /** Grows with time, so descending ids are a topological order. */
  readonly id = nextId++;
  readonly op: Op;
  readonly attrs: unknown;
  readonly sources: readonly (Slot | null)[];
  readonly slots: readonly Slot[];
  readonly shapes: readonly Shape[];
  /** Inputs and outputs for `vjp`; those that it does not read have a shape and no data. */
  ins: (Tensor | null)[];
  outs: Tensor[];
  home: Holder['home'] = 'kept';
  consumed = false;

  constructor(op: Op, attrs: unknown, ins: readonly (Tensor | null)[], outs: readonly Tensor[]) {
    this.op = op;
    this.attrs = attrs;
    this.sources = ins.map((t) => t?.slot ?? null);
    this.slots = outs.map(() => ({ node: this }));
    this.shapes = outs.map((t) => t.shape);
    const reads = op.reads ?? op.inputs;
    const variadic = op.inputs.at(-1)?.endsWith('...') ? op.inputs.length - 1 : Number.POSITIVE_INFINITY;
    this.ins = ins.map((t, i) => t && (reads.includes(op.inputs[Math.min(i, variadic)]) ? t.handle() : t.hollow()));
    this.outs = outs.map((t, i) => (op.reads?.includes(op.outputs[i]) ? t.handle() : t.hollow()));
    adopt(this);
  }

  held(): Storage[] {
    return [...this.ins, ...this.outs].flatMap((t) => t?.held() ?? []);
  }

  release(): void {
    if (this.consumed) return;
    disown(this);
    this.consumed = true;
    for (const t of this.ins) t?.release();
    for (const t of this.outs) t.release();
  }
}
