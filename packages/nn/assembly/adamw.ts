// One step of AdamW over n floats, in place, and the counter of such steps.
import { fma, nfma } from '../../wasm/assembly/lib/simd';
import { ELEMENTS, pieces } from '../../wasm/assembly/lib/units';
import { get, put } from './lib/row';

/** Units of n elements. */
export function units(n: i32): i32 {
  return pieces(n, ELEMENTS);
}

@inline
function step(
  rest: i32, at: usize, scale: v128, factor: v128, param: usize, grad: usize, m: usize, v: usize,
  beta1: v128, share1: v128, beta2: v128, share2: v128, root: v128, eps: v128, keep: v128, rate: v128,
): void {
  const g = f32x4.mul(f32x4.mul(get(grad + at, rest), scale), factor);
  const mean = fma(beta1, get(m + at, rest), f32x4.mul(share1, g));
  const square = fma(beta2, get(v + at, rest), f32x4.mul(share2, f32x4.mul(g, g)));
  put(m + at, mean, rest);
  put(v + at, square, rest);
  const move = f32x4.div(mean, fma(f32x4.sqrt(square), root, eps));
  put(param + at, nfma(rate, move, f32x4.mul(get(param + at, rest), keep)), rest);
}

/** hyper: rows of lr, 1 - beta1^t, 1 - beta2^t, of which a count chooses. A factor that is no number: nothing moves. */
export function adamw(
  from: i32, to: i32, n: i32, param: usize, grad: usize, m: usize, v: usize, hyper: usize, count: usize, factor: usize,
  beta1: f64, beta2: f64, eps: f64, decay: f64, lr: f64, scale: f32, scratch: usize,
): void {
  const by = factor ? load<f32>(factor) : 1;
  if (by != by) return;
  if (count) hyper += 12 * <usize>(load<i32>(count) & 1);
  const own = lr * <f64>load<f32>(hyper);
  const rate = f32x4.splat(<f32>(own / <f64>load<f32>(hyper + 4))), keep = f32x4.splat(<f32>(1 - own * decay));
  const root = f32x4.splat(<f32>(1 / sqrt(<f64>load<f32>(hyper + 8)))), e = f32x4.splat(<f32>eps);
  // 1 - beta is formed in f64: near 1, f32 has too few digits left.
  const b1 = f32x4.splat(<f32>beta1), s1 = f32x4.splat(<f32>(1 - beta1));
  const b2 = f32x4.splat(<f32>beta2), s2 = f32x4.splat(<f32>(1 - beta2));
  const s = f32x4.splat(scale), f = f32x4.splat(by);
  const end = min(n, to * ELEMENTS), whole = <usize>(end & ~3) << 2;
  let at = <usize>(from * ELEMENTS) << 2;
  for (; at < whole; at += 16) step(0, at, s, f, param, grad, m, v, b1, s1, b2, s2, root, e, keep, rate);
  if (end & 3) step(end & 3, at, s, f, param, grad, m, v, b1, s1, b2, s2, root, e, keep, rate);
}

/** count += 1, unless there is a factor that is no number. */
export function advance(from: i32, to: i32, count: usize, factor: usize, scratch: usize): void {
  const by = factor ? load<f32>(factor) : 1;
  if (by == by) store<i32>(count, load<i32>(count) + 1);
}
