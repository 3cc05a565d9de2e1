// Both ends of a step of Muon over n floats: momentum before its matrix is made orthogonal, and the move after.
import { fma, nfma } from '../../wasm/assembly/lib/simd';
import { ELEMENTS, pieces } from '../../wasm/assembly/lib/units';
import { get, put } from './lib/row';

/** Units of n elements. */
export function units(n: i32): i32 {
  return pieces(n, ELEMENTS);
}

@inline
function gather(
  rest: i32, at: usize, scale: v128, factor: v128, nesterov: bool, beta: v128, share: v128, grad: usize, m: usize, y: usize,
): void {
  const g = f32x4.mul(f32x4.mul(get(grad + at, rest), scale), factor);
  const mean = fma(beta, get(m + at, rest), f32x4.mul(share, g));
  put(m + at, mean, rest);
  put(y + at, nesterov ? fma(beta, mean, f32x4.mul(share, g)) : mean, rest);
}

/** m = beta m + (1 - beta) g; y = m, or with Nesterov beta m + (1 - beta) g once more. A factor that is no number: m stays, y is 0. */
export function momentum(
  from: i32, to: i32, n: i32, grad: usize, m: usize, y: usize, factor: usize, beta: f64, nesterov: bool, scale: f32, scratch: usize,
): void {
  const by = factor ? load<f32>(factor) : 1;
  const end = min(n, to * ELEMENTS), whole = <usize>(end & ~3) << 2;
  let at = <usize>(from * ELEMENTS) << 2;
  if (by != by) {
    memory.fill(y + at, 0, (<usize>end << 2) - at);
    return;
  }
  // 1 - beta is formed in f64: near 1, f32 has too few digits left.
  const b = f32x4.splat(<f32>beta), share = f32x4.splat(<f32>(1 - beta)), s = f32x4.splat(scale), f = f32x4.splat(by);
  for (; at < whole; at += 16) gather(0, at, s, f, nesterov, b, share, grad, m, y);
  if (end & 3) gather(end & 3, at, s, f, nesterov, b, share, grad, m, y);
}

/** param = (1 - lr decay) param - lr ratio y, of rows of rates as `adamw` has them. A factor that is no number: nothing moves. */
export function move(
  from: i32, to: i32, n: i32, param: usize, y: usize, hyper: usize, count: usize, factor: usize, decay: f64, lr: f64, ratio: f64,
  scratch: usize,
): void {
  if (factor && load<f32>(factor) != load<f32>(factor)) return;
  if (count) hyper += 12 * <usize>(load<i32>(count) & 1);
  const own = lr * <f64>load<f32>(hyper);
  const keep = f32x4.splat(<f32>(1 - own * decay)), rate = f32x4.splat(<f32>(own * ratio));
  const end = min(n, to * ELEMENTS), whole = <usize>(end & ~3) << 2, rest = end & 3;
  let at = <usize>(from * ELEMENTS) << 2;
  for (; at < whole; at += 16) put(param + at, nfma(rate, get(y + at, 0), f32x4.mul(get(param + at, 0), keep)), 0);
  if (rest) put(param + at, nfma(rate, get(y + at, rest), f32x4.mul(get(param + at, rest), keep)), rest);
}
