// Global-norm clipping over n floats.
import { get, put, sumPair } from './lib/row';

/** Squares in f64: they neither overflow nor vanish, and their sum does not lose the small ones. */
@inline
function squares(rest: i32, p: usize, total: v128): v128 {
  const x = get(p, rest);
  const low = f64x2.promote_low_f32x4(x), high = f64x2.promote_low_f32x4(i32x4.shuffle(x, x, 2, 3, 0, 1));
  return f64x2.add(total, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
}

@inline
function step(rest: i32, at: usize, by: v128, grad: usize, out: usize): void {
  put(out + at, f32x4.mul(get(grad + at, rest), by), rest);
}

export function clip(n: i32, limit: f64, grad: usize, out: usize, norm: usize): void {
  const whole = <usize>(n & ~3) << 2, rest = n & 3;
  // Two sums, so that one addition need not wait for the other.
  let even = f64x2.splat(0), odd = even, at: usize = 0;
  for (; at + 32 <= whole; at += 32) {
    even = squares(0, grad + at, even);
    odd = squares(0, grad + at + 16, odd);
  }
  if (at < whole) even = squares(0, grad + at, even);
  if (rest) odd = squares(rest, grad + whole, odd);
  const length = sqrt(sumPair(f64x2.add(even, odd)));
  store<f32>(norm, <f32>length);
  const by = f32x4.splat(<f32>min(1.0, limit / (length + 1e-6)));
  for (at = 0; at < whole; at += 16) step(0, at, by, grad, out);
  if (rest) step(rest, whole, by, grad, out);
}
