// A recording that is run again: its buffers placed, its ops prepared by the device.

import { Captures } from './captures.ts';
import { filledOnce } from './constants.ts';
import type { BoundOp, DeviceBuffer, OpSequence } from './device.ts';
import { writtenInPlace } from './in-place.ts';
import { requireIds } from './inputs.ts';
import { placement } from './placement.ts';
import {
  keyOf,
  type Memory,
  type Operand,
  type RecordedOp,
  type Recording,
  type Returned,
  requireApart,
} from './recording.ts';
import { reportOf, type StepReport } from './step-report.ts';
import { adopt, Storage } from './storage.ts';
import { Tensor } from './tensor.ts';
import { type Workspace, workspaceOf } from './workspace.ts';

/** Memory of the recording itself. */
type Inner = Extract<Memory, { kind: 'made' | 'constant' }>;
const isInner = (memory: Memory): memory is Inner => memory.kind === 'made' || memory.kind === 'constant';

export class Replay {
  private readonly recording: Recording;
  private readonly ops: readonly RecordedOp[];
  private readonly returned: readonly Returned[];
  private readonly captures: Captures;
  private readonly workspace: Workspace;
  private readonly places: ReadonlyMap<number, Operand>;
  private readonly filled: readonly Storage[];
  /** Offset in the workspace of each made memory and, after them, of each op's scratch. */
  private readonly offsets: ReadonlyMap<number, number>;
  private readonly scratchOffsets: readonly number[];
  private readonly workspaceBytes: number;
  /** Memories that are returned, made or constant, each in storage of its own at every run. */
  private readonly outputs: ReadonlySet<Inner>;
  /** Tensors from outside, by their memory. */
  private readonly outside = new Map<Storage, Tensor[]>();
  /** Ops that touch each input and each output. */
  private readonly users = new Map<string, Set<number>>();
  private sequence: OpSequence | null = null;
  private version = -1;
  private inputs: readonly Tensor[] = [];
  private inputPlaces: { storage: Storage; offset: number }[] = [];
  private fresh = new Map<Inner, Storage>();
  private freshBuffers = new Map<Inner, DeviceBuffer>();

  constructor(recording: Recording) {
    this.recording = recording;
    this.returned = recording.returned.filter((leaf) => typeof leaf === 'object' && leaf !== null);
    this.captures = new Captures([...recording.captured.values()]);
    this.workspace = workspaceOf(recording.device);
    // The last one first: what a scope gave back last is handed out first, so that each lies where it was and nothing is bound anew.
    this.outputs = new Set(
      this.returned
        .map(({ operand }) => operand.memory)
        .reverse()
        .filter(isInner),
    );
    for (const { tensor, storage } of this.captures.all) {
      this.outside.set(storage, [...(this.outside.get(storage) ?? []), tensor]);
    }
    const { ops: left, places } = writtenInPlace(recording.ops, this.outputs);
    const { ops, filled } = filledOnce(recording.device, left, this.outputs, places);
    this.ops = ops;
    this.places = places;
    this.filled = filled;
    ops.forEach(({ ins, outs }, i) => {
      for (const operand of [...ins, ...outs]) if (operand) this.noteUser(operand, i);
    });
    const { made, scratch, bytes } = this.place();
    this.offsets = made;
    this.scratchOffsets = scratch;
    this.workspaceBytes = bytes;
  }

  private noteUser(operand: Operand, i: number): void {
    const key = keyOf(this.resolved(operand).memory);
    const users = this.users.get(key);
    if (users) users.add(i);
    else this.users.set(key, new Set([i]));
  }

  /** Where an operand really lies: values that are stored at once lie where they are stored. */
  private resolved(operand: Operand): Operand {
    const place = operand.memory.kind === 'made' ? this.places.get(operand.memory.made) : undefined;
    return place ? { ...operand, memory: place.memory, offset: place.offset + operand.offset } : operand;
  }

  private place(): { made: Map<number, number>; scratch: number[]; bytes: number } {
    const lives = new Map<number, { bytes: number; first: number; last: number }>();
    this.ops.forEach(({ ins, outs }, at) => {
      for (const operand of [...ins, ...outs]) {
        if (operand?.memory.kind !== 'made') continue;
        const { made, bytes } = operand.memory;
        if (this.outputs.has(operand.memory) || this.places.has(made)) continue;
        const life = lives.get(made);
        if (life) life.last = at;
        else lives.set(made, { bytes, first: at, last: at });
      }
    });
    const scratches = this.ops.map(({ runner }, at) => ({ bytes: runner.scratch, first: at, last: at }));
    const { offsets, bytes } = placement([...lives.values(), ...scratches]);
    const made = new Map([...lives.keys()].map((id, i) => [id, offsets[i]]));
    return { made, scratch: offsets.slice(lives.size), bytes };
  }

  /** Whether everything that was captured is still where and what it was. */
  holds(): boolean {
    return this.captures.hold();
  }

