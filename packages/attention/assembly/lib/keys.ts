// The keys or values of a sequence: those of its past, in a ring of C rows, then the new ones. Each row is n floats.
import { copy } from '../../../wasm/assembly/lib/copy';
import { padded } from '../../../wasm/assembly/lib/padded';
import { scatter } from './rows';

/** How much of its past sequence i can see: `position` points at how many tokens each had. */
export function pastOf(position: usize, i: i32, C: i32, window: i32): i32 {
  return position ? max(0, min(min(load<i32>(position + (<usize>i << 2)), C), window - 1)) : 0;
}

/** The row of the ring in which the first of the last `past` positions lies. */
export function oldestOf(position: usize, i: i32, C: i32, past: i32): i32 {
  return past > 0 ? (load<i32>(position + (<usize>i << 2)) - past) % C : 0;
}

/** m rows, `step` bytes apart, one behind the other. */
function collectRows(m: i32, n: i32, from: usize, step: usize, to: usize): void {
  for (let i = 0; i < m; i++) {
    copy(n, from, to);
    from += step;
    to += <usize>n << 2;
  }
}

/** m rows of the ring from `oldest` on, then `more` new ones, one behind the other. */
export function collect(
  m: i32, oldest: i32, C: i32, more: i32, n: i32, ring: usize, fresh: usize, step: usize, to: usize,
): void {
  const run = min(m, C - oldest), row = <usize>n << 2;
  collectRows(run, n, ring + <usize>oldest * step, step, to);
  collectRows(m - run, n, ring, step, to + <usize>run * row);
  collectRows(more, n, fresh, step, to + <usize>m * row);
}

/** The way of a gradient back, from padded rows, times the float at `by`. */
export function distribute(
  m: i32, oldest: i32, C: i32, more: i32, n: i32, from: usize, by: usize, ring: usize, fresh: usize, step: usize,
): void {
  const run = min(m, C - oldest), row = <usize>padded(n) << 2;
  scatter(run, n, from, ring + <usize>oldest * step, step, by, 0);
  scatter(m - run, n, from + <usize>run * row, ring, step, by, 0);
  scatter(more, n, from + <usize>m * row, fresh, step, by, 0);
}
