// Global-norm clipping of a flat gradient.
import { apply, finite, full, type Op, type Tensor } from '@twilljs/tensor';

export interface ClipGradNormAttrs {
  maxNorm: number;
}

export const clipGradNormOp: Op<ClipGradNormAttrs> = {
  name: 'clipGradNorm',
  inputs: ['grad'],
  outputs: ['grad', 'norm'],
  shape([grad], { maxNorm }) {
    finite('clipGradNorm: maxNorm', maxNorm, 0);
    return [grad!, []];
  },
  define([grad], { maxNorm }) {
    const norm = grad.mul(grad).sum().sqrt(); // []
    // min(1, maxNorm / (norm + 1e-6))
    const limit = full([], maxNorm, { device: grad.device });
    return [grad.mul(limit.div(norm.add(1e-6).maximum(limit))), norm];
  },
};

/**
 * Scales a gradient down to `maxNorm` where its norm is larger: g min(1, maxNorm / (|g| + 1e-6)), as PyTorch.
 *
 * @param grad all gradients, flat.
 * @param maxNorm a finite number from 0.
 * @returns the gradient, and its norm [] before clipping.
 * @throws OptionError for another limit.
 */
export function clipGradNorm(grad: Tensor, maxNorm: number): { grad: Tensor; norm: Tensor } {
  const [clipped, norm] = apply(clipGradNormOp, [grad], { maxNorm });
  return { grad: clipped, norm };
}
