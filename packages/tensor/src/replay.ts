// A recording that is run again: its buffers placed, its ops prepared by the device.
import type { BoundOp, DeviceBuffer, OpSequence } from './device.ts';
import { writtenInPlace } from './in-place.ts';
import { requireIds } from './inputs.ts';
import { placement } from './placement.ts';
import type { Captured, Memory, Operand, RecordedOp, Recording } from './recording.ts';
import type { DType } from './shape.ts';
import type { StepReport } from './step-report.ts';
import { adopt, Storage } from './storage.ts';
import { Tensor } from './tensor.ts';
import { type Workspace, workspaceOf } from './workspace.ts';

/** A tensor that a step returns. */
export interface Returned {
  readonly operand: Operand;
  readonly dtype: DType;
}

export class Replay {
  private readonly recording: Recording;
  private readonly ops: readonly RecordedOp[];
  private readonly returned: readonly Returned[];
  private readonly captured: readonly Captured[];
  private readonly workspace: Workspace;
  private readonly places: ReadonlyMap<number, Operand>;
  /** Offset in the workspace of each made memory and, after them, of each op's scratch. */
  private readonly offsets: ReadonlyMap<number, number>;
  private readonly scratchOffsets: readonly number[];
  private readonly workspaceBytes: number;
  /** Made memories that are returned, each in storage of its own. */
  private readonly outputs: ReadonlyMap<number, number>;
  /** Ops that touch each input and each output. */
  private readonly users = new Map<string, Set<number>>();
  private sequence: OpSequence | null = null;
  private version = -1;
  private inputs: readonly Tensor[] = [];
  private inputPlaces: { storage: Storage; offset: number }[] = [];
  private fresh: Map<number, Storage> = new Map();
  private freshBuffers = new Map<number, DeviceBuffer>();

  constructor(recording: Recording, returned: readonly Returned[]) {
    this.recording = recording;
    this.returned = returned;
    this.captured = [...recording.captured.values()];
    this.workspace = workspaceOf(recording.device);
    const outputs = new Map<number, number>();
    for (const { operand } of returned) {
      if (operand.memory.kind === 'made') outputs.set(operand.memory.made, operand.memory.bytes);
    }
    this.outputs = outputs;
    const { ops, places } = writtenInPlace(recording.ops, new Set(outputs.keys()));
    this.ops = ops;
    this.places = places;
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
        if (this.outputs.has(made) || this.places.has(made)) continue;
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
    return this.captured.every(
      ({ tensor, storage, offset, tracked }) => tensor.isAt(storage, offset) && (tensor.slot !== undefined) === tracked,
    );
  }

  run(inputs: readonly Tensor[]): Tensor[] {
    const { device, demands } = this.recording;
    for (const { memory, op, input, range } of demands) {
      if (memory.kind === 'input') requireIds(op.name, input, inputs[memory.input].requireMemory(), range);
      else if (memory.kind === 'captured') requireIds(op.name, input, memory.storage, range);
    }
    this.inputs = inputs;
    try {
      // The last one first: what a scope gave back last is handed out first, so that each lies where it was and nothing is bound anew.
      for (const [made, bytes] of [...this.outputs].reverse()) this.fresh.set(made, new Storage(device, bytes));
      this.bind();
      this.poison();
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
      const known = this.inputPlaces[i];
      const storage = t.requireMemory();
      if (known?.storage === storage && known.offset === t.offset) return;
      this.inputPlaces[i] = { storage, offset: t.offset };
      for (const op of this.users.get(`input ${i}`) ?? []) dirty.add(op);
    });
    for (const [made, storage] of this.fresh) {
      if (this.freshBuffers.get(made) === storage.buffer) continue;
      this.freshBuffers.set(made, storage.buffer);
      for (const op of this.users.get(`made ${made}`) ?? []) dirty.add(op);
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
    const fresh = this.fresh.get(memory.made);
    if (fresh) return partOf(device, fresh, offset, bytes);
    return device.view(this.workspace.buffer, this.offsets.get(memory.made)! + offset, bytes);
  }

  /** On a device that poisons fresh memory, what a replay has not written yet is NaN too. */
  private poison(): void {
    const { device } = this.recording;
    if (!device.poison || this.workspace.bytes === 0) return;
    device.write(this.workspace.buffer, new Int32Array(this.workspace.bytes / 4).fill(-1));
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
          : memory.kind === 'made'
            ? this.fresh.get(memory.made)!
            : memory.storage;
      // A fresh storage has one handle already.
      const owned = memory.kind === 'made' && !taken.has(storage) ? storage : storage.retain();
      taken.add(storage);
      const t = new Tensor(owned, device, operand.shape, dtype, base + operand.offset);
      adopt(t);
      return t;
    });
  }

  inspect(): StepReport {
    const launches = this.sequence?.inspect() ?? [];
    const ops = this.ops.map(({ op, by, ins, outs, runner }, i) => ({
      op: op.name,
      by,
      launches: launches[i],
      bytes: [...ins, ...outs].reduce((sum, operand) => sum + (operand?.bytes ?? 0), 0),
      scratch: runner.scratch,
    }));
    const count = ops.reduce((sum, { launches }) => sum + launches.length, 0);
    return { ops, launches: count, workspaceBytes: this.workspaceBytes };
  }

  [Symbol.dispose](): void {
    this.sequence?.[Symbol.dispose]();
    this.sequence = null;
    this.workspace.release(this);
    this.recording.release();
  }
}

function keyOf(memory: Memory): string {
  if (memory.kind === 'input') return `input ${memory.input}`;
  return memory.kind === 'made' ? `made ${memory.made}` : 'outside';
}

function partOf(device: Recording['device'], storage: Storage, offset: number, bytes: number): DeviceBuffer {
  return offset === 0 && bytes === storage.bytes ? storage.buffer : device.view(storage.buffer, offset, bytes);
}
