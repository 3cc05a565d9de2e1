// A block of queries of one head against a block of keys. Scores are formed, and weights used, only in strips of MR rows where some row of
// the strip sees something.
import { LOG2E } from './power';
import { Sequence } from './sequence';
import { ES, KB, R, up8 } from './sizes';
import { MR, strip } from './strip';
import { high, low } from './weights';

/** The buffers of a worker. Lives in scratch: nothing is allocated. */
@unmanaged
export class Block {
  D: i32;
  V: i32;
  window: i32;
  /** Bytes of a padded row of D and of V. */
  ds: usize;
  vs: usize;
  /** What queries are multiplied by: scores count in powers of 2. */
  scale2: f32;
  /** Queries [R,D] times scale2; scores, then weights [R,KB]. */
  q: usize;
  e: usize;
  /** Queries of the block. */
  m: i32;
  /** The block of keys at hand: its first key that exists, the one after the last that is seen, and where among them the first query stands. */
  first: i32;
  n: i32;
  d: i32;
}

@inline const HEAD: usize = 64;

export function blockBytes(D: i32): i32 {
  return <i32>HEAD + R * (4 * up8(D) + <i32>ES);
}

/** Lays one out. */
export function blockAt(D: i32, V: i32, window: i32, scale: f32, at: usize): Block {
  const f = changetype<Block>(at);
  f.D = D; f.V = V; f.window = window;
  f.ds = <usize>up8(D) << 2; f.vs = <usize>up8(V) << 2;
  f.scale2 = inPowersOf2(scale);
  f.q = at + HEAD; f.e = f.q + R * f.ds;
  return f;
}

/** The factor of queries whose scores count in powers of 2, from that of scores in powers of e. */
@inline
export function inPowersOf2(scale: f32): f32 {
  return <f32>(<f64>scale * LOG2E);
}

/** The first of the blocks of keys that a query at place x sees. */
@inline
export function firstBlock(s: Sequence, x: i32, window: i32): i32 {
  return max(s.lead, x - window + 1) / KB;
}

/** Takes block `block` of the keys, for queries whose first stands at place x of the sequence. */
@inline
export function against(f: Block, s: Sequence, block: i32, x: i32): void {
  const base = block * KB;
  f.first = max(0, s.lead - base);
  f.n = min(KB, x + f.m - base);
  f.d = x - base;
}

/** The first key that a row of the strip from row r on sees, and the one after the last. */
@inline
export function lowOf(f: Block, r: i32): i32 {
  return low(f.first, f.d + r, f.window);
}

@inline
export function highOf(f: Block, r: i32): i32 {
  return high(f.n, f.d + min(r + MR, f.m) - 1);
}

/** out [R,KB] = A B for A [R,n] and keys or values, turned to columns. */
export function scores(f: Block, n: i32, a: usize, as: usize, b: usize, out: usize): void {
  for (let r = 0; r < f.m; r += MR) {
    const to = highOf(f, r), from = lowOf(f, r) & ~15;
    if (from < to) {
      const c = out + <usize>r * ES + (<usize>from << 2);
      strip(to - from, n, a + <usize>r * as, as, 4, b + <usize>(from * n << 2), 64, <usize>n << 6, c, ES, false);
    }
  }
}
