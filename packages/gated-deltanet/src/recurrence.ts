// Gated DeltaNet as the paper prints it, one token at a time: the oracle of the chunkwise form.
import { concat, type Tensor } from '@twilljs/tensor';

/**
 * S_t = S_{t-1} ( alpha_t (I - beta_t k_t k_t') ) + beta_t v_t k_t',  o_t = S_t q_t, with S [V,K] and alpha = e^g.
 *
 * @param q [B,T,H,K], as the recurrence uses it: normalised and scaled.
 * @param k [B,T,H,K], normalised.
 * @param v [B,T,H,V]
 * @param g [B,T,H]
 * @param beta [B,T,H]
 * @param S [B,H,K,V], the state before the first token.
 * @returns o [B,T,H,V] and the state after the last token.
 * @see Gated Delta Networks, https://arxiv.org/abs/2412.06464, equation 10
 */
export function recurrence(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  g: Tensor,
  beta: Tensor,
  S: Tensor,
): { o: Tensor; S: Tensor } {
  const [B, T, H] = q.shape;
  const column = (x: Tensor, t: number) => x.slice(1, t, t + 1).reshape([B, H, -1, 1]);
  const os: Tensor[] = [];
  let transposed = S.permute([0, 1, 3, 2]); // [B,H,V,K]
  for (let t = 0; t < T; t++) {
    const [q_t, k_t, v_t] = [column(q, t), column(k, t), column(v, t)];
    const [alpha, beta_t] = [column(g, t).exp(), column(beta, t)]; // [B,H,1,1]
    const forgotten = transposed.matmul(k_t).matmul(k_t, { transposeB: true }).mul(beta_t);
    transposed = transposed
      .sub(forgotten)
      .mul(alpha)
      .add(v_t.matmul(k_t, { transposeB: true }).mul(beta_t));
    os.push(transposed.matmul(q_t).reshape([B, 1, H, -1]));
  }
  return { o: concat(os, 1), S: transposed.permute([0, 1, 3, 2]) };
}
