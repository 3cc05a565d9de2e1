// Vectors of length 1 of two tensors, such as queries and keys, as one op.
import { apply, type Op, ShapeError, type Tensor } from '@twilljs/tensor';
import { applyBackward, backwardOf } from '../backward.ts';
import { type L2NormAttrs, l2Norm } from '../l2-norm/op.ts';
import { lastAxis, requireEps } from '../shape-rules.ts';

export const l2NormsOp: Op<L2NormAttrs> = {
  name: 'l2Norms',
  inputs: ['q', 'k'],
  outputs: ['q_y', 'k_y'],
  shape([q, k], { eps }) {
    requireEps('l2Norms', eps);
    if (lastAxis('l2Norms', 'q', q!) !== lastAxis('l2Norms', 'k', k!))
      throw new ShapeError(`l2Norms: q [${q}] and k [${k}] differ in their last axis; give vectors of one size.`);
    return [q!, k!];
  },
  define: ([q, k], { eps }) => [l2Norm(q, eps), l2Norm(k, eps)],
  vjp: (dys, ins, _outs, attrs) => applyBackward(l2NormsGradOp, l2NormsOp, dys, ins, attrs),
};

const l2NormsGradOp: Op<L2NormAttrs> = /* @__PURE__ */ backwardOf(l2NormsOp);

/**
 * `l2Norm` of both.
 *
 * @param q [..,K].
 * @param k [..,K], with axes of its own before the last.
 * @param eps inside the roots, beside the sums. Default 1e-6.
 * @returns of their shapes.
 * @throws ShapeError where K differs.
 */
export function l2Norms(q: Tensor, k: Tensor, eps = 1e-6): [q: Tensor, k: Tensor] {
  return apply(l2NormsOp, [q, k], { eps }) as [Tensor, Tensor];
}
