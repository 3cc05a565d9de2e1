// Gradients of softmax attention: keys and values are packed by blocks, then every part of the keys meets the queries that see it, then what the
// parts gave to a query is added in order.
import { accumulate, fill } from '../../wasm/assembly/lib/copy';
import { clearGap } from '../../wasm/assembly/lib/ranges';
import { pieces } from '../../wasm/assembly/lib/units';
import { Back, backAt, backBytes, backward, mostParts, partBlocks } from './lib/back';
import { Block, blockAt, firstBlock } from './lib/block';
import { turnedSize } from './lib/keys';
import { packBlocks, packedSize } from './lib/pack-blocks';
import { LN2 } from './lib/power';
import { unpad } from './lib/rows';
import { HEAD, mostBlocks, Sequence, sequence, slots } from './lib/sequence';
import { KB, R } from './lib/sizes';

export { keyBlocks, packScratch } from './lib/pack-blocks';

/** Units of `gradients` for each sequence and key/value head. */
export function keyParts(S: i32, C: i32): i32 {
  return mostParts(mostBlocks(S, C));
}

/** Units of `addParts` for each sequence. */
export function queryBlocks(T: i32): i32 {
  return pieces(T, R);
}

/** Bytes that all share: packed keys and values. */
export function packedBytes(n: i32, S: i32, C: i32, HKV: i32, D: i32, V: i32, ranges: bool): f64 {
  return 4 * slots(n, S, C, ranges) * <f64>HKV * <f64>packedSize(true, D, V);
}

/** The same: what all parts but the first of a query give it. */
export function partBytes(n: i32, T: i32, S: i32, C: i32, H: i32, D: i32, ranges: bool): f64 {
  return 4 * <f64>(keyParts(S, C) - 1) * <f64>(ranges ? T : n * T) * <f64>H * <f64>D;
}

/** Bytes of scratch. */
export function gradientsScratch(S: i32, C: i32, D: i32, V: i32): f64 {
  return <f64>HEAD + backBytes(mostBlocks(S, C), D, V);
}

/** Blocks from..to of the keys and values of all n HKV sequences and heads, packed where they are seen. Sizes as in the forward pass. */
export function packAll(
  from: i32, to: i32, T: i32, S: i32, C: i32, HKV: i32, D: i32, V: i32, window: i32,
  k: usize, v: usize, k0: usize, v0: usize, position: usize, ranges: usize, packed: usize, scratch: usize,
): void {
  packBlocks(true, from, to, T, S, C, HKV, D, V, window, k, v, k0, v0, position, ranges, packed, scratch);
}

/** Zeros into n floats of m rows. */
function clearRows(m: i32, n: i32, to: usize, step: usize): void {
  for (let i = 0; i < m; i++) {
    fill(n, 0, to);
    to += step;
  }
}

/** Zeros for the rows of a ring of which no query sees anything: all but `old` from `oldest` on. */
function clearRing(s: Sequence, C: i32, n: i32, ring: usize, step: usize): void {
  for (let i = s.old; i < C; i++) fill(n, 0, ring + <usize>((s.oldest + i) % C) * step);
}

/** Rows at places from..to, out of padded ones, times `by`. */
function distribute(
  s: Sequence, from: i32, to: i32, C: i32, n: i32, rows: usize, row: usize, by: f32, ring: usize, fresh: usize, step: usize,
): void {
  const f = f32x4.splat(by);
  for (let i = from - s.lead; i < to - s.lead; i++) {
    unpad(n, f, rows, i < s.old ? ring + <usize>((s.oldest + i) % C) * step : fresh + <usize>(i - s.old) * step);
    rows += row;
  }
}

/**
 * Parts from..to of the keys of all n HKV sequences and key/value heads, each with its query heads: their gradients and those of their
 * values, and what they give to the queries: the first part that a block of queries sees into dq, others into `parts`. Early and
 * late parts take turns.
 */
