// Pairs (x_i, x_(i+D/2)) turned by the angles of tables.
import { fill } from '../../wasm/assembly/lib/copy';
import { fma, nfma } from '../../wasm/assembly/lib/simd';
import { ROWS } from '../../wasm/assembly/lib/units';
import { begin, end, sequenceAt } from './lib/positions';
import { get, put } from './lib/row';

export { rowUnits } from '../../wasm/assembly/lib/units';

@inline
function step(rest: i32, at: usize, turn: v128, half: usize, x: usize, cos: usize, sin: usize, y: usize): void {
  const a = get(x + at, rest), b = get(x + half + at, rest);
  const c = get(cos + at, rest), s = f32x4.mul(get(sin + at, rest), turn);
  put(y + at, nfma(b, s, f32x4.mul(a, c)), rest);
  put(y + half + at, fma(a, s, f32x4.mul(b, c)), rest);
}

/** x and y: P positions [H,D], of which only those in `ranges` (if it is given) hold a token. Tables: `turns` rows [D/2], for as many positions. */
export function rotary(
  from: i32, to: i32, n: i32, P: i32, turns: i32, H: i32, D: i32, inverse: bool, x: usize, cos: usize, sin: usize,
  ranges: usize, y: usize, scratch: usize,
): void {
  const pairs = D >> 1, half = <usize>pairs << 2, whole = <usize>(pairs & ~3) << 2, rest = pairs & 3;
  const turn = f32x4.splat(inverse ? -1 : 1), head = <usize>D << 2;
  const first = from * ROWS, last = min(P, to * ROWS), skip = <usize>(first * H) * head;
  x += skip;
  y += skip;
  let sequence = ranges ? sequenceAt(first, ranges, n, 0, P) : 0;
  for (let p = first; p < last; p++) {
    if (ranges) {
      while (end(sequence, ranges, n, 0, P) <= p) sequence++;
      if (begin(sequence, ranges, n, 0, P) > p) {
        fill(H * D, 0, y);
        x += <usize>H * head;
        y += <usize>H * head;
        continue;
      }
    }
    const at = <usize>(p % turns) * half, c = cos + at, s = sin + at;
    for (let h = 0; h < H; h++) {
      for (let at: usize = 0; at < whole; at += 16) step(0, at, turn, half, x, c, s, y);
      if (rest) step(rest, whole, turn, half, x, c, s, y);
      x += head;
      y += head;
    }
  }
}
