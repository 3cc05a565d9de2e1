// Softmax attention: keys and values are packed by blocks, then blocks of queries go through them. A single query reads them where they lie.
import { clearGap } from '../../wasm/assembly/lib/ranges';
import { pieces } from '../../wasm/assembly/lib/units';
import { attend as attendOf, attendBytes } from './lib/attend';
import { blockAt } from './lib/block';
import { decodeBlock, joinBlocks, joinBytes, partSize } from './lib/decode';
import { turnedSize } from './lib/keys';
import { packBlocks, packedSize } from './lib/pack-blocks';
import { HEAD, mostBlocks, Sequence, sequence, slots } from './lib/sequence';
import { R } from './lib/sizes';

/** Units of `attend` for each sequence and key/value head. */
export function queryBlocks(T: i32): i32 {
  return pieces(T, R);
}

/** Units of `join` for each sequence. */
export function headGroups(H: i32): i32 {
  return pieces(H, 4);
}

/** Bytes that all share: packed keys and values. In f64: more than 32 bits hold is refused, not taken for less. */
export function packedBytes(n: i32, S: i32, C: i32, HKV: i32, D: i32, V: i32, ranges: bool): f64 {
  return 4 * slots(n, S, C, ranges) * <f64>HKV * <f64>packedSize(false, D, V);
}

/** The same of single queries: what the blocks of keys give, of each sequence. */
export function partBytes(n: i32, S: i32, C: i32, H: i32, V: i32): f64 {
  return 4 * <f64>n * <f64>mostBlocks(S, C) * <f64>partSize(H, V);
}

/** Bytes of scratch. */
export function attendScratch(D: i32, V: i32): f64 {
  return <f64>HEAD + <f64>attendBytes(D, V);
}

export { decodeScratch } from './lib/decode';
export { keyBlocks, packScratch } from './lib/pack-blocks';

/** Blocks from..to of the keys and values of all n HKV sequences and heads, packed where they are seen. */
export function packKeys(
  from: i32, to: i32, T: i32, S: i32, C: i32, HKV: i32, D: i32, V: i32, window: i32,
  k: usize, v: usize, k0: usize, v0: usize, position: usize, ranges: usize, packed: usize, scratch: usize,
): void {
  packBlocks(false, from, to, T, S, C, HKV, D, V, window, k, v, k0, v0, position, ranges, packed, scratch);
}

/**
 * Blocks from..to of the queries of all n HKV sequences and key/value heads, each with its query heads. Early and late blocks take turns: a
 * stretch of units then has about as much to do as any other.
 */
export function attend(
  from: i32, to: i32, n: i32, T: i32, S: i32, C: i32, H: i32, HKV: i32, D: i32, V: i32, window: i32, scale: f32,
  q: usize, position: usize, ranges: usize, packed: usize, y: usize, lse: usize, scratch: usize,
): void {
  const count = pieces(T, R), G = H / HKV, s = changetype<Sequence>(scratch);
  const f = blockAt(D, V, window, scale, scratch + HEAD);
  const qs = <usize>(H * D) << 2, ys = <usize>(H * V) << 2, ls = <usize>H << 2;
  const keySize = <usize>turnedSize(D) << 2, size = <usize>packedSize(false, D, V) << 2, step = <usize>HKV * size;
  for (let i = from, next = from; i < to; i = next) {
    const b = i / count / HKV, g = i / count % HKV, first = i % count;
    next = min(to, i + count - first);
    if (first == 0) {
      clearGap(ranges, b, n, T, G * V, y + (<usize>(g * G * V) << 2), ys);
      clearGap(ranges, b, n, T, G, lse + (<usize>(g * G) << 2), ls);
    }
    sequence(s, b, T, S, C, window, position, ranges);
    const keys = packed + <usize>(s.slot * HKV + g) * size, blocks = pieces(s.length, R);
    for (let u = first, end = min(blocks, first + next - i); u < end; u++) {
      const t = (u & 1 ? blocks - 1 - (u >> 1) : u >> 1) * R, m = min(R, s.length - t);
      const row = <usize>(s.begin + t);
      for (let h = g * G; h < g * G + G; h++) {
        const qat = q + row * qs + (<usize>(h * D) << 2), yat = y + row * ys + (<usize>(h * V) << 2);
        attendOf(f, s, m, s.query + t, qat, qs, keys, keys + keySize, step, yat, ys, lse + row * ls + (<usize>h << 2), ls);
      }
    }
  }
}

/** Blocks from..to of the keys of all n sequences with one query each, for all its heads. */
export function decode(
  from: i32, to: i32, S: i32, C: i32, H: i32, HKV: i32, D: i32, V: i32, window: i32, scale: f32,
  q: usize, k: usize, v: usize, k0: usize, v0: usize, position: usize, parts: usize, scratch: usize,
): void {
  const count = mostBlocks(S, C), s = changetype<Sequence>(scratch), ks = <usize>(HKV * D) << 2, vs = <usize>(HKV * V) << 2;
  const size = <usize>partSize(H, V) << 2;
  for (let i = from, next = from; i < to; i = next) {
    const b = i / count, first = i % count;
    next = min(to, i + count - first);
    sequence(s, b, 1, S, C, window, position, 0);
    const ring = <usize>(b * C), origin = <usize>s.origin, query = q + (<usize>(b * H * D) << 2);
    for (let block = max(first, s.first), end = min(s.blocks, first + next - i); block < end; block++) {
      decodeBlock(
        s, block, C, H, HKV, D, V, window, scale, query, k0 + ring * ks, k + origin * ks, v0 + ring * vs, v + origin * vs,
        parts + <usize>(b * count + block) * size, scratch + HEAD,
      );
    }
  }
}

/** Bytes of scratch of `join`. */
export function joinScratch(V: i32): f64 {
  return <f64>HEAD + <f64>joinBytes(V);
}

/** Four heads at a time of all sequences: what their blocks gave is joined, in order. */
export function join(
  from: i32, to: i32, S: i32, C: i32, H: i32, V: i32, window: i32,
  position: usize, parts: usize, y: usize, lse: usize, scratch: usize,
): void {
  const s = changetype<Sequence>(scratch), size = <usize>partSize(H, V) << 2, count = headGroups(H);
  for (let i = from; i < to; i++) {
    const b = i / count;
    sequence(s, b, 1, S, C, window, position, 0);
    const at = parts + <usize>(b * mostBlocks(S, C)) * size, head = <usize>(b * H);
    joinBlocks(s, H, i % count << 2, V, at, y + (head * V << 2), lse + (head << 2), scratch + HEAD);
  }
}
