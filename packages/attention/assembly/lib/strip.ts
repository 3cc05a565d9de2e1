// A strip of a product: MR rows of A against all columns of B, which lie in panels of sixteen.
import { WIDE } from '../../../wasm/assembly/lib/build';
import { MR, tile, tile8 } from '../../../wasm/assembly/lib/tile';

export { MR };

/**
 * MR rows of C [.,N] = (add ? C : 0) + A B. Elements of A are acs bytes apart, its rows ars; rows of B are bs apart, and its next sixteen columns
 * bp. Whole vectors of eight are written.
 */
export function strip(
  N: i32, K: i32, a: usize, ars: usize, acs: usize, b: usize, bs: usize, bp: usize, c: usize, cs: usize, add: bool,
): void {
  for (let left = N; left > 0; left -= 16) {
    if (WIDE && left > 8) tile(MR, K, a, ars, acs, b, bs, c, cs, add);
    else {
      tile8(MR, K, a, ars, acs, b, bs, c, cs, add);
      if (left > 8) tile8(MR, K, a, ars, acs, b + 32, bs, c + 32, cs, add);
    }
    b += bp;
    c += 64;
  }
}
