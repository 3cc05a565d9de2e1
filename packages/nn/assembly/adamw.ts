// One step of AdamW over n floats, in place, and the counter of such steps.
import { fma, loadPart, nfma, storePart } from '../../wasm/assembly/lib/simd';
import { ELEMENTS, pieces } from '../../wasm/assembly/lib/units';

/** Units of n elements. */
export function units(n: i32): i32 {
  return pieces(n, ELEMENTS);
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
  const end = <usize>min(n, to * ELEMENTS) << 2, pairs = end & ~31;
  let at = <usize>(from * ELEMENTS) << 2;
  for (; at < pairs; at += 32) {
    const g0 = f32x4.mul(f32x4.mul(v128.load(grad + at), s), f), g1 = f32x4.mul(f32x4.mul(v128.load(grad + at, 16), s), f);
    const m0 = fma(b1, v128.load(m + at), f32x4.mul(s1, g0)), m1 = fma(b1, v128.load(m + at, 16), f32x4.mul(s1, g1));
    const v0 = fma(b2, v128.load(v + at), f32x4.mul(s2, f32x4.mul(g0, g0)));
    const v1 = fma(b2, v128.load(v + at, 16), f32x4.mul(s2, f32x4.mul(g1, g1)));
    const d0 = f32x4.div(m0, fma(f32x4.sqrt(v0), root, e)), d1 = f32x4.div(m1, fma(f32x4.sqrt(v1), root, e));
    const p0 = nfma(rate, d0, f32x4.mul(v128.load(param + at), keep));
    const p1 = nfma(rate, d1, f32x4.mul(v128.load(param + at, 16), keep));
    v128.store(m + at, m0);
    v128.store(m + at, m1, 16);
    v128.store(v + at, v0);
    v128.store(v + at, v1, 16);
    v128.store(param + at, p0);
    v128.store(param + at, p1, 16);
  }
  for (; at < end; at += 16) {
    const rest = <i32>(end - at) >> 2, g = f32x4.mul(f32x4.mul(loadPart(grad + at, rest), s), f);
    const mean = fma(b1, loadPart(m + at, rest), f32x4.mul(s1, g));
    const square = fma(b2, loadPart(v + at, rest), f32x4.mul(s2, f32x4.mul(g, g)));
    const move = f32x4.div(mean, fma(f32x4.sqrt(square), root, e));
    storePart(m + at, mean, rest);
    storePart(v + at, square, rest);
    storePart(param + at, nfma(rate, move, f32x4.mul(loadPart(param + at, rest), keep)), rest);
  }
}

/** count += 1, unless there is a factor that is no number. */
export function advance(from: i32, to: i32, count: usize, factor: usize, scratch: usize): void {
  const by = factor ? load<f32>(factor) : 1;
  if (by == by) store<i32>(count, load<i32>(count) + 1);
}
