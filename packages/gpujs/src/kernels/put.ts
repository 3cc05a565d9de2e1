// A tensor written into another along an axis: what joins tensors, and what writes a part of a memory.
import { around, type Shape, size } from '@twilljs/tensor';
import type { Call, Operand } from '../kernel.ts';

const program = {
  name: 'put',
  source: `function(y, from0, x, from1, before, own, whole) {
const outer = Math.floor((this.thread.x + 0.5) / whole);
const at = this.thread.x - outer * whole - before;
if (at >= 0) { if (at < own) { return x[from1 + outer * own + at]; } }
return y[this.thread.x + from0]; }`,
};

/** `y`, of `shape`, with `x` in it along `axis` from `before` on. */
export function put(y: Operand, x: Operand, shape: Shape, axis: number, before: number, call: Call): Promise<Operand> {
  const [, extent, inner] = around(shape, axis);
  return call(program, size(shape), [y, x, before * inner, x.shape[axis] * inner, extent * inner]);
}
