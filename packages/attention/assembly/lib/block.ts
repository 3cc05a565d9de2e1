// A block of queries against the keys that they see. Four queries make a strip and eight keys a panel; scores are formed, and
// weights used, only in tiles of a strip and a panel that some query of the strip sees.
import { fill } from '../../../wasm/assembly/lib/copy';
import { clear, padded } from '../../../wasm/assembly/lib/padded';
import { smallMatmul, smallMatmulT } from '../../../wasm/assembly/lib/small-matmul';
import { inPowersOf2, slope, weigh } from './weights';

/** Queries of a block, a multiple of 4. */
@inline export const R: i32 = 64;

/** Sizes of a call, the buffers of one head and the block at hand. Lives in scratch: nothing is allocated. */
@unmanaged
export class Frame {
  T: i32;
  /** Keys that some query sees; all others are left out from the start. */
  S: i32;
  D: i32;
  V: i32;
  /** How many keys a query sees. */
  window: i32;
  /** Floats of a padded row of D and of V, and bytes; bytes of a row of scores. */
  dp: i32;
  vp: i32;
  ds: usize;
  vs: usize;
  ss: usize;
  /** What queries are multiplied by, and their gradients: scores count in powers of 2, so scale2 is log2(e) scale. */
  scale2: f32;
  scale: f32;
  /** What the gradients of keys, formed with such queries, are multiplied by, and those of values: log 2 and 1. */
  log2: f32;
  one: f32;
  /** Keys [S/8][D][8] and, for the backward pass, [D/8][S][8]; values [V/8][S][8] or, for the backward pass, [S/8][V][8]. */
  keys: usize;
  keyRows: usize;
  values: usize;
  /** Gradients of keys and values, padded rows. */
  dk: usize;
  dv: usize;
  /** scale2 q [R,D] and its gradient; y, or dy over the row's sum [R,V]. */
  q: usize;
  dq: usize;
  y: usize;
  /** 2^(score - largest) and, for the backward pass, its gradient [R,keys]; 1 / sum of a row [R]. */
  e: usize;
  g: usize;
  r: usize;
  /** Queries of the block, the position of its first among the keys, and the key of the first column of e and g. */
  m: i32;
  position: i32;
  base: i32;
}

@inline
function up8(n: i32): i32 {
  return (n + 7) & ~7;
}

/** Rows of a block's buffers: queries that exist, up to whole strips. */
@inline
function rows(T: i32): i32 {
  return min(R, padded(T));
}

/** Bytes of a row of scores: three floats more than the columns, for whole vectors, and an odd number of cache lines, that rows share none. */
@inline
function scoreBytes(T: i32, S: i32, window: i32): usize {
  return <usize>(((min(up8(S), up8(window + rows(T) + 6)) + 18) >> 4) | 1) << 6;
}

/** Bytes of a frame and of the buffers behind it. */
export function frameBytes(T: i32, S: i32, D: i32, V: i32, window: i32): f64 {
  const dp = <f64>padded(D), vp = <f64>padded(V), s8 = <f64>up8(S);
  const block = <f64>rows(T) * (4 * (dp + vp) + <f64>scoreBytes(T, S, window)) + 4 * R;
  return 256 + block + 4 * (s8 * <f64>D + max(s8 * <f64>V, <f64>S * <f64>up8(V)));
}

/** Bytes of the buffers that the backward pass has beyond. */
export function backBytes(T: i32, S: i32, D: i32, V: i32, window: i32): f64 {
  const dp = <f64>padded(D), vp = <f64>padded(V);
  const block = <f64>rows(T) * (4 * dp + <f64>scoreBytes(T, S, window));
  return block + 4 * (<f64>S * <f64>up8(D) + <f64>up8(S) * (dp + vp));
}

/** Lays out a frame at `scratch`, for T queries that are the last of S positions. */
export function frame(T: i32, S: i32, D: i32, V: i32, window: i32, scale: f32, scratch: usize): Frame {
  const f = changetype<Frame>(scratch), n = <usize>rows(T);
  f.T = T; f.S = S; f.D = D; f.V = V; f.window = window;
  f.dp = padded(D); f.vp = padded(V);
  f.ds = <usize>f.dp << 2; f.vs = <usize>f.vp << 2; f.ss = scoreBytes(T, S, window);
  f.scale2 = inPowersOf2(scale); f.scale = scale; f.log2 = 0.6931471805599453; f.one = 1;
  f.q = scratch + 256; f.y = f.q + n * f.ds; f.r = f.y + n * f.vs; f.e = f.r + (R << 2);
  f.keys = f.e + n * f.ss; f.values = f.keys + ((<usize>up8(S) * D) << 2);
  return f;
}

