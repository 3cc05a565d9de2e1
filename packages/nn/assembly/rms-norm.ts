// Root-mean-square norm over rows of D.
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
