// The gates of a gated delta rule: how much of the state stays, and how strong the write is.
import { apply, finite, knownOnly, type Op, type Tensor } from '@twilljs/tensor';
import { applyBackward, backwardOf } from '../backward.ts';
import { requireSame, requireVector } from '../shape-rules.ts';

/** The largest strength of a write: 1, or 2 where eigenvalues may be negative. */
export interface GdnGateAttrs {
  /** Factor of beta: 2 where a state may have negative eigenvalues, else 1. */
  scale: number;
}

export const gdnGateOp: Op<GdnGateAttrs> = {
  name: 'gdnGate',
  inputs: ['a', 'A_log', 'dt_bias', 'b'],
  outputs: ['g', 'beta'],
  shape([a, A_log, dt_bias, b], { scale }) {
    finite('gdnGate: scale', scale);
    requireVector('gdnGate', 'A_log', A_log, a!, 'a');
    requireVector('gdnGate', 'dt_bias', dt_bias, a!, 'a');
    requireSame('gdnGate', 'b', b!, 'a', a!);
    return [a!, a!];
  },
  define([a, A_log, dt_bias, b], { scale }) {
    const dt = a.add(dt_bias).softplus(); // [..,H]
    return [dt.mul(A_log.exp().neg()), b.sigmoid().mul(scale)];
  },
  vjp: (dys, ins, _outs, attrs) => applyBackward(gdnGateGradOp, gdnGateOp, dys, ins, attrs),
};

const gdnGateGradOp: Op<GdnGateAttrs> = /* @__PURE__ */ backwardOf(gdnGateOp);

/**
 * g = -e^A_log softplus(a + dt_bias), the logarithm of the decay, and beta = scale sigmoid(b).
 *
 * @param a [..,H]
 * @param A_log [H]
 * @param dt_bias [H]
 * @param b [..,H]
 * @returns both [..,H].
 * @throws ShapeError when the shapes do not fit; OptionError for a scale that is no finite number.
 * @see Yang et al. 2024, https://arxiv.org/abs/2412.06464
 */
export function gdnGate(
  a: Tensor,
  A_log: Tensor,
  dt_bias: Tensor,
  b: Tensor,
  attrs: GdnGateAttrs,
): { g: Tensor; beta: Tensor } {
  knownOnly('gdnGate', attrs, ['scale']);
  const [g, beta] = apply(gdnGateOp, [a, A_log, dt_bias, b], attrs);
  return { g, beta };
}
