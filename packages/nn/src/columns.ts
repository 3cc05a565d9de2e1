// Sums over rows on a graphics card, such as the gradients of weights: workgroups leave partial sums of their blocks of rows, and one more
// launch adds these up.
import type { Launch, Pointer } from '@twilljs/webgpu';
import { total } from './gen/columns.wgsl.gen.ts';

/** How a workgroup of 256 lanes takes rows of D. */
export interface RowBlocks {
  /** Rows of a workgroup: at most 64, and a multiple of 8. */
  readonly block: number;
  /** Lanes along a row, a power of two from 4 to 256; as many rows as fit are gone through side by side, each with sums of its own. */
  readonly columns: number;
  /** Workgroups. */
  readonly units: number;
  /** Rows of partial sums. */
  readonly partials: number;
}

export function rowBlocks(rows: number, D: number): RowBlocks {
  const columns = Math.min(256, Math.max(4, 2 ** Math.ceil(Math.log2(D))));
  const block = D > 256 ? 16 : 64;
  const units = Math.ceil(rows / block);
  return { block, columns, units, partials: (units * 256) / columns };
}

/**
 * The launch that adds up `sums` [partials,n].
 *
 * @param first columns of n that are those of y; those behind them are those of `rest`.
 */
export function totals(
  { partials, n, first = n }: { partials: number; n: number; first?: number },
  { sums, y, rest = 0 }: { sums: Pointer; y: Pointer; rest?: Pointer },
): Launch {
  return total(Math.ceil(n / 8), { blocks: partials, n, first, sums, y, rest });
}
