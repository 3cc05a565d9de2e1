// The elementwise recurrence token by token, straight from the equation: the oracle of elementwise.
// B batch, T time, D width.
import { concat, type Tensor, zeros } from '@twilljs/tensor';

/** elementwise as a loop over tokens: h <- e^g h + x, and the output is h. */
export function naive({ x, g, h0 }: Readonly<Record<string, Tensor>>): { y: Tensor; state: Tensor } {
  const [B, T, D] = x.shape;
  let h = h0 ?? zeros([B, D], { device: x.device }); // [B,D]
  const ys: Tensor[] = [];
  for (let t = 0; t < T; t++) {
    const at = (s: Tensor) => s.slice(1, t, t + 1).reshape([B, D]);
    h = at(g).exp().mul(h).add(at(x));
    ys.push(h.reshape([B, 1, D]));
  }
  return { y: concat(ys, 1), state: h };
}
