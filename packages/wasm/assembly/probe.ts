// What is timed to find out whether the engine pairs lanes: the tile of this build, again and again.
import { WIDE } from './lib/build';
import { tile } from './lib/tile';

/** C [6,16] = A [6,K] B [K,16], `times` times. */
export function probe(from: i32, to: i32, times: i32, K: i32, a: usize, b: usize, c: usize, scratch: usize): void {
  for (let i = 0; i < times; i++) {
    tile(6, K, a, K << 2, 4, b, 64, c, 64, false);
    if (!WIDE) tile(6, K, a, K << 2, 4, b + 32, 64, c + 32, 64, false);
  }
}
