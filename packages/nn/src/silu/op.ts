// The sigmoid linear unit.
import { apply1, type Op, type Tensor } from '@twilljs/tensor';
import { applyBackward, backwardOf } from '../backward.ts';

export const siluOp: Op<null> = {
  name: 'silu',
  inputs: ['x'],
  outputs: ['y'],
  shape: ([x]) => [x!],
  define: ([x]) => [x.mul(x.sigmoid())],
  vjp: (dys, ins, _outs, attrs) => applyBackward(siluGradOp, siluOp, dys, ins, attrs),
};

const siluGradOp: Op<null> = /* @__PURE__ */ backwardOf(siluOp);

/** y = x / (1 + e^-x), of any shape; also called swish. */
export const silu = (x: Tensor): Tensor => apply1(siluOp, [x], null);
