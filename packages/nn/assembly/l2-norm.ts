// Vectors of length 1 over rows of K.
import { norm, normGrad } from './lib/norm';

export { rowUnits } from '../../wasm/assembly/lib/units';

export function forward(from: i32, to: i32, rows: i32, K: i32, eps: f64, x: usize, y: usize, scratch: usize): void {
  norm(from, to, rows, K, 1, eps, x, 0, y);
}

export function backward(
  from: i32, to: i32, rows: i32, K: i32, eps: f64, dy: usize, x: usize, dx: usize, scratch: usize,
): void {
  normGrad(from, to, rows, K, 1, eps, dy, x, 0, dx, 0);
}
