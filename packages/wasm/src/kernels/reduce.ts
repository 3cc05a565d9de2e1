// Sums and maxima over any axes: one pass for each run of neighbouring axes, the innermost first. Places of the largest.
import { type Reduction, reductionsOf, type Shape, size } from '@twilljs/tensor';
import {
  argmax as argmaxOf,
  type Formulas,
  maxLast,
  maxMiddle,
  module,
  sumLast,
  sumMiddle,
} from '../gen/reduce.gen.ts';
import type { Launch, Pointer, WasmKernel } from '../kernel.ts';

function launch(op: 'sum' | 'max', { outer, n, inner }: Reduction, x: Pointer, y: Pointer, formulas: Formulas): Launch {
  const [last, middle] = op === 'sum' ? [sumLast, sumMiddle] : [maxLast, maxMiddle];
  return inner === 1
    ? last(formulas.lastUnits(outer), { outer, n, x, y })
    : middle(formulas.middleUnits(outer, inner), { n, inner, x, y });
}

const aligned = (bytes: number) => 256 * Math.ceil(bytes / 256);

export function reduce(op: 'sum' | 'max'): WasmKernel<{ to: Shape }, Formulas> {
  return {
    op,
    module,
    plan([x], { to }, formulas) {
      const list = reductionsOf(x!.shape, to);
      // Every result but the last lies in shared memory, one after the other.
      const ends: number[] = [];
      for (const { outer, inner } of list.slice(0, -1)) ends.push((ends.at(-1) ?? 0) + aligned(4 * outer * inner));
      return {
        shared: ends.at(-1) ?? 0,
        own: op === 'sum' ? Math.max(...list.map(({ n, inner }) => formulas.sumScratch(n, inner))) : 0,
        launches([x], [y], shared) {
          const places = [x, ...ends.map((_, i) => shared + (ends[i - 1] ?? 0)), y];
          return list.map((pass, i) => launch(op, pass, places[i], places[i + 1], formulas));
        },
      };
    },
  };
}

export const argmax: WasmKernel<null> = {
  op: 'argmax',
  module,
  plan([x]) {
    const N = x!.shape.at(-1)!;
    const rows = size(x!.shape.slice(0, -1));
    return { launches: ([x], [y]) => [argmaxOf(rows, { N, x, y })] };
  },
};
