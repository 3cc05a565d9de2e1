// Sums over rows on a graphics card, such as the gradients of weights: workgroups leave partial sums of their blocks of rows, and one more
// launch adds these up.
import type { Launch, Pointer } from '@twilljs/webgpu';
import { total } from './gen/columns.wgsl.gen.ts';
import { lanesAcross } from './units.ts';

/** How a workgroup of 256 lanes takes rows of D. */
export interface RowBlocks {
  /** Lanes that share a row where it is reduced: 256 / across rows at a time. */
  readonly across: number;
  /** Rows of a workgroup, a power of two: no fewer than it reduces at a time, and at most 256. */
  readonly block: number;
  /** Lanes along a row, a power of two from 4 to 256; as many rows as fit are gone through side by side, each with sums of its own. */
  readonly columns: number;
  /** Workgroups. */
  readonly units: number;
  /** Rows of partial sums. */
  readonly partials: number;
}

/** With enough workgroups to fill a card, and no more partial sums than these leave. */
export function rowBlocks(rows: number, D: number): RowBlocks {
  const across = lanesAcross(D, 32);
  const columns = Math.min(256, Math.max(4, 2 ** Math.ceil(Math.log2(D))));
  const block = Math.min(256, Math.max(256 / across, 2 ** Math.floor(Math.log2(rows / 512))));
  const units = Math.ceil(rows / block);
  return { across, block, columns, units, partials: (units * 256) / columns };
}

/**
 * The launch that adds up `sums` [partials,n].
 *
 * @param first columns of n that are those of y; those behind them are those of `rest`, and from `second` on of `last`.
 */
export function totals(
  { partials, n, first = n, second = n }: { partials: number; n: number; first?: number; second?: number },
  { sums, y, rest = 0, last = 0 }: { sums: Pointer; y: Pointer; rest?: Pointer; last?: Pointer },
): Launch {
  return total(Math.ceil(n / 8), { blocks: partials, n, first, second, sums, y, rest, last });
}
