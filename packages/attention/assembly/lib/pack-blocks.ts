// The packing of keys and values for the forward pass and for gradients, in units.
import { pack, rowsSize, turnedSize } from './keys';
import { HEAD, mostBlocks, Sequence, sequence } from './sequence';
import { KB } from './sizes';

/** Units of packing for each sequence and key/value head. */
export function keyBlocks(S: i32, C: i32): i32 {
  return mostBlocks(S, C);
}

/** Bytes of scratch of packing. */
export function packScratch(D: i32, V: i32): f64 {
  return <f64>HEAD + 4 * KB * <f64>max(D, V);
}

/** Floats of a packed block. Gradients want keys and values turned, and rows of keys; the forward pass turned keys and rows of values. */
@inline
export function packedSize(gradients: bool, D: i32, V: i32): i32 {
  return turnedSize(D) + (gradients ? turnedSize(V) + rowsSize(D) : rowsSize(V));
}

/**
 * Blocks from..to of the keys and values of all n HKV sequences and heads, packed where they are seen.
 *
 * @param gradients for them; a literal.
 * @param T,S queries and new keys of a sequence; with ranges both are all positions.
 * @param C rows of the rings of the past.
 */
@inline
export function packBlocks(
  gradients: bool, from: i32, to: i32, T: i32, S: i32, C: i32, HKV: i32, D: i32, V: i32, window: i32,
  k: usize, v: usize, k0: usize, v0: usize, position: usize, ranges: usize, packed: usize, scratch: usize,
): void {
  const count = mostBlocks(S, C), s = changetype<Sequence>(scratch), room = scratch + HEAD;
  const ks = <usize>(HKV * D) << 2, vs = <usize>(HKV * V) << 2;
  const size = <usize>packedSize(gradients, D, V) << 2, toValues = <usize>turnedSize(D) << 2, toKeys = toValues + (<usize>turnedSize(V) << 2);
  for (let i = from, next = from; i < to; i = next) {
    const b = i / count / HKV, g = i / count % HKV, first = i % count;
    next = min(to, i + count - first);
    sequence(s, b, T, S, C, window, position, ranges);
    const atK = <usize>(g * D) << 2, atV = <usize>(g * V) << 2;
    const oldK = k0 + <usize>(b * C) * ks + atK, newK = k + <usize>s.origin * ks + atK;
    const oldV = v0 + <usize>(b * C) * vs + atV, newV = v + <usize>s.origin * vs + atV;
    for (let block = max(first, s.first), end = min(s.blocks, first + next - i); block < end; block++) {
      const at = packed + <usize>((s.slot + block) * HKV + g) * size;
      pack(s, block, C, D, oldK, newK, ks, at, gradients ? at + toKeys : 0, room);
      pack(s, block, C, V, oldV, newV, vs, gradients ? at + toValues : 0, gradients ? 0 : at + toValues, room);
    }
  }
}
