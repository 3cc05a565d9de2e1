// Element-wise primitives of two arguments, with NumPy broadcasting, a line each.
import { sameShape, size, stepsOf } from '@twilljs/tensor';
import type { GpuJsKernel } from '../kernel.ts';
import { axesOf, walk } from './walk.ts';

/** y = f(u, v). */
const bodies = {
  add: 'return u + v;',
  sub: 'return u - v;',
  mul: 'return u * v;',
  div: 'return u / v;',
  maximum: 'return Math.max(u, v);',
  equal: 'if (u === v) { return 1; } return 0;',
  where: 'if (v !== 0) { return u; } return 0;',
};

type BinaryName = keyof typeof bodies;

function binary(op: BinaryName): GpuJsKernel<null> {
  const aligned = {
    name: op,
    source: `function(a, from0, b, from1) {
const u = a[this.thread.x + from0]; const v = b[this.thread.x + from1]; ${bodies[op]} }`,
  };
  const broadcast = {
    name: `${op}, broadcast`,
    source: `function(a, from0, b, from1, axes, count) {
${walk(2)}
const u = a[at0]; const v = b[at1]; ${bodies[op]} }`,
  };
  return {
    op,
    async run([a, b], _, [y], call) {
      if (sameShape(a!.shape, b!.shape)) return [await call(aligned, size(y), [a!, b!])];
      const axes = axesOf(y, stepsOf(a!.shape, y), stepsOf(b!.shape, y));
      return [await call(broadcast, size(y), [a!, b!, ...axes])];
    },
  };
}

export const binaryKernels = /* @__PURE__ */ (() =>
  Object.fromEntries((Object.keys(bodies) as BinaryName[]).map((name) => [name, binary(name)])) as Record<
    BinaryName,
    GpuJsKernel<null>
  >)();
