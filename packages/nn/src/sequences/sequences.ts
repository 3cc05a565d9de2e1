// Where the sequences of a batch lie, and where each of them stands: what layers are told beside their input and their state.
// B batch, T time, n sequences, D head size.
import {
  checkRanges,
  type Device,
  hostArray,
  keep,
  knownOnly,
  OptionError,
  type RangeList,
  release,
  scope,
  shown,
  type Tensor,
  tensor,
  whole,
  write,
  zeros,
} from '@twilljs/tensor';
import type { Rotary, Sequences, State } from '../mixer.ts';
import { type RotaryTables, rotaryTables, rotaryTablesAt } from '../rotary/op.ts';
import { RotaryRows } from '../rotary/rows.ts';

/** Under which the tables of mixers that turn alike stand. */
const rotaryKey = ({ size, base }: Rotary): string => `${size} ${base}`;

/**
 * The tables by which a mixer turns the heads of x [B,T,...]: [B,T,D/2] of what it is told, else [T,D/2] of rows that begin here.
 *
 * @throws OptionError where it goes on from a state and was not told at which positions, or not of its rotary.
 */
export function rotaryOf(rotary: Rotary, x: Tensor, state?: State, at?: Sequences): RotaryTables {
  const { size, base } = rotary;
  if (!at && !state) return rotaryTables(x.shape[1], size, { base }, x.device);
  const tables = at?.rotary[rotaryKey(rotary)];
  if (tables) return tables;
  throw new OptionError(
    at
      ? `rotary: there are no tables for heads of ${size} and base ${base}; give sequencesOf(...) the rotary of every mixer.`
      : 'rotary: a state is given but no positions; give sequencesOf(device, { B, T, positions, rotary: [mixer.rotary] }) beside it.',
  );
}

/** What a mixer is told of rows of T that begin here, where it is given a state all the same: a learned one. */
export function rowsFromStart({ rotary }: { readonly rotary?: Rotary }, T: number, device: Device): Sequences {
  const tables = rotary && { [rotaryKey(rotary)]: rotaryTables(T, rotary.size, { base: rotary.base }, device) };
  return { ranges: null, position: null, capacity: 0, rotary: tables ?? {} };
}

/** The shape of a batch, and how many sequences lie in it. */
export interface SequenceSizes {
  /** Rows of the batch, and their length. */
  readonly B: number;
  readonly T: number;
  /** Sequences. Default: B. */
  readonly n?: number;
  /** Whether they lie in ranges; else n is B. Default false. */
  readonly packed?: boolean;
  /** What the mixers ask for. */
  readonly rotary?: readonly (Rotary | undefined)[];
}

/** Places for so many sequences of which the number changes: few different ones, so that few steps are recorded. */
export const placesFor = (sequences: number): number => 2 ** Math.ceil(Math.log2(sequences));

/**
 * The tensors of `Sequences`, which the host writes before each step that reads them: for recordings.
 *
 * Its owner disposes of it.
 */
export class SequencePlaces {
  private readonly sizes: { readonly B: number; readonly T: number; readonly n: number };
  private readonly ranges: Tensor | null;
  private readonly position: Tensor;
  private readonly rotary: Record<string, RotaryRows> = {};

  constructor(device: Device, { B, T, n = B, packed = false, rotary = [] }: SequenceSizes) {
    this.sizes = { B, T, n };
    const made = scope(() => ({
      ranges: packed ? zeros([n, 2], { device, dtype: 'i32' }) : null,
      position: zeros([n], { device, dtype: 'i32' }),
    }));
    const { ranges, position } = keep(made);
    this.ranges = ranges;
    this.position = position;
    for (const kind of rotary) if (kind) this.rotary[rotaryKey(kind)] ??= new RotaryRows(kind, [B, T], device);
  }

