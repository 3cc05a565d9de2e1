// Root-mean-square norm over rows of D.
import { bytesOf, columnUnits, total } from './lib/columns';
import { norm, normGrad } from './lib/norm';
import { ROWS, unitsOf } from './lib/units';

/** Units of rows. */
export function units(rows: i32): i32 {
  return unitsOf(rows, ROWS);
}

/** Bytes of the sums behind the gradient of a weight. */
export function sumsBytes(rows: i32, D: i32): i32 {
  return bytesOf(rows, D);
}

/** Units of columns, for `total`. */
export function totalUnits(D: i32): i32 {
  return columnUnits(D);
}

export function forward(
  from: i32, to: i32, rows: i32, D: i32, eps: f64, x: usize, weight: usize, y: usize, scratch: usize,
): void {
  norm(from, to, rows, D, <f64>D, eps, x, weight, y);
}

export function backward(
  from: i32, to: i32, rows: i32, D: i32, eps: f64, dy: usize, x: usize, weight: usize, dx: usize, sums: usize,
  scratch: usize,
): void {
  normGrad(from, to, rows, D, <f64>D, eps, dy, x, weight, dx, sums);
}

/** dweight, from the sums of the blocks. */
export function weights(
  from: i32, to: i32, rows: i32, D: i32, sums: usize, dweight: usize, scratch: usize,
): void {
  total(from, to, unitsOf(rows, ROWS), D, sums, dweight);
}
