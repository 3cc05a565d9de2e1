// Kernels that put tensors beside each other: concat, pack, pad.
import { around, size } from '@twilljs/tensor';
import { join } from '../gen/join.wgsl.gen.ts';
import type { Launch, Plan, Pointer, WebGpuKernel } from '../kernel.ts';
import { elementUnits } from '../units.ts';

/** Tensors of a launch: with y there are no more than the buffers that a launch can bind. */
const most = 7;

/** A tensor [rows,n], and the column of y in which it begins. */
interface Part {
  readonly at: number;
  readonly n: number;
}

/** Columns from..to of y [rows,step]. */
function launchOf(
  rows: number,
  step: number,
  [from, to]: [number, number],
  parts: readonly (Part & { x: Pointer })[],
  y: Pointer,
): Launch {
  const none = { at: to, n: 0, x: 0 };
  const [p0, p1, p2, p3, p4, p5, p6] = [...parts, ...new Array<typeof none>(most).fill(none)];
  return join(elementUnits(rows * (to - from)), {
    rows,
    width: to - from,
    step,
    from_0: p0.at - from,
    n_0: p0.n,
    x_0: p0.x,
    from_1: p1.at - from,
    n_1: p1.n,
    x_1: p1.x,
    from_2: p2.at - from,
    n_2: p2.n,
    x_2: p2.x,
    from_3: p3.at - from,
    n_3: p3.n,
    x_3: p3.x,
    from_4: p4.at - from,
    n_4: p4.n,
    x_4: p4.x,
    from_5: p5.at - from,
    n_5: p5.n,
    x_5: p5.x,
    from_6: p6.at - from,
    n_6: p6.n,
    x_6: p6.x,
    y: y + 4 * from,
  });
}

/** y [rows,step] of tensors in the order of their columns, zeros between them. */
function joined(rows: number, step: number, parts: readonly Part[]): Plan {
  const starts = parts.flatMap((_, i) => (i % most === 0 ? [i] : []));
  return {
    launches: (ins, [y]) =>
      starts.map((first) => {
        const next = first + most;
        const from = first === 0 ? 0 : parts[first].at;
        const to = next < parts.length ? parts[next].at : step;
        const own = parts.slice(first, next).map((part, i) => ({ ...part, x: ins[first + i] }));
        return launchOf(rows, step, [from, to], own, y);
      }),
  };
}

/** Each behind the one before. */
function inOrder(sizes: readonly number[]): Part[] {
  let at = 0;
  return sizes.map((n) => {
    at += n;
    return { at: at - n, n };
  });
}

export const concat: WebGpuKernel<{ axis: number }> = {
  op: 'concat',
  plan(xs, { axis }) {
    const [outer] = around(xs[0]!.shape, axis);
    const parts = inOrder(
      xs.map((x) => {
        const [, length, inner] = around(x!.shape, axis);
        return length * inner;
      }),
    );
    const { at, n } = parts[parts.length - 1];
    return joined(outer, at + n, parts);
  },
};

export const pack: WebGpuKernel<{ offsets: readonly number[]; length: number }> = {
  op: 'pack',
  plan: (xs, { offsets, length }) =>
    joined(
      1,
      length,
      xs.map((x, i) => ({ at: offsets[i], n: size(x!.shape) })),
    ),
};

export const pad: WebGpuKernel<{ axis: number; before: number; after: number }> = {
  op: 'pad',
  plan([x], { axis, before, after }) {
    const [outer, length, inner] = around(x!.shape, axis);
    return joined(outer, (before + length + after) * inner, [{ at: before * inner, n: length * inner }]);
  },
};
