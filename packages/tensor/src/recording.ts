// A step as it was recorded: ops in order, over memory that is an input, captured, a host constant or made inside.
import type { Device, Runner } from './device.ts';
import { DeviceError, OptionError } from './errors.ts';
import { type IdRange, type Op, rangeOf } from './op.ts';
import { shown } from './options.ts';
import type { Recorder } from './recorder.ts';
import { bytesPer, type Data, type Shape, sameShape, shapesOf } from './shape.ts';
import type { Storage } from './storage.ts';
import type { Tensor } from './tensor.ts';

/** Memory that a step touches. */
export type Memory =
  /** An input, by its number. */
  | { readonly kind: 'input'; readonly input: number }
  /** From outside; `tensors` are those through which it was reached. */
  | { readonly kind: 'captured'; readonly storage: Storage }
  /** Filled by the host inside; kept as it is. */
  | { readonly kind: 'constant'; readonly storage: Storage; readonly data: Uint8Array }
  /** Made inside, in this order of first use. */
  | { readonly kind: 'made'; readonly made: number; readonly bytes: number };

/** A part of a memory as an op sees it. */
export interface Operand {
  readonly memory: Memory;
  /** From the beginning of the memory (of an input: from the beginning of the tensor), in bytes. */
  readonly offset: number;
  readonly bytes: number;
  readonly shape: Shape;
}

/** An op of a step. */
export interface RecordedOp {
  readonly op: Op;
  readonly attrs: unknown;
  readonly runner: Runner;
  readonly ins: readonly (Operand | null)[];
  readonly outs: readonly Operand[];
  /** Ops whose definition or gradient asked for it, outermost first. */
  readonly by: readonly string[];
}

/** A tensor from outside, and what must still be so for the recording to hold. */
export interface Captured {
  readonly tensor: Tensor;
  readonly storage: Storage;
  readonly offset: number;
  readonly tracked: boolean;
}

/** What an op asks of the ids in a memory from outside. */
export interface IdDemand {
  readonly memory: Memory;
  readonly op: Op;
  readonly input: string;
  readonly range: IdRange;
}

/** Listens to one run of a step. */
export class Recording implements Recorder {
  readonly device: Device;
  inputs: readonly Tensor[];
  readonly ops: RecordedOp[] = [];
  readonly captured = new Map<Tensor, Captured>();
  readonly demands: IdDemand[] = [];
  private readonly memories = new Map<Storage, Memory>();
  private readonly inside = new Set<Storage>();
  private readonly filledInside = new Map<Storage, Uint8Array>();
  private readonly since: number;
  private readonly path: string[] = [];
  private count = 0;

  /** @param since tensors with this number or a higher one are made inside. */
  constructor(device: Device, inputs: readonly Tensor[], since: number) {
    this.device = device;
    this.inputs = inputs;
    this.since = since;
  }

  made(storage: Storage): void {
    this.inside.add(storage);
  }

  filled(t: Tensor, data: Data): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.filledInside.set(t.requireMemory().retain(), bytes.slice());
  }

  viewed(t: Tensor): void {
    const storage = t.requireMemory();
    if (t.born >= this.since || this.inside.has(storage) || this.captured.has(t) || this.inputs.includes(t)) return;
    this.captured.set(t, { tensor: t, storage, offset: t.offset, tracked: t.slot !== undefined });
  }

  launched(op: Op, runner: Runner, ins: readonly (Tensor | null)[], outs: readonly Tensor[], attrs: unknown): void {
    const { device } = outs[0];
    if (device !== this.device) {
      throw new DeviceError(
        `compile: ${op.name} ran on ${device.name} inside a step of ${this.device.name}; keep a step on one device.`,
      );
    }
    const sources = ins.map((t) => t && this.operandOf(t));
    const targets = outs.map((t) => this.operandOf(t));
    for (const target of targets) {
      if (target.memory.kind !== 'constant') continue;
      throw new OptionError(
        `compile: ${op.name} writes into a tensor [${target.shape}] that was made of host values inside the step; make it with zeros or full, or outside.`,
      );
    }
    this.ops.push({ op, attrs, runner, ins: sources, outs: targets, by: [...this.path] });
    for (const input of Object.keys(op.ids ?? {})) {
      const source = sources[op.inputs.indexOf(input)];
      const outside = source && source.memory.kind !== 'made' && source.memory.kind !== 'constant';
      if (outside) {
        this.demands.push({ memory: source.memory, op, input, range: rangeOf(op, input, shapesOf(ins), attrs) });
      }
    }
  }

  within<T>(name: string, body: () => T): T {
    this.path.push(name);
    try {
      return body();
    } finally {
      this.path.pop();
    }
  }

  /** The part of a memory that a tensor is. */
  operandOf(t: Tensor): Operand {
    const storage = t.requireMemory();
    const bytes = t.size * bytesPer[t.dtype];
    const input = this.inputs.findIndex(
      (given) =>
        given.requireMemory() === storage &&
        given.offset <= t.offset &&
        t.offset + bytes <= given.offset + given.size * bytesPer[given.dtype],
    );
    if (input !== -1) {
      const offset = t.offset - this.inputs[input].offset;
      return { memory: { kind: 'input', input }, offset, bytes, shape: t.shape };
    }
    this.viewed(t);
    return { memory: this.memoryOf(storage), offset: t.offset, bytes, shape: t.shape };
  }

  /** The run is over: its inputs are forgotten. */
  close(): this {
    this.inputs = [];
    return this;
  }

  /** Lets go of the host constants. */
  release(): void {
    for (const storage of this.filledInside.keys()) storage.release();
    this.filledInside.clear();
  }

  private memoryOf(storage: Storage): Memory {
    const known = this.memories.get(storage);
    if (known) return known;
    const data = this.filledInside.get(storage);
    const memory: Memory = data
      ? { kind: 'constant', storage, data }
      : this.inside.has(storage)
        ? { kind: 'made', made: this.count++, bytes: storage.bytes }
        : { kind: 'captured', storage };
    this.memories.set(storage, memory);
    return memory;
  }
}

