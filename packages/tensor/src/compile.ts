// compile: a step that is recorded once and replayed without the host's work per op.
import type { Device } from './device.ts';
import { DeviceError, OptionError } from './errors.ts';
import { requireDevice } from './inputs.ts';
import { requireFunction, shown } from './options.ts';
import { activeRecorder, withRecorder } from './recorder.ts';
import { Recording, requireSame } from './recording.ts';
import { Replay, type Returned } from './replay.ts';
import { scope } from './scope.ts';
import { bytesPer, type DType, type Shape, sameShape } from './shape.ts';
import type { StepReport } from './step-report.ts';
import type { Storage } from './storage.ts';
import { Tensor, upcomingTensor } from './tensor.ts';

/** Recordings of one step that are kept: the least recently used goes. */
const MOST = 8;

/** A step that replays. */
export interface Compiled<I extends readonly unknown[], R> {
  (...inputs: I): R;
  /** What the last recording runs, one line per op. @throws OptionError before the third call, which is the first to replay. */
  inspect(): StepReport;
  /** Gives back what its recordings hold. */
  [Symbol.dispose](): void;
}

/** A value taken apart: tensors, and everything else as it was found. */
type Leaf = Tensor | string | number | boolean | null | undefined;

/** What is remembered of a tensor. */
interface Kind {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly tracked: boolean;
}
type Stored = Exclude<Leaf, Tensor> | Kind;

interface Entry {
  readonly leaves: readonly Stored[];
  /** By tensor of the leaves: the first one that is the same memory. */
  readonly aliases: readonly number[];
  first: Recording | null;
  replay: Replay | null;
  /** Puts tensors into a result as the step returned it. */
  result: ((tensors: readonly Tensor[]) => unknown) | null;
}

/**
 * Records what `step` launches and replays it: the first call runs it and takes notes, the second runs it again and compares, from
 * the third on its launches are run without it. The bits are the same.
 *
 * Tensors in the inputs may be others at each call; what else they hold, and the shapes, select the recording. Tensors from outside are
 * used where they are, so ops that write in place (`assign`, `adamw`) keep state; after `model.to`, `dispose` or a `parameter` that is no
 * longer one the step is recorded anew. Inside, no value can be read, and `tensor(values)` is a constant.
 *
 * @param device the one on which everything in the step runs.
 * @param step synchronous; returns tensors, alone or in lists and plain objects. They are constants to later gradients. It is not
 * called when it is replayed, so it must have no other effect.
 * @throws OptionError when a second run is not the first one again, naming the op; DeviceError for an op on another device.
 * @example
 * const total = compile(cpu(), (x: Tensor) => x.mul(2).sum());
 * await total(ones([3])).item() // => 6
 */
export function compile<I extends readonly unknown[], R>(device: Device, step: (...inputs: I) => R): Compiled<I, R> {
  requireDevice('compile', device);
  requireFunction('compile', step);
  const entries: Entry[] = []; // most recently used first
  const call = (...inputs: I): R => {
    if (activeRecorder()) return step(...inputs);
    if (device.eager) return scope(() => constants(step(...inputs)));
    const leaves = leavesOf('compile: the inputs', inputs);
    const tensors = leaves.filter((leaf) => leaf instanceof Tensor);
    for (const t of tensors) requireOn(device, t);
    const entry = entryOf(entries, leaves, tensors);
    if (entry.replay && !entry.replay.holds()) forget(entry);
    if (entry.replay) return entry.result!(entry.replay.run(tensors)) as R;
    try {
      return record(device, entry, tensors, () => step(...inputs));
    } catch (error) {
      forget(entry);
      throw error;
    }
  };
  return Object.assign(call, {
    inspect: () => {
      const replay = entries[0]?.replay;
      if (replay?.isReady) return replay.inspect();
      throw new OptionError(
        device.eager
          ? `compile: ${device.label} was made with eager: true and records nothing; inspect() a step of a device without.`
          : 'compile: the step was not replayed yet; it is at the third call with inputs of the same shapes, numbers and strings.',
      );
    },
    [Symbol.dispose]: () => {
      for (const entry of entries) forget(entry);
      entries.length = 0;
    },
  });
}

function forget(entry: Entry): void {
  entry.first?.release();
  entry.replay?.[Symbol.dispose]();
  entry.first = null;
  entry.replay = null;
}

/** The recording for such inputs, in front of all others. */
function entryOf(entries: Entry[], leaves: readonly Leaf[], tensors: readonly Tensor[]): Entry {
  const aliases = aliasesOf(tensors);
  const at = entries.findIndex((entry) => matches(entry, leaves, aliases));
  const entry =
    at === -1 ? { leaves: leaves.map(stored), aliases, first: null, replay: null, result: null } : entries[at];
  if (at === 0) return entry;
  if (at > 0) entries.splice(at, 1);
  entries.unshift(entry);
  if (entries.length > MOST) forget(entries.pop()!);
  return entry;
}

