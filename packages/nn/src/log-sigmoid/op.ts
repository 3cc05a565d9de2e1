// The logarithm of a sigmoid, exact on both sides.
import { apply1, type Op, type Tensor } from '@twilljs/tensor';
import { applyBackward, backwardOf } from '../backward.ts';

export const logSigmoidOp: Op<null> = {
  name: 'logSigmoid',
  inputs: ['x'],
  outputs: ['y'],
  shape: ([x]) => [x!],
  define: ([x]) => [x.neg().softplus().neg()],
  vjp: (dys, ins, _outs, attrs) => applyBackward(logSigmoidGradOp, logSigmoidOp, dys, ins, attrs),
};

const logSigmoidGradOp: Op<null> = /* @__PURE__ */ backwardOf(logSigmoidOp);

/** y = log(1 / (1 + e^-x)), of any shape. */
export const logSigmoid = (x: Tensor): Tensor => apply1(logSigmoidOp, [x], null);
