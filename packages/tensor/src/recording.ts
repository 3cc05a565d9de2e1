// A step as it was recorded: ops in order, over memory that is an input, captured, a host constant or made inside.
import type { Captured } from './captures.ts';
import { type Device, nameBeside, type Runner } from './device.ts';
import { DeviceError, OptionError } from './errors.ts';
import type { Leaf } from './leaves.ts';
import { type IdRange, type Op, rangeOf } from './op.ts';
import type { Recorder } from './recorder.ts';
import { bytesPer, type Data, type DType, type Shape, shapesOf } from './shape.ts';
import { Storage } from './storage.ts';
import { Tensor } from './tensor.ts';

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

/** By which ops are found that touch a memory. */
export function keyOf(memory: Memory): string {
  if (memory.kind === 'input') return `input ${memory.input}`;
  return memory.kind === 'made' ? `made ${memory.made}` : 'outside';
}

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

/** A tensor that a step returns. */
export interface Returned {
  readonly operand: Operand;
  readonly dtype: DType;
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
  inputs: readonly Tensor[] = [];
  readonly ops: RecordedOp[] = [];
  readonly captured = new Map<Tensor, Captured>();
  readonly demands: IdDemand[] = [];
  /** What the step returned, taken apart. */
  returned: readonly (Returned | Exclude<Leaf, Tensor>)[] = [];
  private readonly memories = new Map<Storage, Memory>();
  private readonly inside = new Set<Storage>();
  private readonly filledInside = new Map<Storage, { storage: Storage; data: Uint8Array }>();
  private readonly since: number;
  private readonly path: string[] = [];
  private count = 0;

  /** @param since tensors with this number or a higher one are made inside. */
  constructor(device: Device, since: number) {
    this.device = device;
    this.since = since;
  }

  made(storage: Storage): void {
    this.inside.add(storage);
  }

  filled(t: Tensor, data: Data): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    // A copy: where the step returns t, others may write there.
    const storage = new Storage(t.device, bytes.length);
    this.filledInside.set(t.requireMemory(), { storage, data: bytes.slice() });
    t.device.write(storage.buffer, data);
    storage.bounds = t.requireMemory().bounds;
  }

  viewed(t: Tensor): void {
    const storage = t.requireMemory();
    if (t.born >= this.since || this.inside.has(storage) || this.captured.has(t)) return;
    for (const input of this.inputs) requireApart(input, t);
    this.captured.set(t, { tensor: t, storage, offset: t.offset, tracked: t.slot !== undefined });
    t.captured = true;
  }

  launched(op: Op, runner: Runner, ins: readonly (Tensor | null)[], outs: readonly Tensor[], attrs: unknown): void {
    const { device } = outs[0];
    if (device !== this.device) {
      throw new DeviceError(
        `compile: ${op.name} ran on ${device.name} inside a step of ${nameBeside(device, this.device)}; keep a step on one device.`,
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
    this.viewed(t);
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
    return { memory: this.memoryOf(storage), offset: t.offset, bytes, shape: t.shape };
  }

  /** The run is over: what it returned is noted, and its inputs are forgotten. */
  close(leaves: readonly Leaf[]): void {
    this.returned = leaves.map((leaf) =>
      leaf instanceof Tensor ? { operand: this.operandOf(leaf), dtype: leaf.dtype } : leaf,
    );
    this.inputs = [];
  }

  /** Lets go of the host constants. */
  release(): void {
    for (const { storage } of this.filledInside.values()) storage.release();
    this.filledInside.clear();
  }

  private memoryOf(storage: Storage): Memory {
    const known = this.memories.get(storage);
    if (known) return known;
    const filled = this.filledInside.get(storage);
    const memory: Memory = filled
      ? { kind: 'constant', ...filled }
      : this.inside.has(storage)
        ? { kind: 'made', made: this.count++, bytes: storage.bytes }
        : { kind: 'captured', storage };
    this.memories.set(storage, memory);
    return memory;
  }
}

/** @throws OptionError for an input that shares memory with a tensor that the step uses from outside: which is meant cannot be told. */
export function requireApart(input: Tensor, outside: Tensor): void {
  if (input.requireMemory() !== outside.requireMemory()) return;
  const endOf = (t: Tensor) => t.offset + t.size * bytesPer[t.dtype];
  if (endOf(input) <= outside.offset || endOf(outside) <= input.offset) return;
  throw new OptionError(
    `compile: the input [${input.shape}] shares its memory with a tensor [${outside.shape}] that the step uses from outside; hand that in as well, or a copy.`,
  );
}
