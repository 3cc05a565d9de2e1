// The delta rule with one decay per key channel, token by token, straight from the equation: the oracle of vectorDelta.
// B batch, T time, H key heads, HV value heads, K key size, V value size.
import { concat, type Tensor, zeros } from '@twilljs/tensor';
import { shareHeads } from '../chunk.ts';

/** One token: S <- Diag(e^g) S;  vhat = beta (v - S' k);  S <- S + k vhat';  y = scale S' q. */
export function step(
  S: Tensor, // [B,HV,K,V]
  q: Tensor, // [B,1,HV,K]
  k: Tensor, // [B,1,HV,K]
  v: Tensor, // [B,1,HV,V]
  g: Tensor, // [B,1,HV,K]
  beta: Tensor, // [B,1,HV]
  scale: number,
): { y: Tensor; S: Tensor } {
  const [B, HV, K, V] = S.shape;
  const column = k.reshape([B, HV, K, 1]);
  const kept = S.mul(g.exp().reshape([B, HV, K, 1])); //                                 [B,HV,K,V]
  const error = v.reshape([B, HV, 1, V]).sub(column.matmul(kept, { transposeA: true })); // [B,HV,1,V]
  const next = kept.add(column.matmul(error.mul(beta.reshape([B, HV, 1, 1])))); //     [B,HV,K,V]
  const y = q.reshape([B, HV, 1, K]).matmul(next).mul(scale); //                       [B,HV,1,V]
  return { y: y.reshape([B, 1, HV, V]), S: next };
}

/** vectorDelta as a loop over tokens. */
export function naive(
  ins: Readonly<Record<string, Tensor>>,
  { scale }: { scale: number },
): { y: Tensor; state: Tensor } {
  const { v, g, beta, h0 } = ins;
  const [B, T, HV, V] = v.shape;
  const q = shareHeads(ins.q, HV);
  const k = shareHeads(ins.k, HV);
  let S = h0 ?? zeros([B, HV, q.shape[3], V], { device: v.device });
  const ys: Tensor[] = [];
  for (let t = 0; t < T; t++) {
    const at = (x: Tensor) => x.slice(1, t, t + 1);
    const token = step(S, at(q), at(k), at(v), at(g), at(beta), scale);
    S = token.S;
    ys.push(token.y);
  }
  return { y: concat(ys, 1), state: S };
}
