// GLA as the paper prints it, one token at a time: the oracle of the chunkwise form.
import { concat, ones, type Tensor } from '@twilljs/tensor';

/**
 * S_t = (alpha_t' 1) * S_{t-1} + k_t' v_t,  o_t = q_t S_t, with rows q, k, v and * element by element.
 *
 * @param q [B,T,H,K], scaled.
 * @param k [B,T,H,K]
 * @param v [B,T,H,V]
 * @param alpha [B,T,H,K], the decays themselves.
 * @param S [B,H,K,V], the state before the first token.
 * @returns o [B,T,H,V] and the state after the last token.
 * @see Gated Linear Attention Transformers with Hardware-Efficient Training, https://arxiv.org/abs/2312.06635, equation 3
 */
export function recurrence(q: Tensor, k: Tensor, v: Tensor, alpha: Tensor, S: Tensor): { o: Tensor; S: Tensor } {
  const [B, T, H] = q.shape;
  const row = (x: Tensor, t: number) => x.slice(1, t, t + 1).reshape([B, H, 1, -1]);
  const outer = (a: Tensor, b: Tensor) => a.matmul(b, { transposeA: true });
  const one = ones([B, H, 1, v.shape[3]], { device: v.device });
  const os: Tensor[] = [];
  let state = S; // [B,H,K,V]
  for (let t = 0; t < T; t++) {
    const [q_t, k_t, v_t, alpha_t] = [row(q, t), row(k, t), row(v, t), row(alpha, t)];
    state = outer(alpha_t, one).mul(state).add(outer(k_t, v_t));
    os.push(q_t.matmul(state).reshape([B, 1, H, -1]));
  }
  return { o: concat(os, 1), S: state };
}
