// Kernels that move elements: broadcast, permute, slice, band.
import { around, type Loop, loopsOf, nest, type Shape, size, stepsOf, turns } from '@twilljs/tensor';
import { band as bandOf, copy, transpose } from '../gen/move.wgsl.gen.ts';
import type { Launch, Plan, Pointer, WebGpuKernel } from '../kernel.ts';
import { fourLoops } from '../loops.ts';
import { elementUnits } from '../units.ts';

/** Loops over (x, y). */
function copies(walk: readonly Loop[], x: Pointer, y: Pointer): Launch[] {
  const { outer, n, args, steps } = fourLoops(walk, 2);
  const [[x0, x1, x2, x3], [y0, y1, y2, y3]] = steps;
  return turns(outer, [x, y]).map(([x, y]) =>
    copy(elementUnits(n), { ...args, n, x, x0, x1, x2, x3, y, y0, y1, y2, y3 }),
  );
}

/** Planes are turned where x is contiguous along a loop that is not the last. */
function turned(walk: readonly Loop[]): Plan {
  const across = walk.findIndex(({ steps }) => steps[0] === 1);
  const others = walk.filter((_, i) => i !== across && i !== walk.length - 1);
  const { outer, inner } = nest(others, 3, 2);
  const [{ size: d0, steps: u0 }, { size: d1, steps: u1 }, { size: d2, steps: u2 }] = inner;
  const [[x0, y0], [x1, y1], [x2, y2]] = [u0, u1, u2];
  const [R, x3] = [walk[walk.length - 1].size, walk[walk.length - 1].steps[0]];
  const [C, y3] = [walk[across].size, walk[across].steps[1]];
  const units = d0 * d1 * d2 * Math.ceil(R / 32) * Math.ceil(C / 32);
  return {
    launches: ([x], [y]) =>
      turns(outer, [x, y]).map(([x, y]) => transpose(units, { d1, d2, R, C, x, x0, x1, x2, x3, y, y0, y1, y2, y3 })),
  };
}

export const broadcastTo: WebGpuKernel<{ to: Shape }> = {
  op: 'broadcastTo',
  plan([x], { to }) {
    const walk = loopsOf(to, [stepsOf(x!.shape, to), stepsOf(to, to)]);
    return { launches: ([x], [y]) => copies(walk, x, y) };
  },
};

export const permute: WebGpuKernel<{ axes: readonly number[] }> = {
  op: 'permute',
  plan([x], { axes }) {
    const own = stepsOf(x!.shape, x!.shape);
    const to = axes.map((axis) => x!.shape[axis]);
    const walk = loopsOf(to, [axes.map((axis) => own[axis]), stepsOf(to, to)]);
    if ((walk.at(-1)?.steps[0] ?? 1) !== 1) return turned(walk);
    return { launches: ([x], [y]) => copies(walk, x, y) };
  },
};

export const slice: WebGpuKernel<{ axis: number; from: number; to: number }> = {
  op: 'slice',
  plan([x], { axis, from, to }) {
    const [outer, length, inner] = around(x!.shape, axis);
    const n = (to - from) * inner;
    const walk = loopsOf(
      [outer, n],
      [
        [length * inner, 1],
        [n, 1],
      ],
    );
    return { launches: ([x], [y]) => copies(walk, x + 4 * from * inner, y) };
  },
};

export const band: WebGpuKernel<{ low: number; high: number; fill: number }> = {
  op: 'band',
  plan([x], { low, high, fill }) {
    const [R, C] = x!.shape.slice(-2);
    const n = size(x!.shape);
    // Unbounded sides become the farthest that a plane has.
    const from = Math.max(-R, Math.min(C, Math.ceil(low)));
    const to = Math.max(-R, Math.min(C, Math.floor(high)));
    return { launches: ([x], [y]) => [bandOf(elementUnits(n), { n, R, C, low: from, high: to, value: fill, x, y })] };
  },
};
