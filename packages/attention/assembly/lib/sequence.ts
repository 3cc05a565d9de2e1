// Where the queries and keys of a sequence lie. Places of keys count from the first key of the block of KB, by position, that holds the
// oldest one: keys are at lead, ..., end - 1, of which the first `old` lie in a ring.
import { beginOf, endOf } from '../../../wasm/assembly/lib/ranges';
import { pieces } from '../../../wasm/assembly/lib/units';
import { KB } from './sizes';

/** Bytes of scratch that a `Sequence` takes. */
@inline export const HEAD: usize = 64;

@unmanaged
export class Sequence {
  /** Its first query and their number. */
  begin: i32;
  length: i32;
  /** Keys in the ring, and the row of the first. */
  old: i32;
  oldest: i32;
  /** The row of the first new key, and the number of new keys. */
  origin: i32;
  fresh: i32;
  lead: i32;
  end: i32;
  /** The place of the first query. */
  query: i32;
  /** The first block that some query sees, and the number of all. */
  first: i32;
  blocks: i32;
  /** The first of its blocks among those of all sequences. */
  slot: i32;
}

/** Blocks of a sequence of at most S new keys and C in a ring, at any position. */
@inline
export function mostBlocks(S: i32, C: i32): i32 {
  return pieces(S, KB) + (C > 0 ? pieces(C, KB) + 1 : 0);
}

/** Blocks of a sequence beyond the full ones of its new keys: of its past, and at both ends. */
@inline
function extra(C: i32): i32 {
  return C > 0 ? pieces(C, KB) + 2 : 1;
}

/** Room for the blocks of n sequences: of rows without a ring just theirs. */
@inline
export function slots(n: i32, S: i32, C: i32, ranges: bool): f64 {
  if (!ranges && C == 0) return <f64>n * <f64>pieces(S, KB);
  return <f64>n * <f64>extra(C) + <f64>pieces(ranges ? S : n * S, KB);
}

/**
 * Sequence b. `position` points at how many tokens each had.
 *
 * @param T,S queries and new keys of a sequence; with ranges both are all positions.
 */
export function sequence(
  s: Sequence, b: i32, T: i32, S: i32, C: i32, window: i32, position: usize, ranges: usize,
): void {
  const before = position && C > 0 ? max(0, load<i32>(position + (<usize>b << 2))) : 0;
  s.begin = beginOf(ranges, b, T, T); s.length = endOf(ranges, b, T, T) - s.begin;
  // Of its past a sequence sees no more than the first query does.
  s.old = s.length > 0 && position ? max(0, min(min(before, C), window - 1)) : 0;
  s.oldest = s.old > 0 ? (before - s.old) % C : 0;
  s.origin = ranges ? s.begin : b * S;
  s.lead = (before - s.old) % KB;
  s.fresh = ranges ? s.length : S;
  s.end = s.lead + s.old + s.fresh;
  s.query = s.end - s.length;
  s.first = max(s.lead, s.query - window + 1) / KB;
  s.blocks = s.length > 0 ? pieces(s.end, KB) : 0;
  s.slot = !ranges && C == 0 ? b * pieces(S, KB) : b * extra(C) + s.origin / KB;
}
