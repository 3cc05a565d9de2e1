// HGRN as the paper prints it, one token at a time: the oracle of the scan.
import { concat, type Tensor } from '@twilljs/tensor';

/**
 * h_t = lambda_t h_{t-1} + (1 - lambda_t) c_t, with lambda_t = gamma + (1 - gamma) mu_t.
 *
 * @param c [B,T,D], the input after its activation.
 * @param mu [B,T,D], the forget gate before its bound, in (0,1).
 * @param gamma [D], the bound of the layer.
 * @param h [B,D], the state before the first token.
 * @returns every h [B,T,D], and the last.
 * @see Hierarchically Gated Recurrent Neural Network, https://arxiv.org/abs/2311.04823, equations 3 to 6, without phases
 */
export function recurrence(c: Tensor, mu: Tensor, gamma: Tensor, h: Tensor): { o: Tensor; S: Tensor } {
  const [B, T, D] = c.shape;
  const lambda = mu.mul(gamma.neg().add(1)).add(gamma); // [B,T,D]
  const hs: Tensor[] = [];
  let state = h;
  for (let t = 0; t < T; t++) {
    const at = (x: Tensor) => x.slice(1, t, t + 1).reshape([B, D]);
    state = at(lambda)
      .mul(state)
      .add(at(lambda).neg().add(1).mul(at(c)));
    hs.push(state.reshape([B, 1, D]));
  }
  return { o: concat(hs, 1), S: state };
}
