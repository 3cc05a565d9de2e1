// Gradients of a block of queries of one head, and what they add to those of the keys and values of a part of the sequence.
import { fill } from '../../../wasm/assembly/lib/copy';
import { fma, loadPart, sumLanes } from '../../../wasm/assembly/lib/simd';
import { pieces } from '../../../wasm/assembly/lib/units';
import { against, Block, blockBytes, firstBlock, highOf, lowOf, scores } from './block';
import { CONSTANTS, constant, LOG2E, powerBy, writeConstants } from './power';
import { gather } from './rows';
import { Sequence } from './sequence';
import { ES, KB, R, up8 } from './sizes';
import { MR, strip } from './strip';
import { around, blank, high, low, trim } from './weights';

/** Blocks of keys that make a part at least, and the most parts of a sequence: what a part gives to the queries behind it is kept. */
@inline const PART: i32 = 6;
@inline const PARTS: i32 = 8;

/** Blocks of a part of a sequence of which so many are seen. */
@inline
export function partBlocks(blocks: i32): i32 {
  return max(PART, pieces(blocks, PARTS));
}

/** The most parts of a sequence of up to so many blocks: 48 of them make 8, 49 only 7. */
export function mostParts(blocks: i32): i32 {
  return max(1, min(PARTS, pieces(blocks, PART)));
}

/** What a worker holds beyond a block. Its gradients count keys and values from the first key of the part. */
@unmanaged
export class Back {
  /** Gradients of the queries and of the outputs [R,D] and [R,V]; that of the weights, then of the scores [R,KB]. */
  dq: usize;
  dy: usize;
  g: usize;
  /** Of each row the logarithm of its sum, to base 2, and what is taken from the gradients of its weights [R]. */
  lse: usize;
  mean: usize;
  /** Gradients of keys and values, padded rows. */
  dk: usize;
  dv: usize;
  /** Those of `power`. */
  constants: usize;
}

@inline const HEAD: usize = 32;

/** Bytes of a block, behind it those of the rest, where so many blocks of keys are seen at most. */
export function backBytes(blocks: i32, D: i32, V: i32): f64 {
  const rows = <f64>(KB * partBlocks(blocks) + 8);
  return <f64>(blockBytes(D) + <i32>(HEAD + CONSTANTS) + R * (4 * (up8(D) + up8(V) + 2) + <i32>ES)) + 4 * rows * <f64>(up8(D) + up8(V));
}

export function backAt(f: Block, blocks: i32): Back {
  const at = changetype<usize>(f) + blockBytes(f.D), s = changetype<Back>(at);
  s.constants = at + HEAD;
  writeConstants(s.constants);
  s.dq = s.constants + CONSTANTS; s.dy = s.dq + R * f.ds; s.g = s.dy + R * f.vs; s.lse = s.g + R * ES; s.mean = s.lse + 4 * R;
  s.dk = s.mean + 4 * R; s.dv = s.dk + <usize>(KB * partBlocks(blocks) + 8) * f.ds;
  return s;
}

/** <x, y> over n floats. */
function inner(n: i32, x: usize, y: usize): f32 {
  let s = f32x4.splat(0);
  for (let left = n; left > 0; left -= 4) {
    s = left >= 4 ? fma(v128.load(x), v128.load(y), s) : fma(loadPart(x, left), loadPart(y, left), s);
    x += 16;
    y += 16;
  }
  return sumLanes(s);
}

