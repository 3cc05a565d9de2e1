// Element-wise kernels of two arguments, with broadcasting.
import { broadcastShapes, type Loop, loopsOf, type Shape, sameShape, size, stepsOf, turns } from '@twilljs/tensor';
import { map } from '../gen/binary.wgsl.gen.ts';
import type { WebGpuKernel } from '../kernel.ts';
import { fourLoops } from '../loops.ts';
import { elementUnits } from '../units.ts';

function loops(op: string, a: Shape, b: Shape): Loop[] {
  const to = broadcastShapes(op, a, b);
  return loopsOf(to, [stepsOf(a, to), stepsOf(b, to), stepsOf(to, to)]);
}

/** @param code of the function in the WGSL file. */
function binary(op: string, code: number): WebGpuKernel<null> {
  return {
    op,
    plan([a, b]) {
      const [x, z] = [a!.shape, b!.shape];
      const walk = sameShape(x, z) ? [{ size: size(x), steps: [1, 1, 1] }] : loops(op, x, z);
      const { outer, n, args, steps } = fourLoops(walk, 3);
      const [[a0, a1, a2, a3], [b0, b1, b2, b3]] = steps;
      return {
        launches: ([a, b], [y]) =>
          turns(outer, [a, b, y]).map(([a, b, y]) =>
            map(elementUnits(n), { ...args, n, op: code, a, a0, a1, a2, a3, b, b0, b1, b2, b3, y }),
          ),
      };
    },
  };
}

export const binaryKernels = /* @__PURE__ */ (() => ({
  add: binary('add', 0),
  sub: binary('sub', 1),
  mul: binary('mul', 2),
  div: binary('div', 3),
  maximum: binary('maximum', 4),
  equal: binary('equal', 5),
  where: binary('where', 6),
}))();
