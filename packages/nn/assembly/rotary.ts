// Pairs (x_i, x_(i+D/2)) turned by the angles of tables [T,D/2].
import { fma, nfma } from '../../wasm/assembly/lib/simd';
import { ROWS } from '../../wasm/assembly/lib/units';
import { get, put } from './lib/row';

export { rowUnits } from '../../wasm/assembly/lib/units';

@inline
function step(rest: i32, at: usize, turn: v128, half: usize, x: usize, cos: usize, sin: usize, y: usize): void {
  const a = get(x + at, rest), b = get(x + half + at, rest);
  const c = get(cos + at, rest), s = f32x4.mul(get(sin + at, rest), turn);
  put(y + at, nfma(b, s, f32x4.mul(a, c)), rest);
  put(y + half + at, fma(a, s, f32x4.mul(b, c)), rest);
}

/** rows: the B T rows [H,D] of x. */
export function rotary(
  from: i32, to: i32, rows: i32, T: i32, H: i32, D: i32, inverse: bool, x: usize, cos: usize, sin: usize, y: usize,
  scratch: usize,
): void {
  const n = D >> 1, half = <usize>n << 2, whole = <usize>(n & ~3) << 2, rest = n & 3;
  const turn = f32x4.splat(inverse ? -1 : 1), head = <usize>D << 2;
  const first = from * ROWS, end = min(rows, to * ROWS), skip = <usize>(first * H) * head;
  x += skip;
  y += skip;
  for (let i = first; i < end; i++) {
    const at = <usize>(i % T) * half, c = cos + at, s = sin + at;
    for (let h = 0; h < H; h++) {
      for (let at: usize = 0; at < whole; at += 16) step(0, at, turn, half, x, c, s, y);
      if (rest) step(rest, whole, turn, half, x, c, s, y);
      x += head;
      y += head;
    }
  }
}
