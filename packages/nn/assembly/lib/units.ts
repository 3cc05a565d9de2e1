// How work is cut into units that can run in any order: rows in blocks of 64, elements in blocks of 4096.

/** Rows of a unit. */
@inline export const ROWS: i32 = 64;
/** Elements of a unit, a multiple of 4. */
@inline export const ELEMENTS: i32 = 4096;

/** Units of `each` that n things are cut into; the last one may be smaller. */
@inline
export function unitsOf(n: i32, each: i32): i32 {
  return (n + each - 1) / each;
}
