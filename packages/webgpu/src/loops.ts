// Strided loops as kernels walk them.
import { type Loop, nest } from '@twilljs/tensor';

/** Loops as `lib/turns.wgsl` walks them. */
export interface FourLoops {
  /** What is left: a launch for each of its turns. */
  readonly outer: readonly Loop[];
  /** Elements of a launch. */
  readonly n: number;
  readonly args: { readonly loops: number; readonly d1: number; readonly d2: number; readonly d3: number };
  /** By operand, the four steps. */
  readonly steps: readonly (readonly number[])[];
}

export function fourLoops(walk: readonly Loop[], operands: number): FourLoops {
  const { outer, inner } = nest(walk, 4, operands);
  const [d0, d1, d2, d3] = inner.map(({ size }) => size);
  return {
    outer,
    n: d0 * d1 * d2 * d3,
    args: { loops: Math.min(4, walk.length), d1, d2, d3 },
    steps: Array.from({ length: operands }, (_, operand) => inner.map(({ steps }) => steps[operand])),
  };
}
