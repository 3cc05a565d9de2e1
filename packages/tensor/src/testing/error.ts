// How far two results are apart: the one metric of all tests and of `twill parity`.

/** How far numbers are from those expected: the root of the mean square relative to theirs, and the worst. */
export interface Deviation {
  /** rms(ours - expected) / max(rms(expected), 1e-30); the largest absolute value of ours where the expected values are all 0. NaN counts as Infinity. */
  readonly error: number;
  /** Index of the element that is furthest off. */
  readonly worst: number;
}

/** Largest allowed error per dtype, for results and for gradients. A test may not loosen its own. */
export const tolerances = {
  f32: { out: 1e-5, grad: 1e-4, loss: 1e-6, zero: 1e-7 },
  f64: { out: 1e-9, grad: 1e-9, loss: 1e-9, zero: 1e-12 },
} as const;

/** Smaller numbers lose their digits in f32, and then vanish. */
const SMALLEST_RMS = 1e-30;

/** RMS ratio between our values and the expected ones. */
export function deviation(ours: ArrayLike<number>, expected: ArrayLike<number>): Deviation {
  if (ours.length !== expected.length) throw new Error(`deviation: ${ours.length} values against ${expected.length}.`);
  let difference = 0;
  let scale = 0;
  let largest = 0;
  let worst = 0;
  let furthest = -1;
  for (let i = 0; i < ours.length; i++) {
    const off = Number.isNaN(ours[i]) ? Number.POSITIVE_INFINITY : Math.abs(ours[i] - expected[i]);
    if (off > furthest) {
      furthest = off;
      worst = i;
    }
    largest = Math.max(largest, Number.isNaN(ours[i]) ? Number.POSITIVE_INFINITY : Math.abs(ours[i]));
    difference += off * off;
    scale += expected[i] * expected[i];
  }
  if (scale === 0) return { error: largest, worst };
  const [off, size] = [difference, scale].map((sum) => Math.sqrt(sum / ours.length));
  return { error: off / Math.max(size, SMALLEST_RMS), worst };
}
