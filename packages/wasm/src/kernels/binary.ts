// Element-wise kernels of two arguments, with broadcasting.
import { broadcastShapes, type Shape, sameShape, size } from '@twilljs/tensor';
import { type Loop, loopsOf, nest, stepsOf, walk } from '../axes.ts';
import { module } from '../gen/binary.gen.ts';
import type { OldPlan, WasmKernel } from '../kernel.ts';

/** Both operands contiguous: one row. */
function flat(op: string, n: number): OldPlan {
  return {
    scratch: 0,
    run(exports, [a, b], [y]) {
      exports[op](1, 1, 1, n, a, 0, 0, 0, 1, b, 0, 0, 0, 1, y);
    },
  };
}

function broadcast(op: string, a: Shape, b: Shape): OldPlan {
  const to = broadcastShapes(op, a, b);
  const loops = loopsOf(to, [stepsOf(a, to), stepsOf(b, to), stepsOf(to, to)]);
  // A single number on both sides: any step will do, and 1 is the kernels' fast path.
  const row: Loop = { size: 1, steps: [1, 1, 1] };
  const { outer, inner } = nest(loops.length > 0 ? loops : [row], 4, 3);
  const [{ size: d0, steps: s0 }, { size: d1, steps: s1 }, { size: d2, steps: s2 }, { size: n, steps: sn }] = inner;
  const [a0, a1, a2, an] = [s0[0], s1[0], s2[0], sn[0]];
  const [b0, b1, b2, bn] = [s0[1], s1[1], s2[1], sn[1]];
  return {
    scratch: 0,
    run(exports, [a, b], [y]) {
      walk(outer, [a, b, y], ([a, b, y]) => {
        exports[op](d0, d1, d2, n, a, a0, a1, a2, an, b, b0, b1, b2, bn, y);
      });
    },
  };
}

export function binary(op: string): WasmKernel<null> {
  return {
    op,
    module,
    plan: ([a, b]) => (sameShape(a!.shape, b!.shape) ? flat(op, size(a!.shape)) : broadcast(op, a!.shape, b!.shape)),
  };
}
