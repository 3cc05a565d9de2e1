// Kernels that move elements: broadcast, permute, slice, pad, concat, pack, band.
import { around, type Loop, loopsOf, nest, type Shape, size, stepsOf, turns } from '@twilljs/tensor';
import { band as bandOf, type Formulas, module, pad as padOf, rows, transposes } from '../gen/move.gen.ts';
import type { Launch, Plan, Pointer, WasmKernel } from '../kernel.ts';

/** Loops over (x, y), the last of them contiguous in y: rows copied, rows of one number, or planes turned. */
function strided(loops: readonly Loop[], formulas: Formulas): Plan {
  const xs = loops.at(-1)?.steps[0] ?? 1;
  return xs === 0 || xs === 1 ? copied(loops, formulas) : turned(loops, xs, formulas);
}

function copied(loops: readonly Loop[], { units }: Formulas): Plan {
  const { outer, inner } = nest(loops, 4, 2);
  const [{ size: d0, steps: u0 }, { size: d1, steps: u1 }, { size: d2, steps: u2 }, { size: n, steps }] = inner;
  const [[s0, t0], [s1, t1], [s2, t2], [xn]] = [u0, u1, u2, steps];
  const count = units(d0 * d1 * d2 * n);
  return {
    launches: ([x], [y]) =>
      turns(outer, [x, y]).map(([x, y]) => rows(count, { d0, d1, d2, n, x, s0, s1, s2, xn, y, t0, t1, t2 })),
  };
}

function turned(loops: readonly Loop[], xs: number, { transposeUnits }: Formulas): Plan {
  const across = loops.findIndex((loop) => loop.steps[0] === 1);
  const others = loops.filter((_, i) => i !== across && i !== loops.length - 1);
  const { outer, inner } = nest(others, 3, 2);
  const [{ size: d0, steps: u0 }, { size: d1, steps: u1 }, { size: d2, steps: u2 }] = inner;
  const [[s0, t0], [s1, t1], [s2, t2], [, ys]] = [u0, u1, u2, loops[across].steps];
  const [R, C] = [loops[loops.length - 1].size, loops[across].size];
  const count = transposeUnits(d0 * d1 * d2, R);
  return {
    launches: ([x], [y]) =>
      turns(outer, [x, y]).map(([x, y]) =>
        transposes(count, { d0, d1, d2, R, C, x, s0, s1, s2, xs, y, t0, t1, t2, ys }),
      ),
  };
}

export const broadcastTo: WasmKernel<{ to: Shape }, Formulas> = {
  op: 'broadcastTo',
  module,
  plan: ([x], { to }, formulas) => strided(loopsOf(to, [stepsOf(x!.shape, to), stepsOf(to, to)]), formulas),
};

export const permute: WasmKernel<{ axes: readonly number[] }, Formulas> = {
  op: 'permute',
  module,
  plan([x], { axes }, formulas) {
    const own = stepsOf(x!.shape, x!.shape);
    const to = axes.map((axis) => x!.shape[axis]);
    return strided(loopsOf(to, [axes.map((axis) => own[axis]), stepsOf(to, to)]), formulas);
  },
};

/** `d2` rows of n, s2 floats apart in x and t2 in y. */
function copyRows({ units }: Formulas, d2: number, n: number, x: Pointer, s2: number, y: Pointer, t2: number): Launch {
  return rows(units(d2 * n), { d0: 1, d1: 1, d2, n, x, s0: 0, s1: 0, s2, xn: 1, y, t0: 0, t1: 0, t2 });
}

export const slice: WasmKernel<{ axis: number; from: number; to: number }, Formulas> = {
  op: 'slice',
  module,
  plan([x], { axis, from, to }, formulas) {
    const [outer, length, inner] = around(x!.shape, axis);
    const n = (to - from) * inner;
    return { launches: ([x], [y]) => [copyRows(formulas, outer, n, x + 4 * from * inner, length * inner, y, n)] };
  },
};

export const concat: WasmKernel<{ axis: number }, Formulas> = {
  op: 'concat',
  module,
  plan(xs, { axis }, formulas) {
    const parts = xs.map((x) => around(x!.shape, axis));
    const step = parts.reduce((sum, [, length, inner]) => sum + length * inner, 0);
    return {
      launches(ins, [y]) {
        let at = y;
        return parts.map(([outer, length, inner], i) => {
          const n = length * inner;
          const launch = copyRows(formulas, outer, n, ins[i], n, at, step);
          at += 4 * n;
          return launch;
        });
      },
    };
  },
};

/** Rows of n, with so many zeros before and after each. */
function padded(
  { units }: Formulas,
  rows: number,
  n: number,
  [before, after]: number[],
  x: Pointer,
  y: Pointer,
): Launch {
  return padOf(units(rows * (before + n + after)), { rows, n, before, after, x, y });
}

export const pad: WasmKernel<{ axis: number; before: number; after: number }, Formulas> = {
  op: 'pad',
  module,
  plan([x], { axis, before, after }, formulas) {
    const [outer, length, inner] = around(x!.shape, axis);
    const zeros = [before * inner, after * inner];
    return { launches: ([x], [y]) => [padded(formulas, outer, length * inner, zeros, x, y)] };
  },
};

export const pack: WasmKernel<{ offsets: readonly number[]; length: number }, Formulas> = {
  op: 'pack',
  module,
  plan(xs, { offsets, length }, formulas) {
    const sizes = xs.map((x) => size(x!.shape));
    const ends = sizes.map((n, i) => offsets[i] + n);
    return {
      launches: (ins, [y]) =>
        ins.map((x, i) => {
          const start = i === 0 ? 0 : ends[i - 1];
          const zeros = [offsets[i] - start, i === ins.length - 1 ? length - ends[i] : 0];
          return padded(formulas, 1, sizes[i], zeros, x, y + 4 * start);
        }),
    };
  },
};

export const band: WasmKernel<{ low: number; high: number; fill: number }, Formulas> = {
  op: 'band',
  module,
  plan([x], { low, high, fill }, { units }) {
    const C = x!.shape.at(-1)!;
    const R = x!.shape.at(-2)!;
    const planes = size(x!.shape.slice(0, -2));
    // Unbounded sides become the farthest that a plane has.
    const from = Math.max(-R, Math.min(C, Math.ceil(low)));
    const to = Math.max(-R, Math.min(C, Math.floor(high)));
    const count = units(planes * R * C);
    return { launches: ([x], [y]) => [bandOf(count, { planes, R, C, low: from, high: to, value: fill, x, y })] };
  },
};
