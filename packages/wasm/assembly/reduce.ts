// Sums and maxima over one axis of [outer, n, inner].
import { fill } from './lib/copy';
import { maxRow, sumRow } from './lib/reduce';
import { loadPart, storePart } from './lib/simd';

/** Rows added in f32 before f64 takes over. */
@inline const BLOCK: i32 = 64;

export function sumLast(outer: i32, n: i32, x: usize, y: usize): void {
  for (let i = 0; i < outer; i++) {
    store<f32>(y, sumRow(n, x));
    x += <usize>n << 2;
    y += 4;
  }
}

export function maxLast(outer: i32, n: i32, x: usize, y: usize): void {
  for (let i = 0; i < outer; i++) {
    store<f32>(y, maxRow(n, x));
    x += <usize>n << 2;
    y += 4;
  }
}

@inline
function join(max: bool, a: v128, b: v128): v128 {
  return max ? f32x4.max(a, b) : f32x4.add(a, b);
}

/** y [inner] = sum or maximum of n rows of x, `inner` floats each, in order. */
@inline
function columns(max: bool, n: i32, inner: i32, x: usize, y: usize): void {
  if (n == 0) {
    fill(inner, max ? -Infinity : 0, y);
    return;
  }
  const step = <usize>inner << 2;
  let j = 0;
  for (; j + 16 <= inner; j += 16) {
    let p = x + (<usize>j << 2);
    const to = y + (<usize>j << 2);
    let s0 = v128.load(p), s1 = v128.load(p, 16), s2 = v128.load(p, 32), s3 = v128.load(p, 48);
    for (let i = 1; i < n; i++) {
      p += step;
      s0 = join(max, s0, v128.load(p));
      s1 = join(max, s1, v128.load(p, 16));
      s2 = join(max, s2, v128.load(p, 32));
      s3 = join(max, s3, v128.load(p, 48));
    }
    v128.store(to, s0); v128.store(to, s1, 16); v128.store(to, s2, 32); v128.store(to, s3, 48);
  }
  for (; j + 4 <= inner; j += 4) {
    let p = x + (<usize>j << 2), s = v128.load(p);
    for (let i = 1; i < n; i++) s = join(max, s, v128.load((p += step)));
    v128.store(y + (<usize>j << 2), s);
  }
  if (j < inner) {
    let p = x + (<usize>j << 2), s = loadPart(p, inner - j);
    for (let i = 1; i < n; i++) s = join(max, s, loadPart((p += step), inner - j));
    storePart(y + (<usize>j << 2), s, inner - j);
  }
}

export function maxMiddle(outer: i32, n: i32, inner: i32, x: usize, y: usize): void {
  for (let i = 0; i < outer; i++) {
    columns(true, n, inner, x, y);
    x += <usize>(n * inner) << 2;
    y += <usize>inner << 2;
  }
}

/** total [n] of f64 += x [n] of f32; n is a multiple of 4, x and total have room for it. */
function widenRow(n: i32, x: usize, total: usize): void {
  for (let i = 0; i < n; i += 2) {
    v128.store(total, f64x2.add(v128.load(total), f64x2.promote_low_f32x4(v128.load64_zero(x))));
    x += 8;
    total += 16;
  }
}

function narrowRow(n: i32, total: usize, y: usize): void {
  for (let i = 0; i < n; i += 2) {
    const pair = f32x4.demote_f64x2_zero(v128.load(total));
    if (n - i == 1) v128.store_lane<f32>(y, pair, 0);
    else v128.store_lane<f64>(y, pair, 0);
    total += 16;
    y += 8;
  }
}

/** Scratch: 12 bytes for each of `inner` rounded up to 4, where n exceeds a block. */
export function sumMiddle(outer: i32, n: i32, inner: i32, x: usize, y: usize, scratch: usize): void {
  const room = (inner + 3) & ~3, total = scratch + (<usize>room << 2);
  for (let i = 0; i < outer; i++) {
    if (n <= BLOCK) {
      columns(false, n, inner, x, y);
      x += <usize>(n * inner) << 2;
    } else {
      memory.fill(scratch, 0, <usize>room * 12);
      for (let k = 0; k < n; k += BLOCK) {
        const rows = min(BLOCK, n - k);
        columns(false, rows, inner, x, scratch);
        widenRow(room, scratch, total);
        x += <usize>(rows * inner) << 2;
      }
      narrowRow(inner, total, y);
    }
    y += <usize>inner << 2;
  }
}
