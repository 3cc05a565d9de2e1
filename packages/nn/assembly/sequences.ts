// Sequences in rows of their own [n,L,F], and where they lie in a batch of P = B T positions [P,F]: each made of the other, in floats.
import { copy, fill } from '../../wasm/assembly/lib/copy';
import { beginOf, endOf } from '../../wasm/assembly/lib/ranges';
import { ROWS } from '../../wasm/assembly/lib/units';
import { begin, end, sequenceAt } from './lib/positions';

export { rowUnits } from '../../wasm/assembly/lib/units';

/** Units: rows of y. */
export function pad(
  from: i32, to: i32, n: i32, P: i32, L: i32, F: i32, x: usize, ranges: usize, y: usize, scratch: usize,
): void {
  const row = <usize>F << 2, last = min(n * L, to * ROWS);
  for (let at = from * ROWS, count = 0; at < last; at += count) {
    const i = at / L, j = at % L, first = beginOf(ranges, i, 0, P) + j;
    count = min(L - j, last - at);
    const given = max(0, min(count, endOf(ranges, i, 0, P) - first)), out = y + <usize>at * row;
    copy(given * F, x + <usize>first * row, out);
    fill((count - given) * F, 0, out + <usize>given * row);
  }
}

/** Units: positions of y. */
export function pack(
  from: i32, to: i32, n: i32, P: i32, L: i32, F: i32, x: usize, ranges: usize, y: usize, scratch: usize,
): void {
  const row = <usize>F << 2, last = min(P, to * ROWS);
  let p = from * ROWS;
  for (let i = sequenceAt(p, ranges, n, 0, P); p < last; i++) {
    const first = begin(i, ranges, n, 0, P), start = min(last, max(p, first)), stop = min(last, end(i, ranges, n, 0, P));
    fill((start - p) * F, 0, y + <usize>p * row);
    p = start;
    if (p >= stop) continue;
    const j = p - first, given = max(0, min(stop - p, L - j));
    copy(given * F, x + <usize>(i * L + j) * row, y + <usize>p * row);
    fill((stop - p - given) * F, 0, y + <usize>(p + given) * row);
    p = stop;
  }
}
