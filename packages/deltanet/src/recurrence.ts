// DeltaNet as the paper prints it, one token at a time: the oracle of the chunkwise form.
import { concat, type Tensor } from '@twilljs/tensor';

/**
 * S_t = S_{t-1} (I - beta_t k_t k_t') + beta_t v_t k_t',  o_t = S_t q_t, with S [V,K].
 *
 * @param q [B,T,H,K], as the recurrence uses it: normalised and scaled.
 * @param k [B,T,H,K], normalised.
 * @param v [B,T,H,V]
 * @param beta [B,T,H]
 * @param S [B,H,K,V], the state before the first token.
 * @returns o [B,T,H,V] and the state after the last token.
 * @see Parallelizing Linear Transformers with the Delta Rule, https://arxiv.org/abs/2406.06484, section 2.2
 */
export function recurrence(q: Tensor, k: Tensor, v: Tensor, beta: Tensor, S: Tensor): { o: Tensor; S: Tensor } {
  const [B, T, H] = q.shape;
  const column = (x: Tensor, t: number) => x.slice(1, t, t + 1).reshape([B, H, -1, 1]);
  const os: Tensor[] = [];
  let transposed = S.permute([0, 1, 3, 2]); // [B,H,V,K]
  for (let t = 0; t < T; t++) {
    const [q_t, k_t, v_t, beta_t] = [column(q, t), column(k, t), column(v, t), column(beta, t)];
    const forgotten = transposed.matmul(k_t).matmul(k_t, { transposeB: true }).mul(beta_t);
    transposed = transposed.sub(forgotten).add(v_t.matmul(k_t, { transposeB: true }).mul(beta_t));
    os.push(transposed.matmul(q_t).reshape([B, 1, H, -1]));
  }
  return { o: concat(os, 1), S: transposed.permute([0, 1, 3, 2]) };
}
