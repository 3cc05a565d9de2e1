// How much each branch of a layer adds to the residual stream.
import type { Tensor } from '@twilljs/tensor';
import { layerMeasure } from './by-layer.ts';

/** Euclidean norms [B,T,1] of tokens [B,T,D]. */
const norms = (x: Tensor): Tensor => x.mul(x).sum(-1, true).sqrt();

/**
 * Norm of what a mixer adds, relative to the residual stream that it is added to: |mixer(h)| / |h|, the mean over tokens. In a block that
 * changes what its mixer gives before it is added (a norm behind it), it is that of the mixer all the same.
 *
 * @see Csordás et al. 2025, https://arxiv.org/abs/2505.13898: what sublayers add, relative to the residual stream.
 */
export const mixerBranch = layerMeasure({
  name: 'mixerBranch',
  title: 'mixer branch',
  about: 'Norm of what the mixer adds, relative to the residual stream that it is added to.',
  range: [0, Number.POSITIVE_INFINITY],
  scale: 'log',
  look: ({ before, mixed }) => [norms(mixed).div(norms(before)).mean()],
});

/**
 * The same of what a layer adds behind its mixer: of s = h + mixer(h) and h' = s + mlp(s) it is |h' - s| / |s|. In FLA's block that is
 * the MLP; in a block of another form, all but the mixer.
 */
export const mlpBranch = layerMeasure({
  name: 'mlpBranch',
  title: 'MLP branch',
  about: 'Norm of what the MLP adds, relative to the residual stream that it is added to.',
  range: [0, Number.POSITIVE_INFINITY],
  scale: 'log',
  look({ before, mixed, after }) {
    const between = before.add(mixed);
    return [norms(after.sub(between)).div(norms(between)).mean()];
  },
});
