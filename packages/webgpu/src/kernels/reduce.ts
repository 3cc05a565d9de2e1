// Sums and maxima over any axes, long ones in blocks whose results are joined by another launch. Places of the largest.
import { type Reduction, reductionsOf, type Shape, size } from '@twilljs/tensor';
import { argmax as argmaxOf } from '../gen/argmax.wgsl.gen.ts';
import { reduce as reduceOf } from '../gen/reduce.wgsl.gen.ts';
import type { WebGpuKernel } from '../kernel.ts';
import { panelsOf } from '../panels.ts';
import { aligned } from '../units.ts';

type Pass = ReturnType<typeof panelsOf>;

/** All launches of a reduction. */
function passesOf(reduction: Reduction): Pass[] {
  const pass = panelsOf(reduction);
  const { blocks } = pass.panels;
  return blocks === 1 ? [pass] : [pass, ...passesOf({ ...reduction, n: blocks })];
}

export function reduce(op: 'sum' | 'max'): WebGpuKernel<{ to: Shape }> {
  const code = op === 'sum' ? 0 : 1;
  return {
    op,
    plan([x], { to }) {
      const list = reductionsOf(x!.shape, to).flatMap(passesOf);
      // Every result but the last lies in shared memory, one after the other.
      const ends: number[] = [];
      for (const { panels } of list.slice(0, -1)) {
        ends.push((ends.at(-1) ?? 0) + aligned(4 * panels.outer * panels.blocks * panels.inner));
      }
      return {
        shared: ends.at(-1) ?? 0,
        launches([x], [y], shared) {
          const places = [x, ...ends.map((_, i) => shared + (ends[i - 1] ?? 0)), y];
          return list.map(({ units, panels }, i) =>
            reduceOf(units, { ...panels, op: code, x: places[i], y: places[i + 1] }),
          );
        },
      };
    },
  };
}

/** Numbers of a row that a workgroup looks through. */
const length = 2048;

export const argmax: WebGpuKernel<null> = {
  op: 'argmax',
  plan([x]) {
    const rows = size(x!.shape.slice(0, -1));
    const N = x!.shape.at(-1)!;
    const blocks = Math.ceil(N / length);
    if (blocks <= 1) {
      return { launches: ([x], [y]) => [argmaxOf(rows, { n: N, length, x, places: 0, best: 0, y })] };
    }
    const half = aligned(4 * rows * blocks);
    return {
      shared: 2 * half,
      launches: ([x], [y], best) => [
        argmaxOf(rows * blocks, { n: N, length, x, places: 0, best, y: best + half }),
        argmaxOf(rows, { n: blocks, length: blocks, x: best, places: best + half, best: 0, y }),
      ],
    };
  },
};
