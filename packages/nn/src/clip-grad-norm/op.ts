// The norm of a flat gradient, and the factor that clips it.
import { apply, finite, full, knownOnly, type Op, requireTensor, ShapeError, type Tensor } from '@twilljs/tensor';
import { requireSame } from '../shape-rules.ts';
import { normBlocks } from './blocks.ts';

export interface ClipAttrs {
  maxNorm: number;
  /** Factor of the gradient: of a sum over n parts of a batch, 1 / n. */
  scale: number;
}

/** `blocks` says in which order squares are added; the definition adds them in its own. */
export const clipGradNormOp: Op<ClipAttrs> = {
  name: 'clipGradNorm',
  inputs: ['grad', 'blocks', 'loss?'],
  outputs: ['norm', 'factor'],
  ids: { blocks: () => ({ below: 2 ** 31, of: 'places' }) },
  shape([_grad, blocks, loss], { maxNorm, scale }) {
    finite('clipGradNorm: maxNorm', maxNorm, 0);
    finite('clipGradNorm: scale', scale, 0);
    if (blocks!.length !== 2 || blocks![1] !== 3)
      throw new ShapeError(`clipGradNorm: blocks [${blocks}] is no table [n,3]; give what normBlocks makes.`);
    if (loss) requireSame('clipGradNorm', 'loss', loss, 'a single number', []);
    return [[], []];
  },
  define([grad, , loss], { maxNorm, scale }) {
    const g = scale === 1 ? grad : grad.mul(scale);
    const norm = g.mul(g).sum().sqrt(); // []
    // min(1, maxNorm / (norm + 1e-6))
    const limit = full([], maxNorm, { device: grad.device });
    const factor = limit.div(norm.add(1e-6).maximum(limit));
    // x - x is 0 where x is finite, and no number elsewhere.
    return [norm, loss ? factor.add(norm.sub(norm)).add(loss.sub(loss)) : factor];
  },
};

/** Of what a norm is taken, and by what else a step is left out. */
export interface ClipOptions {
  /** Where the gradient is that of a sum: its factor. Default 1. */
  readonly scale?: number;
  /** Of the parameters in the gradient, by `normBlocks`. Default: those of one parameter. */
  readonly blocks?: Tensor;
  /** A number []; where it, or the norm, is not finite, the factor is NaN, by which `adamwUpdate` leaves everything as it is. */
  readonly loss?: Tensor;
}

/**
 * The factor min(1, maxNorm / (|g| + 1e-6)) that clips a gradient g, as PyTorch, to be used where the gradient is read.
 *
 * @param grad all gradients, flat.
 * @param maxNorm a finite number from 0.
 * @returns the norm before clipping and the factor, both [].
 * @throws OptionError for another limit.
 */
export function clipFactor(grad: Tensor, maxNorm: number, options: ClipOptions = {}): { norm: Tensor; factor: Tensor } {
  knownOnly('clipFactor', options, ['scale', 'blocks', 'loss']);
  const { scale = 1, blocks, loss } = options;
  requireTensor('clipGradNorm', 'grad', grad);
  const table = blocks ?? normBlocks([{ from: 0, size: grad.size }], grad.device);
  const [norm, factor] = apply(clipGradNormOp, [grad, table, loss ?? null], { maxNorm, scale });
  return { norm, factor };
}

/**
 * Scales a gradient down to `maxNorm` where its norm is larger: g min(1, maxNorm / (|g| + 1e-6)), as PyTorch.
 *
 * @param grad all gradients, flat.
 * @param maxNorm a finite number from 0.
 * @returns the gradient, and its norm [] before clipping.
 * @throws OptionError for another limit.
 */
export function clipGradNorm(grad: Tensor, maxNorm: number): { grad: Tensor; norm: Tensor } {
  const { norm, factor } = clipFactor(grad, maxNorm);
  return { grad: grad.mul(factor), norm };
}
