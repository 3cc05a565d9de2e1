// compile: a step that is recorded once and replayed without the host's work per op.
import { ownHandle } from './apply.ts';
import { requireSame } from './comparison.ts';
import { type Device, nameBeside } from './device.ts';
import { DeviceError, OptionError } from './errors.ts';
import { requireDevice } from './inputs.ts';
import { type Leaf, leavesOf, mapTensors, withTensors } from './leaves.ts';
import { requireFunction } from './options.ts';
import { activeRecorder, upcomingTensor, withRecorder } from './recorder.ts';
import { Recording } from './recording.ts';
import { Replay } from './replay.ts';
import { scope } from './scope.ts';
import { bytesPer, type DType, type Shape, sameShape } from './shape.ts';
import type { StepReport } from './step-report.ts';
import type { Storage } from './storage.ts';
import { Tensor } from './tensor.ts';

/** Recordings of one step that are kept: the least recently used goes. */
const MOST = 8;

const RETURNS = 'compile: what the step returns';

/** A step that replays. */
export interface Compiled<I extends readonly unknown[], R> {
  (...inputs: I): R;
  /** What the last recording runs, one line per op. @throws OptionError before the third call, which is the first to replay. */
  inspect(): StepReport;
  /** Gives back what its recordings hold. Of a step that is forgotten it is given back late. */
  [Symbol.dispose](): void;
}

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
  /** The result as the step returned it, with hollow tensors. */
  result: unknown;
}

/**
 * Records what `step` launches and replays it: the first call runs it and takes notes, the second runs it again and compares, from
 * the third on its launches are run without it. The bits are the same.
 *
 * Tensors in the inputs may be others at each call; what else they hold, and the shapes, select the recording. Tensors from outside are
 * used where they are, so ops that write in place (`assign`, `adamw`) keep state; none of them may be an input as well. After `model.to`,
 * `dispose` or a `parameter` that is no longer one the step is recorded anew. Inside, no value can be read, and `tensor(values)` is a constant.
 *
 * @param device the one on which everything in the step runs.
 * @param step synchronous; returns tensors, alone or in lists and plain objects. They are constants to later gradients. It is not
 * called when it is replayed, so it must have no other effect.
 * @throws OptionError when a second run is not the first one again, naming the op, and for an input that the step uses from outside
 * too; DeviceError for an op on another device.
 * @example
 * const total = compile(cpu(), (x: Tensor) => x.mul(2).sum());
 * await total(ones([3])).item() // => 6
 */
export function compile<I extends readonly unknown[], R>(device: Device, step: (...inputs: I) => R): Compiled<I, R> {
  requireDevice('compile', device);
  requireFunction('compile', step);
  const entries: Entry[] = []; // most recently used first
  const call = (...inputs: I): R => {
    const leaves = leavesOf('compile: the inputs', inputs);
    const tensors = leaves.filter((leaf) => leaf instanceof Tensor);
    for (const t of tensors) requireOn(device, t);
    if (device.eager || activeRecorder()) return scope(() => constants(step(...inputs)));
    const entry = entryOf(entries, leaves, tensors);
    if (entry.replay && !entry.replay.holds()) forget(entry);
    if (entry.replay) return withTensors(entry.result, entry.replay.run(tensors)) as R;
    try {
      return record(device, entry, tensors, (given) => step(...(withTensors(inputs, given) as I)));
    } catch (error) {
      forget(entry);
      throw error;
    }
  };
  const compiled = Object.assign(call, {
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
  forgotten.register(compiled, entries);
  return compiled;
}

/** Steps that nobody can call any more, and nobody disposed of. Entries do not lead to the step, so that it can be collected. */
const forgotten = /* @__PURE__ */ new FinalizationRegistry<readonly Entry[]>((entries) => {
  try {
    for (const entry of entries) forget(entry);
  } catch {
    // No memory for a smaller workspace. A finalizer has no one to tell.
  }
});

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

function record<R>(device: Device, entry: Entry, tensors: readonly Tensor[], step: (given: readonly Tensor[]) => R): R {
  const recording = new Recording(device, upcomingTensor());
  try {
    const result = scope(() => {
      // Handles of its own, to tell an input from the same tensor used from outside.
      recording.inputs = tensors.map(ownHandle);
      const result = constants(withRecorder(recording, () => step(recording.inputs)));
      recording.close(leavesOf(RETURNS, result));
      return result;
    });
    if (entry.first === null) {
      entry.first = recording;
      return result;
    }
    requireSame(entry.first, recording);
    entry.first.release();
    entry.first = null;
    entry.replay = new Replay(recording);
    entry.result = mapTensors(result, (t) => t.hollow());
    return result;
  } catch (error) {
    recording.release();
    throw error;
  }
}

function requireOn(device: Device, t: Tensor): void {
  if (t.device === device) return;
  throw new DeviceError(
    `compile: an input [${t.shape}] is on ${t.device.name} but the step on ${nameBeside(t.device, device)}; move it with to(device).`,
  );
}

/** What a step returned, without its tape. @throws OptionError for a promise, and for what cannot be returned again. */
function constants<R>(result: R): R {
  if (result instanceof Promise) {
    result.catch(() => {}); // said here and now
    throw new OptionError(
      'compile: the step is asynchronous, but it is recorded when it returns; await outside of it.',
    );
  }
  leavesOf(RETURNS, result);
  return mapTensors(result, (t) => t.alias(t.shape)) as R;
}
