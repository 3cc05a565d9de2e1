// The norm of a flat gradient, and the factor that clips it: sums of squares per block, then in order.
import { loadPart } from '../../wasm/assembly/lib/simd';
import { sumPair } from './lib/row';

/** Squares in f64: they neither overflow nor vanish, and their sum does not lose the small ones. */
@inline
function squares(low: v128, high: v128, total: v128): v128 {
  const a = f64x2.promote_low_f32x4(low), b = f64x2.promote_low_f32x4(high);
  return f64x2.add(total, f64x2.add(f64x2.mul(a, a), f64x2.mul(b, b)));
}

@inline
function four(p: usize, total: v128): v128 {
  return squares(v128.load64_zero(p), v128.load64_zero(p, 8), total);
}

/** Bytes of a row of `blocks`: first element, end, number of the parameter. */
@inline const ROW: i32 = 12;

/** sums[i]: the sum of squares of block i times `scale`, in f64. */
export function sum(from: i32, to: i32, scale: f32, grad: usize, blocks: usize, sums: usize, scratch: usize): void {
  for (let i = from; i < to; i++) {
    const row = blocks + ROW * i;
    const first = load<i32>(row), n = load<i32>(row, 4) - first, rest = n & 3;
    let p = grad + (<usize>first << 2);
    const whole = p + (<usize>(n & ~3) << 2);
    // Two sums, so that one addition need not wait for the other.
    let even = f64x2.splat(0), odd = even;
    for (; p + 32 <= whole; p += 32) {
      even = four(p, even);
      odd = four(p + 16, odd);
    }
    if (p < whole) even = four(p, even);
    if (rest) {
      const x = loadPart(whole, rest);
      odd = squares(x, i32x4.shuffle(x, x, 2, 3, 0, 1), odd);
    }
    store<f64>(sums + (i << 3), sumPair(f64x2.add(even, odd)) * <f64>scale * <f64>scale);
  }
}

/** Adds `count` sums: those of a parameter first, then the parameters. Where there is a loss, a factor is NaN if norm or loss are not finite. */
export function finish(
  from: i32, to: i32, count: i32, limit: f64, blocks: usize, sums: usize, loss: usize, norm: usize, factor: usize, scratch: usize,
): void {
  let total: f64 = 0, own: f64 = 0;
  for (let i = 0; i < count; i++) {
    own += load<f64>(sums + (i << 3));
    const parameter = load<i32>(blocks + ROW * i, 8);
    if (i + 1 < count && parameter == load<i32>(blocks + ROW * (i + 1), 8)) continue;
    total += own;
    own = 0;
  }
  const length = sqrt(total), shown = <f32>length;
  store<f32>(norm, shown);
  let by = <f32>min(1.0, limit / (length + 1e-6));
  if (loss) {
    const value = load<f32>(loss);
    by += (shown - shown) + (value - value); // 0, or NaN
  }
  store<f32>(factor, by);
}
