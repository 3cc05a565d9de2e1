// Shapes as kernels see them.
import { type Shape, size } from '@twilljs/tensor';

/** [rows, length of a row] over the last axis. */
export function rowsOf(shape: Shape): [rows: number, length: number] {
  return [size(shape.slice(0, -1)), shape[shape.length - 1]];
}

/** Bytes of the sums over rows of n columns: see `assembly/lib/columns.ts`. */
export function sumsBytes(n: number): number {
  return 12 * 4 * Math.ceil(n / 4);
}
