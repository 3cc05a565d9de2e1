// Matrix product, triangular solve and cumulative sum.
import { apply1, reshape } from '../apply.ts';
import { numbersIn } from '../bf16.ts';
import { ShapeError } from '../errors.ts';
import { requireTensor } from '../inputs.ts';
import type { Op } from '../op.ts';
import { flag, knownOnly } from '../options.ts';
import { axisOf, requireAxis, type Shape, sameShape, size, strides } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { band } from './movement.ts';
import { cast, unary } from './unary.ts';

export interface MatmulAttrs {
  transposeA: boolean;
  transposeB: boolean;
}
export type MatmulOptions = Partial<MatmulAttrs>;

const flip = (s: Shape, on: boolean): [number, number] => (on ? [s.at(-1)!, s.at(-2)!] : [s.at(-2)!, s.at(-1)!]);

/** [.., M, K] @ [.., K, N] with equal leading axes; either side may be read transposed, and b stored in bf16. */
export const matmulOp: Op<MatmulAttrs> = {
  name: 'matmul',
  inputs: ['a', 'b'],
  outputs: ['y'],
  bf16: ['b'],
  shape([a, b], { transposeA, transposeB }) {
    flag('matmul: transposeA', transposeA);
    flag('matmul: transposeB', transposeB);
    if (a!.length < 2 || b!.length < 2)
      throw new ShapeError(`matmul: [${a}] @ [${b}] needs two axes on both sides; reshape first.`);
    const [M, K] = flip(a!, transposeA);
    const [K2, N] = flip(b!, transposeB);
    if (K !== K2)
      throw new ShapeError(
        `matmul: inner sizes differ, [${a}] @ [${b}] contracts ${K} with ${K2}; transpose or reshape one side.`,
      );
    if (!sameShape(a!.slice(0, -2), b!.slice(0, -2))) {
      throw new ShapeError(`matmul: leading axes differ, [${a}] @ [${b}]; broadcast them to the same.`);
    }
    return [[...a!.slice(0, -2), M, N]];
  },
  cpu([a, b], [y], { transposeA, transposeB }) {
    const [M, K] = flip(a.shape, transposeA);
    const N = y.shape.at(-1)!;
    const [ai, ak] = transposeA ? [1, M] : [K, 1];
    const [bk, bj] = transposeB ? [1, K] : [N, 1];
    const column = b.data.slice(0, K);
    for (let z = 0; z * M * N < y.data.length; z++) {
      for (let j = 0; j < N; j++) {
        for (let k = 0; k < K; k++) column[k] = b.data[z * K * N + k * bk + j * bj];
        const numbers = numbersIn(column);
        for (let i = 0; i < M; i++) {
          let total = 0;
          for (let k = 0; k < K; k++) total += a.data[z * M * K + i * ai + k * ak] * numbers[k];
          y.data[(z * M + i) * N + j] = total;
        }
      }
    }
  },
  vjp([dy], [a, b], _outs, { transposeA, transposeB }, [needA, needB]) {
    const da = !needA ? null : transposeA ? product(cast(b), dy, transposeB, true) : product(dy, b, false, !transposeB);
    const db = !needB ? null : transposeB ? product(dy, a, true, transposeA) : product(a, dy, !transposeA, false);
    return [da, db];
  },
};

const product = (a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor =>
  apply1(matmulOp, [a, b], { transposeA, transposeB });

/** a @ b. A `b` of two axes serves all leading axes of `a`. */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  requireTensor('matmul', 'b', b);
  knownOnly('matmul', options, ['transposeA', 'transposeB']);
  const { transposeA = false, transposeB = false } = options;
  if (b.shape.length !== 2 || a.shape.length <= 2 || transposeA) return product(a, b, transposeA, transposeB);
  const rows = product(reshape(a, [size(a.shape.slice(0, -1)), a.shape.at(-1)!]), b, false, transposeB);
  return reshape(rows, [...a.shape.slice(0, -1), rows.shape[1]]);
}

