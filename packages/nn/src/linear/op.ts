// The affine maps of one input, as one op. I inputs, O outputs of a part.
import { apply, type Op, OptionError, type Shape, shown, size, type Tensor } from '@twilljs/tensor';
import { requireSame } from '../shape-rules.ts';
import { linear, linearShape } from './linear.ts';

export const linearsOp: Op<null> = {
  name: 'linears',
  inputs: ['x', 'weight...'],
  outputs: ['y...'],
  shape: ([x, ...weights]) => weights.map((weight) => linearShape('linears', x!, weight!)),
  define: ([x, ...weights]) => weights.map((weight) => linear(x, weight)),
  vjp(dys, [x, ...weights], _outs, _attrs, needs) {
    const gradients = apply(linearsGradOp, [x, ...dys, ...weights], { needs });
    let next = 0;
    return needs.map((need) => (need ? gradients[next++] : null));
  },
};

export interface LinearsGradAttrs {
  /** Whether a gradient of x, and of each weight, is wanted; only these are outputs. */
  readonly needs: readonly boolean[];
}

/** Of lists that follow each other, of one length: the cotangents and the weights. */
export function halves<T>(parts: readonly T[]): [dys: T[], weights: T[]] {
  return [parts.slice(0, parts.length / 2), parts.slice(parts.length / 2)];
}

const flat = (t: Tensor): Tensor => t.reshape([size(t.shape.slice(0, -1)), t.shape.at(-1)!]);

/** From x, a cotangent for each y and the weights: dx, summed from the last part to the first as the tape does, and each dW. */
export const linearsGradOp: Op<LinearsGradAttrs> = {
  name: 'linearsGrad',
  inputs: ['x', 'dys_and_weights...'],
  outputs: ['dx_and_dweights...'],
  shape([x, ...parts], { needs }) {
    const [dys, weights] = halves(parts as Shape[]);
    weights.forEach((weight, i) => {
      requireSame('linearsGrad', 'dy', dys[i], 'y', linearShape('linearsGrad', x!, weight));
    });
    return [x!, ...weights].filter((_, i) => needs[i]);
  },
  define([x, ...parts], { needs: [needsX, ...needs] }) {
    const [dys, weights] = halves(parts);
    const part = (i: number) => flat(dys[i]).matmul(weights[i]);
    const dx = () => dys.map((_, i) => part(i)).reduceRight((sum, next) => sum.add(next));
    const dWeights = dys.flatMap((dy, i) => (needs[i] ? [flat(dy).matmul(flat(x), { transposeA: true })] : []));
    return [...(needsX ? [dx().reshape(x.shape)] : []), ...dWeights];
  },
};

/**
 * y_i = x W_i' for each weight: the projections of one input, such as queries, keys and values, with the bits of one `linear` each but for
 * the gradient of x, which a kernel forms as one sum.
 *
 * @param x [..,I].
 * @param weights [O_i,I], at least one. Where some are stored in bf16, each is an op of its own.
 * @returns [..,O_i] each.
 * @throws ShapeError when the sizes do not fit; OptionError for no list of weights.
 */
export function linears(x: Tensor, weights: readonly Tensor[]): Tensor[] {
  if (!Array.isArray(weights) || weights.length === 0) {
    throw new OptionError(`linears: the weights are ${shown(weights)}; give a list of at least one.`);
  }
  if (weights.some((weight) => weight?.dtype === 'bf16')) return weights.map((weight) => linear(x, weight));
  return apply(linearsOp, [x, ...weights], null);
}
