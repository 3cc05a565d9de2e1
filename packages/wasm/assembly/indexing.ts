// Rows by id: read, added to, and as one-hot. An id outside the table reads a row of NaN and is not written.
import { bytes, widen } from './lib/bf16';
import { accumulate, copy, fill } from './lib/copy';
import { COLUMNS, pieces, ROWS } from './lib/units';

/** Units of n rows that are written by id or read by id. */
export function rowUnits(n: i32): i32 {
  return pieces(n, ROWS);
}

/** Units of a table of D columns that is added to. */
export function columnUnits(D: i32): i32 {
  return pieces(D, COLUMNS);
}

/** The id at i; one outside [0, rows) is -1. */
@inline
function idAt(ids: usize, i: i32, rows: i32): i32 {
  const id = load<i32>(ids + (<usize>i << 2));
  return <u32>id < <u32>rows ? id : -1;
}

@inline
function gatherOf(
  bf16: bool, from: i32, to: i32, n: i32, rows: i32, D: i32, weight: usize, ids: usize, y: usize, scratch: usize,
): void {
  const end = min(n, to * ROWS);
  for (let i = from * ROWS; i < end; i++) {
    const id = idAt(ids, i, rows), row = y + (<usize>(i * D) << 2);
    if (id < 0) fill(D, NaN, row);
    else if (bf16) widen(D, weight + bytes(bf16, id * D), row);
    else copy(D, weight + bytes(bf16, id * D), row);
  }
}

/** y[i] [D] = weight[ids[i]], of n ids into a table of `rows`. */
export function gather(
  from: i32, to: i32, n: i32, rows: i32, D: i32, weight: usize, ids: usize, y: usize, scratch: usize,
): void {
  gatherOf(false, from, to, n, rows, D, weight, ids, y, scratch);
}

/** The same with a table stored in bf16. */
export function gatherBF16(
  from: i32, to: i32, n: i32, rows: i32, D: i32, weight: usize, ids: usize, y: usize, scratch: usize,
): void {
  gatherOf(true, from, to, n, rows, D, weight, ids, y, scratch);
}

/** y [rows,D] = 0, then y[ids[i]] += x[i] in the order of i. */
export function scatterAdd(
  from: i32, to: i32, n: i32, rows: i32, D: i32, x: usize, ids: usize, y: usize, scratch: usize,
): void {
  const first = from * COLUMNS, width = min(D, to * COLUMNS) - first;
  x += <usize>first << 2;
  y += <usize>first << 2;
  if (width == D) memory.fill(y, 0, <usize>(rows * D) << 2);
  else for (let i = 0; i < rows; i++) fill(width, 0, y + (<usize>(i * D) << 2));
  for (let i = 0; i < n; i++) {
    const id = idAt(ids, i, rows);
    if (id >= 0) accumulate(width, x + (<usize>(i * D) << 2), y + (<usize>(id * D) << 2));
  }
}

export function oneHot(
  from: i32, to: i32, n: i32, classes: i32, ids: usize, y: usize, scratch: usize,
): void {
  const first = from * ROWS, end = min(n, to * ROWS);
  memory.fill(y + (<usize>(first * classes) << 2), 0, <usize>((end - first) * classes) << 2);
  for (let i = first; i < end; i++) {
    const id = idAt(ids, i, classes);
    if (id >= 0) store<f32>(y + (<usize>(i * classes + id) << 2), 1);
  }
}