/** Refuses a second run that is not the first one again. @throws OptionError naming the op. */
export function requireSame(first: Recording, second: Recording): void {
  const count = Math.max(first.ops.length, second.ops.length);
  for (let i = 0; i < count; i++) {
    const a = first.ops[i];
    const b = second.ops[i];
    if (!a || !b || a.op.name !== b.op.name) {
      throw changed(`op ${i} is ${b?.op.name ?? 'absent'} where it was ${a?.op.name ?? 'absent'}`);
    }
    requireSameOp(a, b);
  }
}

function requireSameOp(a: RecordedOp, b: RecordedOp): void {
  const { name, inputs } = a.op;
  const other = difference(a.attrs, b.attrs, 'attributes');
  if (other) throw changed(`${name} has ${other.at} ${shown(other.now)} where it had ${shown(other.before)}`);
  const operands = (op: RecordedOp) => [...op.ins, ...op.outs];
  const others = operands(b);
  operands(a).forEach((before, i) => {
    const now = others[i];
    const what = `${name} (${inputs[Math.min(i, inputs.length - 1)] ?? 'output'})`;
    if (before === null || now === null || now === undefined) {
      if (before !== now) throw changed(`${what} is ${now ? 'there' : 'absent'}, which it was not before`);
      return;
    }
    if (!sameShape(before.shape, now.shape)) throw changed(`${what} is [${now.shape}] where it was [${before.shape}]`);
    if (!sameMemory(before, now)) throw changed(`${what} [${now.shape}] ${differenceOf(before.memory, now.memory)}`);
  });
}

function changed(fact: string): OptionError {
  return new OptionError(
    `compile: in the second run ${fact}; what changes from run to run must be an input: hand it in as a tensor.`,
  );
}

function sameMemory(a: Operand, b: Operand): boolean {
  if (a.offset !== b.offset || a.bytes !== b.bytes) return false;
  const [x, y] = [a.memory, b.memory];
  if (x.kind === 'input') return y.kind === 'input' && x.input === y.input;
  if (x.kind === 'captured') return y.kind === 'captured' && x.storage === y.storage;
  if (x.kind === 'made') return y.kind === 'made' && x.made === y.made && x.bytes === y.bytes;
  return y.kind === 'constant' && x.data.length === y.data.length && x.data.every((byte, i) => byte === y.data[i]);
}

function differenceOf(a: Memory, b: Memory): string {
  if (a.kind === 'constant' && b.kind === 'constant') return 'holds other host values than in the first';
  return 'is another tensor than in the first';
}

/** The first place where two values are not the same: the path of names to it, and both sides. */
function difference(before: unknown, now: unknown, at: string): { at: string; before: unknown; now: unknown } | null {
  if (typeof before !== 'object' || typeof now !== 'object' || before === null || now === null) {
    return Object.is(before, now) ? null : { at, before, now };
  }
  const [x, y] = [before as Record<string, unknown>, now as Record<string, unknown>];
  for (const name of new Set([...Object.keys(x), ...Object.keys(y)])) {
    const found = difference(x[name], y[name], at === 'attributes' ? name : `${at}.${name}`);
    if (found) return found;
  }
  return null;
}
