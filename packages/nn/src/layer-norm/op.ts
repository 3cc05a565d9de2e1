// Mean and variance norm over the last axis D.
import { apply1, type Op, type Tensor } from '@twilljs/tensor';
import { applyBackward, backwardOf } from '../backward.ts';
import { requireEps, requireVector } from '../shape-rules.ts';

export interface LayerNormAttrs {
  eps: number;
}

export const layerNormOp: Op<LayerNormAttrs> = {
  name: 'layerNorm',
  inputs: ['x', 'weight?', 'bias?'],
  outputs: ['y'],
  shape([x, weight, bias], { eps }) {
    requireEps('layerNorm', eps);
    requireVector('layerNorm', 'weight', weight, x!);
    requireVector('layerNorm', 'bias', bias, x!);
    return [x!];
  },
  define([x, weight, bias], { eps }) {
    // Centred twice: where the mean is many deviations away, its rounding would show in every element.
    const rough = x.sub(x.mean(-1, true)); // [..,D]
    const centred = rough.sub(rough.mean(-1, true)); // [..,D]
    const rstd = centred.mul(centred).mean(-1, true).add(eps).sqrt().reciprocal(); // [..,1]
    const y = weight ? centred.mul(rstd).mul(weight) : centred.mul(rstd); // [..,D]
    return [bias ? y.add(bias) : y];
  },
  vjp: (dys, ins, _outs, attrs) => applyBackward(layerNormGradOp, layerNormOp, dys, ins, attrs),
};

const layerNormGradOp: Op<LayerNormAttrs> = /* @__PURE__ */ backwardOf(layerNormOp);

/**
 * y = w (x - mean(x)) / sqrt(var(x) + eps) + b, over the last axis.
 *
 * @param x [..,D].
 * @param weight [D], or null for 1.
 * @param bias [D], or null for 0.
 * @returns [..,D].
 * @throws ShapeError when the weight or the bias does not fit x.
 */
export const layerNorm = (x: Tensor, weight: Tensor | null, bias: Tensor | null, eps: number): Tensor =>
  apply1(layerNormOp, [x, weight, bias], { eps });
