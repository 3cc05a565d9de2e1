// Sums and maxima over any axes, long ones in blocks whose results are joined by another launch. Places of the largest.
import { type Reduction, reductionsOf, type Shape } from '@twilljs/tensor';
import { reduce as reduceOf } from '../gen/reduce.wgsl.gen.ts';
import type { WebGpuKernel } from '../kernel.ts';
import { aligned } from '../units.ts';

const lanes = 64;
/** Rows that a lane joins: as few as keep this many workgroups busy, but not more than keep the error small. */
const fewRows = 32;
const mostRows = 256;
const busy = 1024;

/** One launch: [outer, n, inner] to [outer, blocks, inner]. */
interface Pass extends Reduction {
  readonly units: number;
  readonly length: number;
  readonly blocks: number;
  readonly parts: number;
  readonly rows: number;
  readonly width: number;
}

/** The largest power of two that is not above x. */
const powerBelow = (x: number): number => 2 ** Math.floor(Math.log2(x));

function passOf({ outer, n, inner }: Reduction): Pass {
  const width = Math.max(1, Math.min(lanes, inner));
  const rows = powerBelow(Math.max(1, Math.min(n, lanes / width)));
  const parts = Math.floor(lanes / (rows * width));
  const across = Math.ceil(outer / parts) * Math.ceil(inner / width);
  const atMost = Math.ceil(n / (rows * fewRows));
  const atLeast = Math.ceil(n / (rows * mostRows));
  const wanted = Math.max(1, atLeast, Math.min(atMost, Math.ceil(busy / Math.max(1, across))));
  const length = Math.max(1, Math.ceil(n / wanted));
  const blocks = Math.max(1, Math.ceil(n / length));
  return { outer, n, inner, units: across * blocks, length, blocks, parts, rows, width };
}

/** All launches of a reduction. */
function passesOf(reduction: Reduction): Pass[] {
  const pass = passOf(reduction);
  return pass.blocks === 1 ? [pass] : [pass, ...passesOf({ ...reduction, n: pass.blocks })];
}

export function reduce(op: 'sum' | 'max'): WebGpuKernel<{ to: Shape }> {
  const code = op === 'sum' ? 0 : 1;
  return {
    op,
    plan([x], { to }) {
      const list = reductionsOf(x!.shape, to).flatMap(passesOf);
      // Every result but the last lies in shared memory, one after the other.
      const ends: number[] = [];
      for (const { outer, blocks, inner } of list.slice(0, -1)) {
        ends.push((ends.at(-1) ?? 0) + aligned(4 * outer * blocks * inner));
      }
      return {
        shared: ends.at(-1) ?? 0,
        launches([x], [y], shared) {
          const places = [x, ...ends.map((_, i) => shared + (ends[i - 1] ?? 0)), y];
          return list.map(({ units, ...pass }, i) =>
            reduceOf(units, { ...pass, op: code, x: places[i], y: places[i + 1] }),
          );
        },
      };
    },
  };
}
