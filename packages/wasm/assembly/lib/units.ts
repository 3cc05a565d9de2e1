// How kernels are cut into units. A unit is a fixed piece of the output, never a thread's share: any split of the units gives the same bits.

/** Elements of a unit of an element-wise kernel. */
@inline export const ELEMENTS: i32 = 4096;
/** Rows of a unit of a row-wise kernel, and of a partial sum over rows. */
@inline export const ROWS: i32 = 64;
/** Columns of a unit where columns are summed or scanned: one line of the caches. */
@inline export const COLUMNS: i32 = 16;

/** Pieces of `size` that n falls into, the last one perhaps smaller. */
@inline
export function pieces(n: i32, size: i32): i32 {
  return (n + size - 1) / size;
}

/** Units of n elements. */
export function elementUnits(n: i32): i32 {
  return pieces(n, ELEMENTS);
}

/** Units of n rows. */
export function rowUnits(n: i32): i32 {
  return pieces(n, ROWS);
}