  /**
   * From now on they lie there and stand at these positions.
   *
   * @param ranges as `checkRanges` returns them, [2n]; of fewer sequences, empty ones follow. Null where they are rows.
   * @param positions [n], tokens before. Default: none.
   */
  write(ranges: Int32Array | null, positions: ArrayLike<number> = new Int32Array(this.sizes.n)): void {
    const { B, T, n } = this.sizes;
    if (this.ranges) {
      const all = new Int32Array(2 * n).fill(B * T);
      all.set(ranges!);
      write(this.ranges, all);
    }
    write(this.position, Int32Array.from(positions));
    const tables = Object.values(this.rotary);
    if (tables.length === 0) return;
    const each = positionsOf({ B, T, n: ranges ? ranges.length / 2 : n }, ranges, positions);
    for (const table of tables) table.moveTo(each);
  }

  /** For how many there is room. */
  get sequences(): number {
    return this.sizes.n;
  }

  /** For mixers. */
  at(capacity: number): Sequences {
    const { ranges, position, rotary } = this;
    const tables = Object.entries(rotary).map(([key, { tables }]) => [key, tables] as const);
    return { ranges, position, capacity, rotary: Object.fromEntries(tables) };
  }

  [Symbol.dispose](): void {
    release([this.ranges, this.position]);
    for (const rows of Object.values(this.rotary)) rows[Symbol.dispose]();
  }
}

/** Of every place in the flattened B T, the position of its token in its own sequence; -1 outside. */
function positionsOf(
  { B, T, n }: { B: number; T: number; n: number },
  ranges: Int32Array | null,
  positions: ArrayLike<number>,
): Int32Array {
  const each = hostArray('sequences', 'i32', B * T).fill(-1);
  for (let i = 0; i < n; i++) {
    const [begin, end] = ranges ? ranges.subarray(2 * i) : [i * T, (i + 1) * T];
    for (let p = begin; p < end; p++) each[p] = positions[i] + p - begin;
  }
  return each;
}

/** Where sequences lie, where each stands, and for how many tokens there is room. */
export interface SequencesOptions extends Omit<SequenceSizes, 'packed' | 'n'> {
  /** Begin and end of each sequence. Default: B rows of T. */
  readonly ranges?: RangeList;
  /** Tokens that each had before. Default: none. */
  readonly positions?: ArrayLike<number>;
  /** Default: the tokens of the longest after these. */
  readonly capacity?: number;
}

/**
 * Sequences as layers are told of them, made once.
 *
 * @throws OptionError for ranges or positions that cannot be.
 */
export function sequencesOf(device: Device, options: SequencesOptions): Sequences {
  knownOnly('sequencesOf', options, ['B', 'T', 'ranges', 'positions', 'capacity', 'rotary']);
  const { B, T, rotary = [] } = options;
  const ranges = options.ranges ? checkRanges('sequencesOf', options.ranges, B * T) : null;
  const n = ranges ? ranges.length / 2 : B;
  const positions = checkedPositions(options.positions ?? hostArray('sequences', 'i32', n), n, 2 ** 31 - 1 - B * T);
  const each = positionsOf({ B, T, n }, ranges, positions);
  const kinds = rotary.filter((kind) => kind !== undefined);
  const tables = kinds.map((kind) => [rotaryKey(kind), rotaryTablesAt(each, [B, T], kind, device)] as const);
  return {
    ranges: ranges && tensor(ranges, [n, 2], { device }),
    position: tensor(positions, [n], { device }),
    capacity: options.capacity ?? each.reduce((most, p) => Math.max(most, p + 1), 0),
    rotary: Object.fromEntries(tables),
  };
}

/** @param most so that those of the tokens at hand are i32 too. */
function checkedPositions(positions: ArrayLike<number>, n: number, most: number): Int32Array {
  if (positions?.length !== n) {
    throw new OptionError(
      `sequencesOf: positions are ${shown(positions)} but there are ${n} sequences; give the tokens that each had before.`,
    );
  }
  for (let i = 0; i < n; i++) whole(`sequencesOf: positions[${i}]`, positions[i], 0, most);
  return Int32Array.from(positions);
}