  run(inputs: readonly Tensor[]): Tensor[] {
    const { demands } = this.recording;
    for (const { memory, op, input, range } of demands) {
      if (memory.kind === 'input') requireIds(op.name, input, inputs[memory.input].requireMemory(), range);
      else if (memory.kind === 'captured') requireIds(op.name, input, memory.storage, range);
    }
    inputs.forEach((t, i) => {
      if (this.isKnown(t, i)) return;
      for (const outside of this.outside.get(t.requireMemory()) ?? []) requireApart(t, outside);
    });
    this.inputs = inputs;
    try {
      for (const memory of this.outputs) this.renew(memory);
      this.bind();
      this.workspace.poison();
      this.sequence!.run();
      return this.results();
    } catch (error) {
      for (const storage of this.fresh.values()) storage.release();
      throw error;
    } finally {
      this.inputs = [];
      this.fresh = new Map();
    }
  }

  /** Storage for what is returned, as nobody else's. */
  private renew(memory: Inner): void {
    const { device } = this.recording;
    const storage = new Storage(device, memory.kind === 'made' ? memory.bytes : memory.data.length);
    this.fresh.set(memory, storage);
    if (memory.kind === 'made') return;
    device.write(storage.buffer, new Int32Array(memory.data.buffer));
    storage.bounds = memory.storage.bounds;
  }

  /** Whether an input lies where it lay at the last run. */
  private isKnown(t: Tensor, i: number): boolean {
    const known = this.inputPlaces[i];
    return known !== undefined && t.isAt(known.storage, known.offset);
  }

  /** Whether it has run. */
  get isReady(): boolean {
    return this.sequence !== null;
  }

  /** Prepares the sequence, or gives those ops other buffers whose inputs or outputs lie elsewhere now. */
  private bind(): void {
    const { workspace, inputs } = this;
    workspace.require(this, this.workspaceBytes);
    const dirty = new Set<number>();
    inputs.forEach((t, i) => {
      if (this.isKnown(t, i)) return;
      this.inputPlaces[i] = { storage: t.requireMemory(), offset: t.offset };
      for (const op of this.users.get(`input ${i}`) ?? []) dirty.add(op);
    });
    for (const [memory, storage] of this.fresh) {
      if (memory.kind !== 'made' || this.freshBuffers.get(memory) === storage.buffer) continue;
      this.freshBuffers.set(memory, storage.buffer);
      for (const op of this.users.get(keyOf(memory)) ?? []) dirty.add(op);
    }
    if (this.sequence === null || this.version !== workspace.version) {
      this.sequence?.[Symbol.dispose]();
      this.sequence = null; // there may be no memory for another one
      this.sequence = this.recording.device.sequence(this.ops.map((_, i) => this.bound(i)));
      this.version = workspace.version;
      return;
    }
    for (const i of dirty) this.sequence.rebind(i, this.bound(i));
  }

  private bound(i: number): BoundOp {
    const { runner, ins, outs } = this.ops[i];
    const { device } = this.recording;
    const { buffer } = this.workspace;
    return {
      runner,
      ins: ins.map((operand) => operand && this.bufferOf(operand)),
      outs: outs.map((operand) => this.bufferOf(operand)),
      scratch: runner.scratch > 0 ? device.view(buffer, this.scratchOffsets[i], runner.scratch) : null,
    };
  }

  private bufferOf(operand: Operand): DeviceBuffer {
    const { memory, offset, bytes } = this.resolved(operand);
    const { device } = this.recording;
    if (memory.kind === 'input') {
      const t = this.inputs[memory.input];
      return partOf(device, t.requireMemory(), t.offset + offset, bytes);
    }
    if (memory.kind !== 'made') return partOf(device, memory.storage, offset, bytes);
    const fresh = this.fresh.get(memory);
    if (fresh) return partOf(device, fresh, offset, bytes);
    return device.view(this.workspace.buffer, this.offsets.get(memory.made)! + offset, bytes);
  }

  private results(): Tensor[] {
    const { device } = this.recording;
    const taken = new Set<Storage>();
    return this.returned.map(({ operand, dtype }) => {
      const { memory } = operand;
      const base = memory.kind === 'input' ? this.inputs[memory.input].offset : 0;
      const storage =
        memory.kind === 'input'
          ? this.inputs[memory.input].requireMemory()
          : isInner(memory)
            ? this.fresh.get(memory)!
            : memory.storage;
      // A fresh storage has one handle already.
      const owned = isInner(memory) && !taken.has(storage) ? storage : storage.retain();
      taken.add(storage);
      const t = new Tensor(owned, device, operand.shape, dtype, base + operand.offset);
      adopt(t);
      return t;
    });
  }

  inspect(): StepReport {
    return reportOf(this.ops, this.sequence?.inspect() ?? [], this.workspaceBytes);
  }

  [Symbol.dispose](): void {
    this.sequence?.[Symbol.dispose]();
    this.sequence = null;
    this.workspace.release(this);
    for (const storage of this.filled) storage.release();
    this.recording.release();
  }
}

function partOf(device: Recording['device'], storage: Storage, offset: number, bytes: number): DeviceBuffer {
  return offset === 0 && bytes === storage.bytes ? storage.buffer : device.view(storage.buffer, offset, bytes);
}
