// One step of AdamW over n floats, in place.
import { fma, nfma } from '../../wasm/assembly/lib/simd';
import { get, put } from './lib/row';

@inline
function step(
  rest: i32, at: usize, param: usize, grad: usize, m: usize, v: usize,
  beta1: v128, share1: v128, beta2: v128, share2: v128, root: v128, eps: v128, keep: v128, rate: v128,
): void {
  const g = get(grad + at, rest);
  const mean = fma(beta1, get(m + at, rest), f32x4.mul(share1, g));
  const square = fma(beta2, get(v + at, rest), f32x4.mul(share2, f32x4.mul(g, g)));
  put(m + at, mean, rest);
  put(v + at, square, rest);
  const move = f32x4.div(mean, fma(f32x4.sqrt(square), root, eps));
  put(param + at, nfma(rate, move, f32x4.mul(get(param + at, rest), keep)), rest);
}

/** hyper: lr, 1 - beta1^t, 1 - beta2^t. */
export function adamw(
  n: i32, param: usize, grad: usize, m: usize, v: usize, hyper: usize,
  beta1: f64, beta2: f64, eps: f64, decay: f64,
): void {
  const lr = <f64>load<f32>(hyper);
  const rate = f32x4.splat(<f32>(lr / <f64>load<f32>(hyper + 4))), keep = f32x4.splat(<f32>(1 - lr * decay));
  const root = f32x4.splat(<f32>(1 / sqrt(<f64>load<f32>(hyper + 8)))), e = f32x4.splat(<f32>eps);
  // 1 - beta is formed in f64: near 1, f32 has too few digits left.
  const b1 = f32x4.splat(<f32>beta1), s1 = f32x4.splat(<f32>(1 - beta1));
  const b2 = f32x4.splat(<f32>beta2), s2 = f32x4.splat(<f32>(1 - beta2));
  const whole = <usize>(n & ~3) << 2;
  for (let at: usize = 0; at < whole; at += 16) step(0, at, param, grad, m, v, b1, s1, b2, s2, root, e, keep, rate);
  if (n & 3) step(n & 3, whole, param, grad, m, v, b1, s1, b2, s2, root, e, keep, rate);
}
