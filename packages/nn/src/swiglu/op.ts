// The gated unit of the feed-forward block.
import { apply1, type Op, type Tensor } from '@twilljs/tensor';
import { applyBackward, backwardOf } from '../backward.ts';
import { requireSame } from '../shape-rules.ts';
import { silu } from '../silu/op.ts';

export const swigluOp: Op<null> = {
  name: 'swiglu',
  inputs: ['gate', 'up'],
  outputs: ['y'],
  shape([gate, up]) {
    requireSame('swiglu', 'up', up!, 'gate', gate!);
    return [gate!];
  },
  define: ([gate, up]) => [silu(gate).mul(up)],
  vjp: (dys, ins, _outs, attrs) => applyBackward(swigluGradOp, swigluOp, dys, ins, attrs),
};

const swigluGradOp: Op<null> = /* @__PURE__ */ backwardOf(swigluOp);

/**
 * y = silu(gate) up.
 *
 * @param gate of any shape.
 * @param up of the same shape.
 * @returns of the same shape.
 * @throws ShapeError when they differ.
 */
export const swiglu = (gate: Tensor, up: Tensor): Tensor => apply1(swigluOp, [gate, up], null);
