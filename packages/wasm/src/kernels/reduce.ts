// Sums and maxima over any axes: one pass for each run of neighbouring axes, the innermost first. Places of the largest.
import { loopsOf, type Shape, size, stepsOf } from '@twilljs/tensor';
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

/** A sum or a maximum over the middle axis of [outer, n, inner]. */
interface Pass {
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
}

/** Passes from x to what is left of it. */
function passes(x: Shape, to: Shape): Pass[] {
  const kept = stepsOf(to, to).map((step, i) => (to[i] === 1 ? 0 : step));
  const loops = loopsOf(x, [kept]);
  const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);
  const out: Pass[] = [];
  const sizes = loops.map((loop) => loop.size);
  for (let i = loops.length - 1; i >= 0; i--) {
    if (loops[i].steps[0] !== 0) continue;
    out.push({ outer: product(sizes.slice(0, i)), n: sizes[i], inner: product(sizes.slice(i + 1)) });
    sizes[i] = 1;
  }
  // Nothing to reduce is a sum over one element each.
  return out.length > 0 ? out : [{ outer: product(sizes), n: 1, inner: 1 }];
}

function launch(op: 'sum' | 'max', { outer, n, inner }: Pass, x: Pointer, y: Pointer, formulas: Formulas): Launch {
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
      const list = passes(x!.shape, to);
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
