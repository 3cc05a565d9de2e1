// Norms over rows on a graphics card: one kernel forward, one backward and the total of its sums, for all of them.
import type { Spec } from '@twilljs/tensor';
import type { Launch, Plan, Pointer } from '@twilljs/webgpu';
import { rowBlocks, totals } from './columns.ts';
import { backward, forward } from './gen/norm.wgsl.gen.ts';
import { rowsOf } from './rows.ts';
import { lanesAcross } from './units.ts';

interface NormOptions {
  readonly eps: number;
  /** By what the sum of squares is divided. Default: the length of a row. */
  readonly over?: number;
  /** Of a gate: silu or sigmoid. Default: sigmoid. */
  readonly silu?: boolean;
}

/** Operands that are not there. */
const none = { branch: 0, gate: 0, weight: 0, sum: 0, dsum: 0, dgate: 0, dweight: 0 };
type Absent = Partial<Record<keyof typeof none, Pointer>>;

/** From which row on rows are of a second tensor, and how many words further they lie there than behind those of the first. */
export interface Gaps {
  readonly first: number;
  readonly x_gap: number;
  readonly y_gap: number;
  readonly dy_gap: number;
  readonly dx_gap: number;
}

const noGaps = (rows: number): Gaps => ({ first: rows, x_gap: 0, y_gap: 0, dy_gap: 0, dx_gap: 0 });

/** Launches of a norm over the rows of x. */
export function normOf(x: Spec, { eps, over, silu = false }: NormOptions) {
  const [rows, D] = rowsOf(x.shape);
  const across = lanesAcross(D);
  const sizes = { rows, D, ...noGaps(rows), eps, over: over ?? D, silu: Number(silu) };
  return (operands: Absent & Partial<Gaps> & { x: Pointer; y: Pointer }): Launch[] => [
    forward(Math.ceil((rows * across) / 256), { ...sizes, across, ...none, ...operands }),
  ];
}

/** The same backward. @param weighted whether there is a weight, whose gradient is wanted. */
export function normGradOf(
  x: Spec,
  { eps, over, silu = false }: NormOptions,
  weighted: boolean,
  operandsOf: (
    ins: readonly Pointer[],
    outs: readonly Pointer[],
  ) => Absent & Partial<Gaps> & { x: Pointer; dy: Pointer; dx: Pointer },
): Plan {
  const [rows, D] = rowsOf(x.shape);
  const { across, block, columns, units, partials } = rowBlocks(rows, D);
  const sizes = { rows, D, ...noGaps(rows), eps, over: over ?? D, silu: Number(silu), across, block, columns };
  return {
    shared: weighted ? 4 * partials * D : 0,
    launches(ins, outs, sums) {
      const { dweight, ...operands } = { ...none, ...operandsOf(ins, outs) };
      const launch = backward(units, { ...sizes, ...operands, sums });
      return weighted ? [launch, totals({ partials, n: D }, { sums, y: dweight })] : [launch];
    },
  };
}
