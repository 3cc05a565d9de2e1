// The pieces of a launch that is shared, and the word that says which of them nobody has drawn.

/** Pieces of a launch at most: a bit each. */
@inline const MOST: i32 = 47;
/** The mark of a launch that is shared, until its last piece is done; and the bits of pieces below it. */
@inline export const OPEN: i64 = <i64>1 << 47;
@inline export const FREE: i64 = OPEN - 1;
/** What the number of a launch counts in. */
@inline const NUMBER: i64 = <i64>1 << 48;

@inline
export function isOpen(word: i64): bool {
  return (word & OPEN) != 0;
}

/** Closed, with another number, so that who sleeps on the word sees it. */
@inline
export function closed(word: i64): i64 {
  return (word & ~(OPEN | FREE)) + NUMBER;
}

/** Four for each worker where there are bits for them: half of its part, a quarter, and two eighths, which are for whoever is faster. */
@inline
export function piecesOf(units: i32, workers: i32): i32 {
  return min(units, 4 * workers <= MOST ? 4 * workers : min(workers, MOST));
}

/** The first unit of a piece. */
@inline
export function edge(piece: i32, units: i32, workers: i32): i32 {
  const pieces = piecesOf(units, workers);
  if (pieces == units || pieces != 4 * workers) return <i32>((<i64>units * piece) / pieces);
  const worker = piece >> 2, eighths = 8 - (8 >> (piece & 3));
  return <i32>((<i64>units * (8 * worker + eighths)) / (8 * workers));
}

/** Bits of the pieces from..to. */
@inline
export function bits(from: i32, to: i32): i64 {
  return ((<i64>1 << to) - 1) & ~((<i64>1 << from) - 1);
}

/** Which of the free pieces a worker takes: the first of its own, else the first of all. */
@inline
export function choose(id: i32, free: i64, units: i32, workers: i32): i32 {
  const pieces = piecesOf(units, workers);
  const own = free & bits(id * pieces / workers, (id + 1) * pieces / workers);
  return <i32>ctz<i64>(own != 0 ? own : free);
}
