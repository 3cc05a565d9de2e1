// How attention is cut.
/** Queries of a block: whole strips of a tile of either height. */
@inline export const R: i32 = 48;
/** Keys of a block, counted from position 0 of a sequence, so that a token has the same bits however many are computed together. */
@inline export const KB: i32 = 96;
/** Bytes of a row of scores of a block: room for whole vectors and strips, and an odd number of cache lines, so that rows share none. */
@inline export const ES: usize = 448;

@inline
export function up8(n: i32): i32 {
  return (n + 7) & ~7;
}

@inline
export function up16(n: i32): i32 {
  return (n + 15) & ~15;
}
