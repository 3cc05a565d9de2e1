// Pairs (x_i, x_(i+D/2)) turned by the angles of tables [T,D/2].
import { fma, nfma } from '../../wasm/assembly/lib/simd';
import { get, put } from './lib/row';

@inline
function step(rest: i32, at: usize, turn: v128, half: usize, x: usize, cos: usize, sin: usize, y: usize): void {
  const a = get(x + at, rest), b = get(x + half + at, rest);
  const c = get(cos + at, rest), s = f32x4.mul(get(sin + at, rest), turn);
  put(y + at, nfma(b, s, f32x4.mul(a, c)), rest);
  put(y + half + at, fma(a, s, f32x4.mul(b, c)), rest);
}

/** turn: 1, or -1 to turn back. */
export function rotary(B: i32, T: i32, H: i32, D: i32, turn: f32, x: usize, cos: usize, sin: usize, y: usize): void {
  const n = D >> 1, half = <usize>n << 2, whole = <usize>(n & ~3) << 2, rest = n & 3, sign = f32x4.splat(turn);
  for (let b = 0; b < B; b++) {
    let c = cos, s = sin;
    for (let t = 0; t < T; t++) {
      for (let h = 0; h < H; h++) {
        for (let at: usize = 0; at < whole; at += 16) step(0, at, sign, half, x, c, s, y);
        if (rest) step(rest, whole, sign, half, x, c, s, y);
        x += <usize>D << 2;
        y += <usize>D << 2;
      }
      c += half;
      s += half;
    }
  }
}
