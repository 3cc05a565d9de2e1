// The gated unit of the feed-forward block and the projection behind it as one op: of what lies between them nothing is kept.
import { apply, apply1, type Op, type Tensor } from '@twilljs/tensor';
import { linear, linearShape } from '../linear/linear.ts';
import { requireSame } from '../shape-rules.ts';
import { swiglu, swigluOp } from '../swiglu/op.ts';

export const swigluLinearOp: Op<null> = {
  name: 'swigluLinear',
  inputs: ['gate', 'up', 'weight'],
  outputs: ['y'],
  shape([gate, up, weight]) {
    requireSame('swigluLinear', 'up', up!, 'gate', gate!);
    return [linearShape('swigluLinear', gate!, weight!)];
  },
  define: ([gate, up, weight]) => [linear(swiglu(gate, up), weight)],
  vjp([dy], ins, _outs, _attrs, needs) {
    const [dgate, dup, dweight = null] = apply(swigluLinearGradOp, [dy, ...ins], { weight: needs[2] });
    return [dgate, dup, dweight];
  },
};

export interface SwigluLinearGradAttrs {
  /** Whether the gradient of the weight is wanted. */
  readonly weight: boolean;
}

const swigluLinearGradOp: Op<SwigluLinearGradAttrs> = {
  name: 'swigluLinearGrad',
  inputs: ['dy', 'gate', 'up', 'weight'],
  outputs: ['dgate', 'dup', 'dweight'],
  shape([dy, gate, up, weight], attrs) {
    const [y] = swigluLinearOp.shape([gate, up, weight], null);
    requireSame('swigluLinearGrad', 'dy', dy!, 'y', y);
    return attrs.weight ? [gate!, up!, weight!] : [gate!, up!];
  },
  define([dy, gate, up, weight], attrs) {
    const [O, I] = weight.shape;
    const dys = dy.reshape([-1, O]);
    const [dgate, dup] = swigluOp.vjp!([dys.matmul(weight).reshape(gate.shape)], [gate, up], [], null, [true, true]);
    if (!attrs.weight) return [dgate!, dup!];
    return [dgate!, dup!, dys.matmul(swiglu(gate, up).reshape([-1, I]), { transposeA: true })];
  },
};

/**
 * y = (silu(gate) up) W'.
 *
 * @param gate [..,I].
 * @param up of the same shape.
 * @param weight [O,I]. Where it is stored in bf16, the two are ops of their own.
 * @returns [..,O].
 * @throws ShapeError when the sizes do not fit.
 */
export function swigluLinear(gate: Tensor, up: Tensor, weight: Tensor): Tensor {
  if (weight?.dtype === 'bf16') return linear(swiglu(gate, up), weight);
  return apply1(swigluLinearOp, [gate, up, weight], null);
}
