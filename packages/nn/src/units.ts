// How work is cut into workgroups on a graphics card.
import type { Shape } from '@twilljs/tensor';
import { rowsOf } from './rows.ts';

/** Workgroups over n elements, 256 for each. */
export const elementUnits = (n: number): number => Math.ceil(n / 256);

/** Lanes of a workgroup of 256 that share a row of `length`: a power of two, so that each has a few numbers of it, of `most` at most. */
export const lanesAcross = (length: number, most = 256): number => {
  let across = 4;
  while (across < most && 4 * across < length) across *= 2;
  return across;
};

/** Rows along the last axis, of which a workgroup of 256 lanes has as many side by side as fit. */
export function sideBySide(shape: Shape): { units: number; rows: number; N: number; across: number } {
  const [rows, N] = rowsOf(shape);
  const across = lanesAcross(N);
  return { units: Math.ceil((rows * across) / 256), rows, N, across };
}