/** From scores to weights, and from the gradient of the weights to that of the scores; zeros for what is not seen. */
function slopes(f: Block, b: Back): void {
  const z = b.constants, k0 = constant(z, 0), k1 = constant(z, 1), k2 = constant(z, 2), k3 = constant(z, 3), k4 = constant(z, 4);
  const k5 = constant(z, 5), k6 = constant(z, 6), k7 = constant(z, 7), k8 = constant(z, 8), zero = f32x4.sub(k8, k8);
  let e = f.e, g = b.g;
  for (let i = 0; i < f.m; i++) {
    const from = low(f.first, f.d + i, f.window), to = high(f.n, f.d + i);
    const lse = v128.load32_splat(b.lse + (<usize>i << 2)), mean = v128.load32_splat(b.mean + (<usize>i << 2));
    if (from < to) {
      const start = from & ~7, end = up8(to);
      for (let at = <usize>start << 2; at < <usize>end << 2; at += 32) {
        // No weight is above 1, whatever rounding did to the logarithm.
        const x0 = f32x4.pmin(f32x4.sub(v128.load(e + at), lse), zero), x1 = f32x4.pmin(f32x4.sub(v128.load(e + at, 16), lse), zero);
        const e0 = powerBy(x0, k0, k1, k2, k3, k4, k5, k6, k7, k8), e1 = powerBy(x1, k0, k1, k2, k3, k4, k5, k6, k7, k8);
        v128.store(e + at, e0);
        v128.store(e + at, e1, 16);
        v128.store(g + at, f32x4.mul(e0, f32x4.sub(v128.load(g + at), mean)));
        v128.store(g + at, f32x4.mul(e1, f32x4.sub(v128.load(g + at, 16), mean)), 16);
      }
      trim(from, to, e, 0); trim(from, to, g, 0);
      around(start, end, e); around(start, end, g);
    } else {
      blank(e); blank(g);
    }
    e += ES;
    g += ES;
  }
}

/** dv += weights' dy and dk += slopes' q, for the keys from row `row` of the part on. */
function spread(f: Block, b: Back, row: i32): void {
  for (let i = f.first / MR * MR; i < f.n; i += MR) {
    const from = max(0, i - f.d), to = min(f.m, min(i + MR, f.n) - 1 + f.window - f.d);
    if (from >= to) continue;
    const a = <usize>from * ES + (<usize>i << 2), at = <usize>(row + i);
    strip(f.V, to - from, f.e + a, 4, ES, b.dy + <usize>from * f.vs, f.vs, 64, b.dv + at * f.vs, f.vs, true);
    strip(f.D, to - from, b.g + a, 4, ES, f.q + <usize>from * f.ds, f.ds, 64, b.dk + at * f.ds, f.ds, true);
  }
}

/** dq += slopes keys. */
function combine(f: Block, b: Back, keys: usize): void {
  for (let r = 0; r < f.m; r += MR) {
    const from = lowOf(f, r), to = highOf(f, r);
    if (from < to) {
      const a = b.g + <usize>r * ES + (<usize>from << 2);
      strip(f.D, to - from, a, ES, 4, keys + (<usize>from << 6), 64, KB << 6, b.dq + <usize>r * f.ds, f.ds, true);
    }
  }
}

/**
 * b.dq, without the factor of the scores, of the m queries of one head from place x on, of blocks first..end of the keys; what they add to
 * b.dk and b.dv. A block of turned keys, turned values and keys lies at `turned`, `values` and `keys`, `step` bytes from the one before.
 */
export function backward(
  f: Block, b: Back, s: Sequence, m: i32, x: i32, first: i32, end: i32, q: usize, qs: usize, dy: usize, y: usize, ys: usize,
  dlse: usize, lse: usize, ls: usize, turned: usize, values: usize, keys: usize, step: usize,
): void {
  f.m = m;
  gather(m, R, f.D, q, qs, f.q, f.scale2);
  gather(m, R, f.V, dy, ys, b.dy, 1);
  fill(R * up8(f.D), 0, b.dq);
  for (let i = 0; i < m; i++) {
    const at = <usize>i << 2;
    // Finite, so that the weight of -Infinity is 0.
    store<f32>(b.lse + at, <f32>(<f64>max(load<f32>(lse), -f32.MAX_VALUE / 2) * LOG2E));
    store<f32>(b.mean + at, inner(f.V, dy, y) - load<f32>(dlse));
    dy += ys; y += ys;
    dlse += ls; lse += ls;
  }
  for (let block = max(first, firstBlock(s, x, f.window)); block < end && block * KB < x + m; block++) {
    const at = <usize>block * step;
    against(f, s, block, x);
    scores(f, f.D, f.q, f.ds, turned + at, f.e);
    scores(f, f.V, b.dy, f.vs, values + at, b.g);
    slopes(f, b);
    spread(f, b, (block - first) * KB);
    combine(f, b, keys + at);
  }
}
