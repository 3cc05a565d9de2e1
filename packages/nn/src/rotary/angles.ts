// The angles of rotary positions, in f64: an f32 angle of a position far out would have lost its digits.
import { hostArray } from '@twilljs/tensor';

/** base^(-2i/D) for i < D/2. */
export function frequenciesOf(D: number, base: number): Float64Array {
  return hostArray('rope', 'f64', D / 2).map((_, i) => base ** ((-2 * i) / D));
}

/** Position x frequency for `count` positions from `first` on: [count,D/2]. */
export function anglesAt(frequencies: Float64Array, first: number, count: number): Float64Array {
  const half = frequencies.length;
  const angles = hostArray('rope', 'f64', count * half);
  for (let n = 0; n < angles.length; n++) angles[n] = (first + Math.floor(n / half)) * frequencies[n % half];
  return angles;
}
