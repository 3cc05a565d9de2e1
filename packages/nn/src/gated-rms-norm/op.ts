// Root-mean-square norm over the last axis D, then a gate.
import { apply1, type Op, oneOf, type Tensor } from '@twilljs/tensor';
import { applyBackward, backwardOf } from '../backward.ts';
import { rmsNorm } from '../rms-norm/op.ts';
import { requireEps, requireSame, requireVector } from '../shape-rules.ts';
import { silu } from '../silu/op.ts';

/** What a gate goes through. */
export type GateActivation = 'silu' | 'sigmoid';

export interface GatedRmsNormAttrs {
  eps: number;
  activation: GateActivation;
}

export const gatedRmsNormOp: Op<GatedRmsNormAttrs> = {
  name: 'gatedRmsNorm',
  inputs: ['x', 'gate', 'weight?'],
  outputs: ['y'],
  shape([x, gate, weight], { eps, activation }) {
    requireEps('gatedRmsNorm', eps);
    oneOf('gatedRmsNorm: activation', activation, ['silu', 'sigmoid']);
    requireSame('gatedRmsNorm', 'gate', gate!, 'x', x!);
    requireVector('gatedRmsNorm', 'weight', weight, x!);
    return [x!];
  },
  define([x, gate, weight], { eps, activation }) {
    return [rmsNorm(x, weight, eps).mul(activation === 'silu' ? silu(gate) : gate.sigmoid())];
  },
  vjp: (dys, ins, _outs, attrs) => applyBackward(gatedRmsNormGradOp, gatedRmsNormOp, dys, ins, attrs),
};

const gatedRmsNormGradOp: Op<GatedRmsNormAttrs> = /* @__PURE__ */ backwardOf(gatedRmsNormOp);

/**
 * y = w x / sqrt(mean(x^2) + eps) * act(gate): first the norm, then the gate.
 *
 * @param x [..,D].
 * @param gate [..,D], before its activation.
 * @param weight [D], or null for 1.
 * @returns [..,D].
 * @throws ShapeError when the gate or the weight does not fit x.
 */
export const gatedRmsNorm = (
  x: Tensor,
  gate: Tensor,
  weight: Tensor | null,
  eps: number,
  activation: GateActivation = 'silu',
): Tensor => apply1(gatedRmsNormOp, [x, gate, weight], { eps, activation });
