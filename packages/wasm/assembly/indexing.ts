// Rows by id: read, added to, and as one-hot.
import { accumulate, copy } from './lib/copy';

/** Index of the first of n ids outside [0, rows), or -1; negative ids pass where they mean "none". */
export function firstBad(n: i32, ids: usize, rows: i32, negative: bool): i32 {
  const top = i32x4.splat(rows);
  for (let i = 0; i < n; i += 4) {
    if (n - i >= 4) {
      const x = v128.load(ids + (<usize>i << 2));
      if (!v128.any_true(negative ? i32x4.ge_s(x, top) : i32x4.ge_u(x, top))) continue;
    }
    for (let j = i; j < min(i + 4, n); j++) {
      const id = load<i32>(ids + (<usize>j << 2));
      if (id >= rows || (id < 0 && !negative)) return j;
    }
  }
  return -1;
}

export function gather(n: i32, D: i32, weight: usize, ids: usize, y: usize): void {
  for (let i = 0; i < n; i++) {
    copy(D, weight + ((<usize>load<i32>(ids) * <usize>D) << 2), y);
    ids += 4;
    y += <usize>D << 2;
  }
}

/** y [rows,D] = 0, then y[ids[i]] += x[i] in the order of i. */
export function scatterAdd(n: i32, rows: i32, D: i32, x: usize, ids: usize, y: usize): void {
  memory.fill(y, 0, <usize>(rows * D) << 2);
  for (let i = 0; i < n; i++) {
    accumulate(D, x, y + ((<usize>load<i32>(ids) * <usize>D) << 2));
    ids += 4;
    x += <usize>D << 2;
  }
}

export function oneHot(n: i32, classes: i32, ids: usize, y: usize): void {
  memory.fill(y, 0, <usize>(n * classes) << 2);
  for (let i = 0; i < n; i++) {
    const id = load<i32>(ids);
    if (id >= 0) store<f32>(y + (<usize>id << 2), 1);
    ids += 4;
    y += <usize>classes << 2;
  }
}
