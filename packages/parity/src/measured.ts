// One tensor of a golden, measured: how far off it is and how far it may be.
import { FileError } from '@twilljs/tensor';
import { deviation, tolerances } from '@twilljs/tensor/testing';
import type { Cases } from './cases.ts';

export interface Measured {
  /** `out.y`, `grad.q`, `logits`, `hidden.0`, `decode`, `train.loss`, ... */
  readonly tensor: string;
  /** RMS ratio to the expected values; the largest absolute value where these are all 0. NaN counts as Infinity. */
  readonly error: number;
  readonly tolerance: number;
  /** Index of the element that is furthest off. */
  readonly worst: number;
}

/** All tensors of one golden, or all cases of a tokenizer or of sampling. */
export interface Replayed {
  readonly path: string;
  readonly measured: readonly Measured[];
  readonly cases?: Cases;
}

export type Float = 'f32' | 'f64';

/** Whether it counts as a result, as a gradient or as a loss. */
export type Kind = 'out' | 'grad' | 'loss';

/** The error of one tensor, with the tolerance of its kind unless the golden gives its own. */
export function measure(
  tensor: string,
  kind: Kind,
  ours: ArrayLike<number>,
  expected: ArrayLike<number>,
  float: Float,
  own?: number,
): Measured {
  if (ours.length !== expected.length)
    throw new FileError(
      `${tensor}: the golden has ${expected.length} values, the model gives ${ours.length}; give a golden of this model.`,
    );
  const isZero = Array.prototype.every.call(expected, (x: number) => x === 0);
  const usual = tolerances[float];
  const tolerance = isZero ? usual.zero : float === 'f32' && own !== undefined ? own : usual[kind];
  return { tensor, tolerance, ...deviation(ours, expected) };
}

/** The largest relative error of a series, such as the losses of the steps of a run. */
export function measureSeries(
  tensor: string,
  ours: readonly number[],
  expected: ArrayLike<number>,
  tolerance: number,
): Measured {
  let error = 0;
  let worst = 0;
  ours.forEach((value, i) => {
    const off = Math.abs(value - expected[i]) / Math.max(Math.abs(expected[i]), 1e-30);
    if (off <= error) return;
    error = Number.isNaN(off) ? Number.POSITIVE_INFINITY : off;
    worst = i;
  });
  return { tensor, error, tolerance, worst };
}

export function holds({ error, tolerance }: Measured): boolean {
  return error <= tolerance;
}

/** From best to worst: by the share of its tolerance that each uses. */
export function byShare(a: Measured, b: Measured): number {
  return a.error / a.tolerance - b.error / b.tolerance || (a.tensor < b.tensor ? -1 : 1);
}
