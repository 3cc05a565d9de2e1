// Kernels that move elements: broadcast, permute, slice, pad, concat, pack, band.
import { type Shape, size } from '@twilljs/tensor';
import { around, type Loop, loopsOf, nest, stepsOf, walk } from '../axes.ts';
import { module } from '../gen/move.gen.ts';
import type { OldPlan, WasmKernel } from '../kernel.ts';

const row: Loop = { size: 1, steps: [1, 1] };

/** Loops over (x, y), the last of them contiguous in y: rows copied, rows of one number, or planes turned. */
function strided(loops: readonly Loop[]): OldPlan {
  const last = loops.at(-1) ?? row;
  const [xs] = last.steps;
  if (xs === 0 || xs === 1) {
    const { outer, inner } = nest(loops.length > 0 ? loops : [row], 4, 2);
    const [d0, d1, d2, { size: n }] = inner;
    const call = xs === 0 ? 'splats' : 'rows';
    return {
      scratch: 0,
      run(exports, [x], [y]) {
        walk(outer, [x, y], ([x, y]) => {
          exports[call](
            d0.size,
            d1.size,
            d2.size,
            n,
            x,
            d0.steps[0],
            d1.steps[0],
            d2.steps[0],
            y,
            d0.steps[1],
            d1.steps[1],
            d2.steps[1],
          );
        });
      },
    };
  }
  const across = loops.findIndex((loop) => loop.steps[0] === 1);
  const { outer, inner } = nest(
    loops.filter((_, i) => i !== across && i !== loops.length - 1),
    3,
    2,
  );
  const [d0, d1, d2] = inner;
  const { size: columns, steps: target } = loops[across];
  return {
    scratch: 0,
    run(exports, [x], [y]) {
      walk(outer, [x, y], ([x, y]) => {
        exports.transposes(
          ...[d0.size, d1.size, d2.size, last.size, columns],
          ...[x, d0.steps[0], d1.steps[0], d2.steps[0], xs],
          ...[y, d0.steps[1], d1.steps[1], d2.steps[1], target[1]],
        );
      });
    },
  };
}

export const broadcastTo: WasmKernel<{ to: Shape }> = {
  op: 'broadcastTo',
  module,
  plan: ([x], { to }) => strided(loopsOf(to, [stepsOf(x!.shape, to), stepsOf(to, to)])),
};

export const permute: WasmKernel<{ axes: readonly number[] }> = {
  op: 'permute',
  module,
  plan([x], { axes }) {
    const own = stepsOf(x!.shape, x!.shape);
    const to = axes.map((axis) => x!.shape[axis]);
    return strided(loopsOf(to, [axes.map((axis) => own[axis]), stepsOf(to, to)]));
  },
};

export const slice: WasmKernel<{ axis: number; from: number; to: number }> = {
  op: 'slice',
  module,
  plan([x], { axis, from, to }) {
    const [outer, length, inner] = around(x!.shape, axis);
    const n = (to - from) * inner;
    return {
      scratch: 0,
      run(exports, [x], [y]) {
        exports.rows(1, 1, outer, n, x + 4 * from * inner, 0, 0, length * inner, y, 0, 0, n);
      },
    };
  },
};

export const pad: WasmKernel<{ axis: number; before: number; after: number }> = {
  op: 'pad',
  module,
  plan([x], { axis, before, after }) {
    const [outer, length, inner] = around(x!.shape, axis);
    const n = length * inner;
    const step = n + (before + after) * inner;
    return {
      scratch: 0,
      run(exports, [x], [y]) {
        exports.fills(outer, before * inner, 0, y, step);
        exports.rows(1, 1, outer, n, x, 0, 0, n, y + 4 * before * inner, 0, 0, step);
        exports.fills(outer, after * inner, 0, y + 4 * (before * inner + n), step);
      },
    };
  },
};

export const concat: WasmKernel<{ axis: number }> = {
  op: 'concat',
  module,
  plan(xs, { axis }) {
    const parts = xs.map((x) => around(x!.shape, axis));
    const step = parts.reduce((sum, [, length, inner]) => sum + length * inner, 0);
    return {
      scratch: 0,
      run(exports, ins, [y]) {
        let at = y;
        parts.forEach(([outer, length, inner], i) => {
          const n = length * inner;
          exports.rows(1, 1, outer, n, ins[i], 0, 0, n, at, 0, 0, step);
          at += 4 * n;
        });
      },
    };
  },
};

export const pack: WasmKernel<{ offsets: readonly number[]; length: number }> = {
  op: 'pack',
  module,
  plan(xs, { offsets, length }) {
    const sizes = xs.map((x) => size(x!.shape));
    return {
      scratch: 0,
      run(exports, ins, [y]) {
        let end = 0;
        ins.forEach((x, i) => {
          exports.fills(1, offsets[i] - end, 0, y + 4 * end, 0);
          exports.rows(1, 1, 1, sizes[i], x, 0, 0, 0, y + 4 * offsets[i], 0, 0, 0);
          end = offsets[i] + sizes[i];
        });
        exports.fills(1, length - end, 0, y + 4 * end, 0);
      },
    };
  },
};

export const band: WasmKernel<{ low: number; high: number; fill: number }> = {
  op: 'band',
  module,
  plan([x], { low, high, fill }) {
    const columns = x!.shape.at(-1)!;
    const rows = x!.shape.at(-2)!;
    const planes = size(x!.shape.slice(0, -2));
    // Unbounded sides become the farthest that a plane has.
    const from = Math.max(-rows, Math.min(columns, Math.ceil(low)));
    const to = Math.max(-rows, Math.min(columns, Math.floor(high)));
    return {
      scratch: 0,
      run(exports, [x], [y]) {
        exports.band(planes, rows, columns, from, to, fill, x, y);
      },
    };
  },
};
