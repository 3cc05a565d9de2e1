// Softmax attention one token at a time: the oracle of the parallel form.
import { concat, type Tensor } from '@twilljs/tensor';

/**
 * o_t = sum_{s <= t} e^{q_t' k_s} v_s / sum_{s <= t} e^{q_t' k_s}, over the keys that query t may see.
 *
 * @param q [B,T,H,D], scaled.
 * @param k [B,T,H,D], one per query head.
 * @param v [B,T,H,D]
 * @param window how many keys a query sees, its own included; null for all before it.
 * @returns o [B,T,H,D], and the logarithms of the sums below [B,T,H].
 * @see Attention Is All You Need, https://arxiv.org/abs/1706.03762, equation 1
 */
export function recurrence(q: Tensor, k: Tensor, v: Tensor, window: number | null): { o: Tensor; lse: Tensor } {
  const [B, T, H] = q.shape;
  const [os, sums]: [Tensor[], Tensor[]] = [[], []];
  for (let t = 0; t < T; t++) {
    const from = window === null ? 0 : Math.max(0, t + 1 - window);
    const [keys, values] = [k.slice(1, from, t + 1), v.slice(1, from, t + 1)]; // [B,S,H,D]
    const scores = q
      .slice(1, t, t + 1)
      .mul(keys)
      .sum(3, true); //               [B,S,H,1]
    const top = scores.max(1, true); //                                          [B,1,H,1]
    const weights = scores.sub(top).exp();
    const sum = weights.sum(1, true);
    os.push(weights.mul(values).sum(1, true).div(sum)); //                       [B,1,H,D]
    sums.push(sum.log().add(top).reshape([B, 1, H]));
  }
  return { o: concat(os, 1), lse: concat(sums, 1) };
}