/** Whether the transposed system is solved. */
export interface SolveAttrs {
  /** Solve with the transposed matrix. */
  transpose: boolean;
}

/** X with (I + stril(M)) X = R for M [.., C, C], R [.., C, N], by substitution; only M below the diagonal is read. */
export const solveTrilOp: Op<SolveAttrs> = {
  name: 'solveTril',
  inputs: ['m', 'r'],
  outputs: ['x'],
  reads: ['m', 'x'],
  shape([m, r], { transpose }) {
    flag('solveTril: transpose', transpose);
    const C = m!.at(-1);
    if (
      m!.length < 2 ||
      r!.length < 2 ||
      C !== m!.at(-2) ||
      C !== r!.at(-2) ||
      !sameShape(m!.slice(0, -2), r!.slice(0, -2))
    ) {
      throw new ShapeError(
        `solveTril: [${m}] and [${r}] are not [..,C,C] and [..,C,N] with equal leading axes; reshape one of them.`,
      );
    }
    return [r!];
  },
  cpu([m, r], [x], { transpose }) {
    const C = m.shape.at(-1)!;
    const N = r.shape.at(-1)!;
    for (let z = 0; z * C * N < x.data.length; z++) {
      for (let step = 0; step < C; step++) {
        const i = transpose ? C - 1 - step : step;
        for (let n = 0; n < N; n++) {
          let value = r.data[(z * C + i) * N + n];
          for (let j = transpose ? i + 1 : 0; j < (transpose ? C : i); j++) {
            const entry = m.data[z * C * C + (transpose ? j * C + i : i * C + j)];
            value -= entry * x.data[(z * C + j) * N + n];
          }
          x.data[(z * C + i) * N + n] = value;
        }
      }
    }
  },
  vjp([dx], [m], [x], { transpose }, [needM]) {
    const dr = solveTril(m, dx, { transpose: !transpose });
    if (!needM) return [null, dr];
    const full = transpose ? product(x, dr, false, true) : product(dr, x, false, true);
    return [band(unary.neg(full), { low: Number.NEGATIVE_INFINITY, high: -1, fill: 0 }), dr];
  },
};

/** Solves (I + stril(M)) X = R, or with the transposed matrix. */
export function solveTril(m: Tensor, r: Tensor, options: Partial<SolveAttrs> = {}): Tensor {
  knownOnly('solveTril', options, ['transpose']);
  return apply1(solveTrilOp, [m, r], { transpose: options.transpose ?? false });
}

export interface CumsumAttrs {
  axis: number;
  /** Sum from the end: y_i = sum over j >= i. */
  reverse: boolean;
}

export const cumsumOp: Op<CumsumAttrs> = {
  name: 'cumsum',
  inputs: ['x'],
  outputs: ['y'],
  reads: [],
  shape([x], { axis, reverse }) {
    requireAxis('cumsum', axis, x!.length);
    flag('cumsum: reverse', reverse);
    return [x!];
  },
  cpu([x], [y], { axis, reverse }) {
    const step = strides(x.shape)[axis];
    const length = x.shape[axis];
    for (let i = 0; i < x.data.length; i++) {
      const at = Math.floor(i / step) % length;
      if (at !== 0) continue;
      let total = 0;
      for (let n = 0; n < length; n++) {
        const j = i + (reverse ? length - 1 - n : n) * step;
        total += x.data[j];
        y.data[j] = total;
      }
    }
  },
  vjp: ([dy], _ins, _outs, { axis, reverse }) => [cumsum(dy, axis, !reverse)],
};

/** Inclusive cumulative sum along one axis. */
export const cumsum = (x: Tensor, axis: number, reverse = false): Tensor =>
  apply1(cumsumOp, [x], { axis: axisOf('cumsum', axis, x.shape.length), reverse });