export function gradients(
  from: i32, to: i32, n: i32, T: i32, S: i32, C: i32, H: i32, HKV: i32, D: i32, V: i32, window: i32, scale: f32,
  dy: usize, dlse: usize, q: usize, position: usize, ranges: usize, y: usize, lse: usize, packed: usize, parts: usize,
  dq: usize, dk: usize, dv: usize, dk0: usize, dv0: usize, scratch: usize,
): void {
  const count = keyParts(S, C), G = H / HKV, s = changetype<Sequence>(scratch);
  const f = blockAt(D, V, window, scale, scratch + HEAD), b = backAt(f, mostBlocks(S, C));
  const qs = <usize>(H * D) << 2, ys = <usize>(H * V) << 2, ls = <usize>H << 2, ks = <usize>(HKV * D) << 2, vs = <usize>(HKV * V) << 2;
  const toValues = <usize>turnedSize(D) << 2, toKeys = toValues + (<usize>turnedSize(V) << 2), size = <usize>packedSize(true, D, V) << 2;
  const all = <usize>(ranges ? T : n * T) * qs;
  for (let i = from; i < to; i++) {
    const j = i / count / HKV, g = i / count % HKV, u = i % count;
    sequence(s, j, T, S, C, window, position, ranges);
    const ringK = dk0 + <usize>(j * C) * ks + (<usize>(g * D) << 2), ringV = dv0 + <usize>(j * C) * vs + (<usize>(g * V) << 2);
    const newK = dk + <usize>s.origin * ks + (<usize>(g * D) << 2), newV = dv + <usize>s.origin * vs + (<usize>(g * V) << 2);
    const per = partBlocks(s.blocks - s.first), made = pieces(s.blocks - s.first, per);
    if (u == 0) {
      clearGap(ranges, j, n, T, G * D, dq + (<usize>(g * G * D) << 2), qs);
      clearGap(ranges, j, n, T, D, dk + (<usize>(g * D) << 2), ks);
      clearGap(ranges, j, n, T, V, dv + (<usize>(g * V) << 2), vs);
      // New keys that no query sees. Where there is a past, there are none of these.
      const unseen = s.length > 0 ? max(0, s.first * KB - s.lead - s.old) : s.fresh;
      clearRows(unseen, D, newK, ks);
      clearRows(unseen, V, newV, vs);
      if (C > 0) {
        clearRing(s, C, D, ringK, ks);
        clearRing(s, C, V, ringV, vs);
      }
    }
    if (u >= made) continue;
    const part = u & 1 ? made - 1 - (u >> 1) : u >> 1, first = s.first + part * per, end = min(s.blocks, first + per);
    const base = first * KB, start = max(s.lead, base), stop = min(s.end, end * KB);
    fill((stop - base + 8) * (<i32>f.ds >> 2), 0, b.dk);
    fill((stop - base + 8) * (<i32>f.vs >> 2), 0, b.dv);
    const blocks = packed + <usize>(s.slot * HKV + g) * size;
    const last = min(s.length, stop - 1 + window - s.query);
    for (let h = g * G; h < g * G + G; h++) for (let t = max(0, start - s.query) / R * R; t < last; t += R) {
      const m = min(R, s.length - t), x = s.query + t, row = <usize>(s.begin + t);
      const atQ = row * qs + (<usize>(h * D) << 2), atY = row * ys + (<usize>(h * V) << 2), atL = row * ls + (<usize>h << 2);
      backward(
        f, b, s, m, x, first, end, q + atQ, qs, dy + atY, y + atY, ys, dlse + atL, lse + atL, ls,
        blocks, blocks + toValues, blocks + toKeys, <usize>HKV * size,
      );
      const before = (firstBlock(s, x, window) - s.first) / per;
      let out = part > before ? parts + <usize>(part - 1) * all + atQ : dq + atQ;
      for (let r = 0; r < m; r++) {
        unpad(D, f32x4.splat(scale), b.dq + <usize>r * f.ds, out);
        out += qs;
      }
    }
    distribute(s, start, stop, C, D, b.dk + <usize>(start - base) * f.ds, f.ds, LN2, ringK, newK, ks);
    distribute(s, start, stop, C, V, b.dv + <usize>(start - base) * f.vs, f.vs, 1, ringV, newV, vs);
  }
}

/** Blocks from..to of the queries of all n sequences: dq += what parts of the keys gave beyond the first that the block sees. */
export function addParts(
  from: i32, to: i32, n: i32, T: i32, S: i32, C: i32, H: i32, D: i32, window: i32,
  position: usize, ranges: usize, parts: usize, dq: usize, scratch: usize,
): void {
  const count = pieces(T, R), s = changetype<Sequence>(scratch), qs = <usize>(H * D) << 2, all = <usize>(ranges ? T : n * T) * qs;
  for (let i = from, next = from; i < to; i = next) {
    const j = i / count, first = i % count;
    next = min(to, i + count - first);
    sequence(s, j, T, S, C, window, position, ranges);
    const per = partBlocks(s.blocks - s.first);
    for (let t = first * R, end = min(s.length, (first + next - i) * R); t < end; t += R) {
      const m = min(R, s.length - t), x = s.query + t, at = <usize>(s.begin + t) * qs;
      const before = (firstBlock(s, x, window) - s.first) / per, last = ((x + m - 1) / KB - s.first) / per;
      for (let part = before; part < last; part++) accumulate(m * H * D, parts + <usize>part * all + at, dq + at);
    }
  }
}
