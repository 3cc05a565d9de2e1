// HGRN2 as the paper prints it, one token at a time: the oracle of the chunkwise form.
import { concat, ones, type Tensor } from '@twilljs/tensor';

/**
 * h_t = Diag(f_t) h_{t-1} + (1 - f_t) i_t',  y_t = h_t' o_t: the input gate is tied to the forget gate.
 *
 * @param o [B,T,H,K], the output gate (scaled).
 * @param i [B,T,H,V], the input.
 * @param f [B,T,H,K], the forget gate itself.
 * @param h [B,H,K,V], the state before the first token.
 * @returns y [B,T,H,V] and the state after the last token.
 * @see HGRN2: Gated Linear RNNs with State Expansion, https://arxiv.org/abs/2404.07904, section 3.2
 */
export function recurrence(o: Tensor, i: Tensor, f: Tensor, h: Tensor): { y: Tensor; h: Tensor } {
  const [B, T, H] = o.shape;
  const column = (x: Tensor, t: number) => x.slice(1, t, t + 1).reshape([B, H, -1, 1]);
  const one = ones([1, 1, 1, 1], { device: f.device });
  const ys: Tensor[] = [];
  let state = h; // [B,H,K,V]
  for (let t = 0; t < T; t++) {
    const [o_t, i_t, f_t] = [column(o, t), column(i, t), column(f, t)];
    state = f_t.mul(state).add(one.sub(f_t).matmul(i_t, { transposeB: true }));
    ys.push(state.matmul(o_t, { transposeA: true }).reshape([B, 1, H, -1]));
  }
  return { y: concat(ys, 1), h: state };
}