/** Lays out the buffers of the backward pass from `at` on; returns where they end. */
export function backFrame(f: Frame, at: usize): usize {
  const n = <usize>rows(f.T);
  f.dq = at; f.g = f.dq + n * f.ds; f.keyRows = f.g + n * f.ss;
  f.dk = f.keyRows + ((<usize>f.S * up8(f.D)) << 2); f.dv = f.dk + <usize>up8(f.S) * f.ds;
  return f.dv + <usize>up8(f.S) * f.vs;
}

/** The first key that row i of the block sees, and the one after the last; also for rows that only fill up a strip. */
@inline
function first(f: Frame, i: i32): i32 {
  return max(0, f.position + i - f.window + 1);
}

@inline
function last(f: Frame, i: i32): i32 {
  return f.position + min(i + 1, f.m);
}

/** The block from query t on. */
export function block(f: Frame, t: i32): void {
  f.m = min(R, f.T - t);
  f.position = f.S - f.T + t;
  f.base = first(f, 0) & ~7;
}

/** Rows of the strips that meet the panel from key j on: from the first of them to after the last. */
@inline
function firstRow(f: Frame, j: i32): i32 {
  return max(0, j - f.position) & ~3;
}

@inline
function lastRow(f: Frame, j: i32): i32 {
  return min(padded(f.m), ((j - f.position + f.window + 6) & ~3) + 4);
}

/** out = A B in every tile, for A [R,n] and B [n,S] in panels of eight keys. */
export function scores(f: Frame, n: i32, a: usize, as: usize, b: usize, out: usize): void {
  const end = last(f, f.m);
  for (let j = f.base; j < end; j += 8) {
    const from = firstRow(f, j), at = <usize>from;
    const to = out + at * f.ss + (<usize>(j - f.base) << 2);
    smallMatmul(lastRow(f, j) - from, 8, n, a + at * as, as, b + (<usize>(j * n) << 2), 32, to, f.ss, 0);
  }
}

/** Zeros in the tiles of row i, around what it sees. Behind it, whole vectors are zeros already. */
@inline
function mask(f: Frame, i: i32, row: usize, seen: i32, end: i32): void {
  const from = first(f, i & ~3) & ~7, to = row + (<usize>(up8(last(f, i | 3)) - f.base) << 2);
  if (seen > from) fill(seen - from, 0, row + (<usize>(from - f.base) << 2));
  clear(row + (<usize>(seen - f.base + padded(end - seen)) << 2), to);
}

/** Zeros in the tiles of row i, which stands for no query. */
@inline
function blank(f: Frame, i: i32, row: usize): void {
  const from = first(f, i & ~3) & ~7, to = up8(last(f, i));
  clear(row + (<usize>(from - f.base) << 2), row + (<usize>(to - f.base) << 2));
}

/** e = 2^(e - the row's largest) over the keys that a row sees, r = 1 / its sum. */
export function weights(f: Frame): void {
  let row = f.e, i = 0;
  for (; i < f.m; i++) {
    const seen = first(f, i), end = last(f, i);
    store<f32>(f.r + (<usize>i << 2), weigh(end - seen, row + (<usize>(seen - f.base) << 2)));
    mask(f, i, row, seen, end);
    row += f.ss;
  }
  for (; i < padded(f.m); i++) {
    blank(f, i, row);
    row += f.ss;
  }
}

/** From g, the gradient of the weights over the row's sum, to that of the scores. */
export function slopes(f: Frame): void {
  let e = f.e, g = f.g, i = 0;
  for (; i < f.m; i++) {
    const seen = first(f, i), end = last(f, i), skip = <usize>(seen - f.base) << 2;
    slope(end - seen, e + skip, g + skip, load<f32>(f.r + (<usize>i << 2)));
    mask(f, i, g, seen, end);
    e += f.ss;
    g += f.ss;
  }
  for (; i < padded(f.m); i++) {
    blank(f, i, g);
    g += f.ss;
  }
}

/** out [R,n] = W B, for W like e and B [S,n] in panels of eight columns. */
export function combine(f: Frame, n: i32, w: usize, b: usize, out: usize): void {
  const os = <usize>n << 2;
  for (let c = 0; c < n; c += 8) {
    for (let i = 0; i < f.m; i += 4) {
      const from = first(f, i), at = w + <usize>i * f.ss + (<usize>(from - f.base) << 2);
      const to = out + <usize>i * os + (<usize>c << 2);
      smallMatmul(4, min(8, n - c), last(f, i + 3) - from, at, f.ss, b + (<usize>from << 5), 32, to, os, 0);
    }
    b += <usize>f.S << 5;
  }
}

/** out [S,n] += W' X, for X [R,n]. */
export function spread(f: Frame, n: i32, w: usize, x: usize, out: usize): void {
  const end = last(f, f.m), row = <usize>n << 2;
  for (let j = f.base; j < end; j += 8) {
    const from = firstRow(f, j), at = <usize>from;
    const a = w + at * f.ss + (<usize>(j - f.base) << 2);
    smallMatmulT(8, n, lastRow(f, j) - from, a, f.ss, x + at * row, row, out + <usize>j * row, row, 1);
  }
}
