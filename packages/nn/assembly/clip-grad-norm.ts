// The norm of a flat gradient, and the factor that clips it: sums of squares per block, then in order.
import { get, sumPair } from './lib/row';

/** Squares in f64: they neither overflow nor vanish, and their sum does not lose the small ones. */
@inline
function squares(rest: i32, p: usize, scale: v128, total: v128): v128 {
  const x = f32x4.mul(get(p, rest), scale);
  const low = f64x2.promote_low_f32x4(x), high = f64x2.promote_low_f32x4(i32x4.shuffle(x, x, 2, 3, 0, 1));
  return f64x2.add(total, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
}

/** Bytes of a row of `blocks`: first element, end, number of the parameter. */
@inline const ROW: i32 = 12;

/** sums[i]: the sum of squares of block i, in f64. */
export function sum(from: i32, to: i32, scale: f32, grad: usize, blocks: usize, sums: usize, scratch: usize): void {
  const s = f32x4.splat(scale);
  for (let i = from; i < to; i++) {
    const row = blocks + ROW * i;
    const first = load<i32>(row), n = load<i32>(row, 4) - first, rest = n & 3;
    let p = grad + (<usize>first << 2);
    const whole = p + (<usize>(n & ~3) << 2);
    // Two sums, so that one addition need not wait for the other.
    let even = f64x2.splat(0), odd = even;
    for (; p + 32 <= whole; p += 32) {
      even = squares(0, p, s, even);
      odd = squares(0, p + 16, s, odd);
    }
    if (p < whole) even = squares(0, p, s, even);
    if (rest) odd = squares(rest, whole, s, odd);
    store<f64>(sums + (i << 3), sumPair(f64x2.add(even, odd)));
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
