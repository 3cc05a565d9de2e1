// Element-wise kernels of two arguments, with broadcasting.
import {
  broadcastShapes,
  type Loop,
  loopsOf,
  nest,
  type Shape,
  sameShape,
  size,
  stepsOf,
  turns,
} from '@twilljs/tensor';
import * as launches from '../gen/binary.gen.ts';
import type { Plan, WasmKernel } from '../kernel.ts';

const { module } = launches;
type Formulas = launches.Formulas;
type Constructor = typeof launches.add;

function loops(op: string, a: Shape, b: Shape): Loop[] {
  const to = broadcastShapes(op, a, b);
  return loopsOf(to, [stepsOf(a, to), stepsOf(b, to), stepsOf(to, to)]);
}

function planOf(op: string, a: Shape, b: Shape, launch: Constructor, { units }: Formulas): Plan {
  const { outer, inner } = nest(sameShape(a, b) ? [{ size: size(a), steps: [1, 1, 1] }] : loops(op, a, b), 4, 3);
  const [{ size: d0, steps: s0 }, { size: d1, steps: s1 }, { size: d2, steps: s2 }, { size: n, steps: sn }] = inner;
  const [a0, a1, a2, an] = [s0[0], s1[0], s2[0], sn[0]];
  const [b0, b1, b2, bn] = [s0[1], s1[1], s2[1], sn[1]];
  const count = units(d0 * d1 * d2 * n);
  return {
    launches: ([a, b], [y]) =>
      turns(outer, [a, b, y]).map(([a, b, y]) =>
        launch(count, { d0, d1, d2, n, a, a0, a1, a2, an, b, b0, b1, b2, bn, y }),
      ),
  };
}

function binary(op: string, launch: Constructor): WasmKernel<null, Formulas> {
  return { op, module, plan: ([a, b], _, formulas) => planOf(op, a!.shape, b!.shape, launch, formulas) };
}

export const binaryKernels = /* @__PURE__ */ (() => ({
  add: binary('add', launches.add),
  sub: binary('sub', launches.sub),
  mul: binary('mul', launches.mul),
  div: binary('div', launches.div),
  maximum: binary('maximum', launches.maximum),
  equal: binary('equal', launches.equal),
  where: binary('where', launches.where),
}))();