const isKind = (leaf: Stored): leaf is Kind => typeof leaf === 'object' && leaf !== null;

function stored(leaf: Leaf): Stored {
  if (!(leaf instanceof Tensor)) return leaf;
  return { shape: leaf.shape, dtype: leaf.dtype, tracked: leaf.slot !== undefined };
}

function matches(entry: Entry, leaves: readonly Leaf[], aliases: readonly number[]): boolean {
  if (entry.leaves.length !== leaves.length) return false;
  for (let i = 0; i < leaves.length; i++) {
    const [a, b] = [entry.leaves[i], leaves[i]];
    if (!(b instanceof Tensor && isKind(a))) {
      if (!Object.is(a, b)) return false;
    } else if (a.dtype !== b.dtype || !sameShape(a.shape, b.shape) || a.tracked !== (b.slot !== undefined))
      return false;
  }
  return entry.aliases.every((alias, i) => alias === aliases[i]);
}

/** By tensor: the first one that is the same memory. @throws OptionError for two that share a part of their memory. */
function aliasesOf(tensors: readonly Tensor[]): number[] {
  const there = new Map<Storage, number[]>();
  return tensors.map((t, i) => {
    const storage = t.requireMemory();
    const before = there.get(storage) ?? [];
    for (const j of before) {
      const other = tensors[j];
      if (t.offset === other.offset && t.size === other.size) return j;
      if (endOf(t) <= other.offset || endOf(other) <= t.offset) continue;
      throw new OptionError(
        `compile: inputs [${other.shape}] and [${t.shape}] share a part of their memory; hand in one of them, or a copy.`,
      );
    }
    there.set(storage, [...before, i]);
    return i;
  });
}

const endOf = (t: Tensor): number => t.offset + t.size * bytesPer[t.dtype];

function record<R>(device: Device, entry: Entry, tensors: readonly Tensor[], step: () => R): R {
  const recording = new Recording(device, tensors, upcomingTensor());
  let returned: Returned[] = [];
  try {
    const result = scope(() => {
      const result = constants(withRecorder(recording, step));
      returned = tensorsOf(result).map((t) => ({ operand: recording.operandOf(t), dtype: t.dtype }));
      return result;
    });
    recording.close();
    if (entry.first === null) {
      entry.first = recording;
      return result;
    }
    requireSame(entry.first, recording);
    entry.first.release();
    entry.first = null;
    entry.replay = new Replay(recording, returned);
    const template = mapTensors(result, (t) => t.hollow());
    entry.result = (fresh) => withTensors(template, fresh);
    return result;
  } catch (error) {
    recording.release();
    throw error;
  }
}

function requireOn(device: Device, t: Tensor): void {
  if (t.device === device) return;
  throw new DeviceError(
    `compile: an input [${t.shape}] is on ${t.device.name} but the step on ${device.name}; move it with to(device).`,
  );
}

/** A value as a list of leaves, with marks for its structure. @throws OptionError for what is neither plain nor a tensor. */
function leavesOf(where: string, value: unknown): Leaf[] {
  const leaves: Leaf[] = [];
  const visit = (part: unknown): void => {
    if (part instanceof Tensor || part === null || part === undefined) leaves.push(part);
    else if (Array.isArray(part)) {
      leaves.push(`[${part.length}`);
      for (const each of part) visit(each);
    } else if (isPlain(part)) {
      for (const name of Object.keys(part)) {
        leaves.push(`.${name}`);
        visit(part[name]);
      }
      leaves.push('}');
    } else if (typeof part === 'number' || typeof part === 'string' || typeof part === 'boolean') leaves.push(part);
    else {
      const what = ArrayBuffer.isView(part) ? `a ${part.constructor.name}` : shown(part);
      throw new OptionError(`${where} hold ${what}; give tensors, numbers and strings, in lists and objects.`);
    }
  };
  visit(value);
  return leaves;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

const tensorsOf = (value: unknown): Tensor[] =>
  leavesOf('compile: what the step returns', value).filter((leaf) => leaf instanceof Tensor);

/** The same value with each tensor replaced by `replace(tensor)`. */
function mapTensors(value: unknown, replace: (t: Tensor) => Tensor): unknown {
  if (value instanceof Tensor) return replace(value);
  if (Array.isArray(value)) return value.map((part) => mapTensors(part, replace));
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, mapTensors(part, replace)]));
}

function withTensors(value: unknown, tensors: readonly Tensor[]): unknown {
  let next = 0;
  return mapTensors(value, () => tensors[next++]);
}

/** What a step returned, without its tape. @throws OptionError for a promise, and for what cannot be returned again. */
function constants<R>(result: R): R {
  if (result instanceof Promise) {
    throw new OptionError(
      'compile: the step is asynchronous, but it is recorded when it returns; await outside of it.',
    );
  }
  leavesOf('compile: what the step returns', result);
  return mapTensors(result, (t) => t.alias(t.shape)) as R;
}
