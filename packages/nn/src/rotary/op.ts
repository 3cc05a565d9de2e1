// Rotary positions: each pair (x_i, x_(i+D/2)) is turned by an angle that grows with the position. B batch, T time, H heads, D head size.
import {
  apply1,
  concat,
  type Data,
  type Device,
  finite,
  flag,
  hostArray,
  knownOnly,
  type Op,
  requireDevice,
  requireSize,
  requireTensor,
  type Shape,
  ShapeError,
  sameShape,
  type Tensor,
  tensor,
  whole,
} from '@twilljs/tensor';
import type { Rotary } from '../mixer.ts';
import { packSequences, padSequences, rangeIds, requireRanges } from '../sequences/op.ts';

export interface RotaryAttrs {
  /** Turn back: the transpose, and so the gradient. */
  inverse: boolean;
}

export const rotaryOp: Op<RotaryAttrs> = {
  name: 'rotary',
  inputs: ['x', 'cos', 'sin', 'ranges?'],
  outputs: ['y'],
  ids: { 'ranges?': rangeIds(0) },
  reads: ['cos', 'sin', 'ranges?'],
  shape([x, cos, sin, ranges], { inverse }) {
    flag('rotary: inverse', inverse);
    if (x!.length !== 4 || x![3] % 2 !== 0)
      throw new ShapeError(`rotary: x [${x}] is not [B,T,H,D] with an even D; give such heads.`);
    const [B, T, , D] = x!;
    const tables = [
      [T, D / 2],
      [B, T, D / 2],
    ];
    if (!tables.some((table) => sameShape(cos!, table) && sameShape(sin!, table))) {
      throw new ShapeError(
        `rotary: tables [${cos}] and [${sin}] do not fit x [${x}]; give [${tables[0]}] or [${tables[1]}] each.`,
      );
    }
    requireRanges('rotary', ranges, x!);
    return [x!];
  },
  define([x, cos, sin, ranges], { inverse }) {
    const [B, T, , D] = x.shape;
    if (ranges) {
      const apart = (x: Tensor) => padSequences(x, ranges, B * T);
      const turns = [cos, sin].map((table) => apart(table.broadcastTo([B, T, D / 2]))); // [n,B T,D/2] each
      return [packSequences(apply1(rotaryOp, [apart(x), ...turns, null], { inverse }), ranges, [B, T])];
    }
    const a = x.slice(3, 0, D / 2); // [B,T,H,D/2]
    const b = x.slice(3, D / 2, D); // [B,T,H,D/2]
    const perHead = (table: Tensor) => table.reshape([...table.shape.slice(0, -1), 1, D / 2]);
    const c = perHead(cos); //                           [T,1,D/2] or [B,T,1,D/2]
    const s = perHead(inverse ? sin.neg() : sin);
    return [concat([a.mul(c).sub(b.mul(s)), b.mul(c).add(a.mul(s))], 3)];
  },
  /** The tables are constants. */
  vjp: ([dy], [, cos, sin, ranges], _outs, { inverse }) => [
    rotary(dy, { cos, sin }, !inverse, ranges),
    ...[null, null, null],
  ],
};

/** Cosines and sines of positions. */
export interface RotaryTables {
  /** [T,D/2] each, the same for every row, or [B,T,D/2]. */
  readonly cos: Tensor;
  readonly sin: Tensor;
}

/**
 * Turns the pairs of x by the angles of the tables; `inverse` turns them back.
 *
 * @param x [B,T,H,D]
 * @param ranges i32 [n,2]: begin and end of the n sequences in the flattened B T positions; null for B rows of T.
 * @returns [B,T,H,D], 0 outside of all sequences.
 * @throws ShapeError when the sizes do not fit; OptionError for a range outside.
 */
export function rotary(x: Tensor, tables: RotaryTables, inverse = false, ranges: Tensor | null = null): Tensor {
  knownOnly('rotary: the tables', tables, ['cos', 'sin']);
  return apply1(rotaryOp, [x, tables.cos, tables.sin, ranges], { inverse });
}

/** base^(-2i/D) for i < D/2, in f64: an f32 angle far out would have lost its digits. */
export function frequenciesOf(D: number, base: number): Float64Array {
  return hostArray('rope', 'f64', D / 2).map((_, i) => base ** ((-2 * i) / D));
}

/** The base of the wavelengths, and the position of the first token. */
export interface RopeOptions {
  /** Wavelengths run from 2 pi to 2 pi base, in tokens. */
  base: number;
  /** Position of the first token. Default 0. */
  offset?: number;
}

/**
 * Cosines and sines of position * base^(-2i/D), formed in f64 and rounded once.
 *
 * @param T positions.
 * @param D head size.
 * @throws ShapeError for an odd D; OptionError for a base that is not above 0, or an offset that is no whole number from 0.
 */
export function rotaryTables(T: number, D: number, options: RopeOptions, device: Device): RotaryTables {
  requireSize('rope: T', T);
  requireSize('rope: D', D);
  if (D % 2 !== 0) throw new ShapeError(`rope: heads of D=${D} have no halves to turn; give an even size.`);
  knownOnly('rope', options, ['base', 'offset']);
  requireDevice('rope', device);
  const { base, offset = 0 } = options;
  finite('rope: base', base, Number.MIN_VALUE);
  whole('rope: offset', offset, 0);
  return rotaryTablesAt(
    Float64Array.from({ length: T }, (_, t) => offset + t),
    [T],
    { size: D, base },
    device,
  );
}

/**
 * The same of any positions.
 *
 * @param positions as many as `shape` has places; where they are negative no token stands, and the tables are 0.
 * @returns [...shape,D/2] each.
 */
export function rotaryTablesAt(
  positions: ArrayLike<number>,
  shape: Shape,
  { size, base }: Rotary,
  device: Device,
): RotaryTables {
  const [cos, sin] = [0, 1].map(() => hostArray('rope', 'f64', (positions.length * size) / 2));
  writeTurns(frequenciesOf(size, base), positions, cos, sin);
  const table = (values: Data) => tensor(values, [...shape, size / 2], { device });
  return { cos: table(cos), sin: table(sin) };
}

/** Cosines and sines of the angles at each position, [positions,D/2]. */
export function writeTurns(frequencies: Float64Array, positions: ArrayLike<number>, cos: Data, sin: Data): void {
  const half = frequencies.length;
  for (let p = 0; p < positions.length; p++) {
    const position = positions[p];
    for (let i = 0; i < half; i++) {
      const angle = position * frequencies[i];
      cos[p * half + i] = position < 0 ? 0 : Math.cos(angle);
      sin[p * half + i] = position < 0 ? 0 : Math.sin(angle);
    }
  }
}

/**
 * Rotary position embedding of all heads.
 *
 * @param x [B,T,H,D], D even.
 * @returns [B,T,H,D].
 * @throws ShapeError for an odd D.
 * @see RoFormer, arXiv 2104.09864, in the order of halves (GPT-NeoX).
 */
export function rope(x: Tensor, options: RopeOptions): Tensor {
  requireTensor('rope', 'x', x);
  if (x.shape.length !== 4) throw new ShapeError(`rope: x [${x.shape}] is not [B,T,H,D]; reshape it.`);
  return rotary(x, rotaryTables(x.shape[1], x.shape[3], options, x.device));
}
