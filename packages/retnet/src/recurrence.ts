// Retention as the paper prints it, one token at a time: the oracle of the chunkwise form.
import { concat, type Tensor, tensor } from '@twilljs/tensor';

/**
 * S_t = gamma S_{t-1} + k_t' v_t,  o_t = q_t S_t, with rows q_t, k_t, v_t and gamma = 1 - 2^(-5-h) in head h.
 *
 * @param q [B,T,H,K], rotated and scaled.
 * @param k [B,T,H,K], rotated.
 * @param v [B,T,H,V]
 * @param S [B,H,K,V], the state before the first token.
 * @returns o [B,T,H,V] and the state after the last token.
 * @see Retentive Network, https://arxiv.org/abs/2307.08621, equations 6 and 8
 */
export function recurrence(q: Tensor, k: Tensor, v: Tensor, S: Tensor): { o: Tensor; S: Tensor } {
  const [B, T, H] = q.shape;
  const row = (x: Tensor, t: number) => x.slice(1, t, t + 1).reshape([B, H, 1, -1]);
  const gammas = Array.from({ length: H }, (_, h) => 1 - 1 / (32 * 2 ** h));
  const gamma = tensor(gammas, [H, 1, 1], { device: q.device });
  const os: Tensor[] = [];
  let state = S;
  for (let t = 0; t < T; t++) {
    state = state.mul(gamma).add(row(k, t).matmul(row(v, t), { transposeA: true }));
    os.push(row(q, t).matmul(state).reshape([B, 1, H, -1]));
  }
  return { o: concat(os, 1), S: state };
}
