// Root-mean-square norm over rows of D.
import { norm, normGrad } from './lib/norm';

export function forward(rows: i32, D: i32, eps: f64, x: usize, weight: usize, y: usize): void {
  norm(rows, D, <f64>D, eps, x, weight, y);
}

export function backward(
  rows: i32, D: i32, eps: f64, dy: usize, x: usize, weight: usize, dx: usize, dweight: usize, sums: usize,
): void {
  normGrad(rows, D, <f64>D, eps, dy, x, weight, dx, dweight, sums);
}
