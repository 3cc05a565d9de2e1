// Root-mean-square norm over rows of D, and of a sum of two rows.
import { accumulate, plus } from '../../wasm/assembly/lib/copy';
import { ROWS } from '../../wasm/assembly/lib/units';
import { norm, normGrad } from './lib/norm';

export { sumsBytes, total, totalUnits } from './lib/columns';
export { rowUnits } from '../../wasm/assembly/lib/units';

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

/** sum = x + branch, and its norm y: a unit has its rows in the cache in between. */
export function addForward(
  from: i32, to: i32, rows: i32, D: i32, eps: f64, x: usize, branch: usize, weight: usize, sum: usize, y: usize,
  scratch: usize,
): void {
  for (let unit = from; unit < to; unit++) {
    const first = unit * ROWS, skip = <usize>(first * D) << 2;
    plus((min(rows, first + ROWS) - first) * D, x + skip, branch + skip, sum + skip);
    norm(unit, unit + 1, rows, D, <f64>D, eps, sum, weight, y);
  }
}

/** dx = dsum + what the norm makes of dy; dx is that of `branch` too. */
export function addBackward(
  from: i32, to: i32, rows: i32, D: i32, eps: f64, dsum: usize, dy: usize, sum: usize, weight: usize, dx: usize, sums: usize,
  scratch: usize,
): void {
  for (let unit = from; unit < to; unit++) {
    const first = unit * ROWS, skip = <usize>(first * D) << 2;
    normGrad(unit, unit + 1, rows, D, <f64>D, eps, dy, sum, weight, dx, sums);
    accumulate((min(rows, first + ROWS) - first) * D, dsum + skip, dx + skip);
  }
}
