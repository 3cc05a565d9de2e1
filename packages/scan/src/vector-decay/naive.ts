// The state with one decay per key channel, token by token, straight from the equation: the oracle of vectorDecay.
// B batch, T time, H heads, K key size, V value size.
import { type Tensor, zeros } from '@twilljs/tensor';
import { overTokens } from '../chunk.ts';

/** One token: S <- Diag(e^g) S + k v';  y = scale S' q. */
export function step(
  S: Tensor, // [B,H,K,V]
  q: Tensor, // [B,1,H,K]
  k: Tensor, // [B,1,H,K]
  v: Tensor, // [B,1,H,V]
  g: Tensor, // [B,1,H,K]
  scale: number,
): { y: Tensor; S: Tensor } {
  const [B, H, K, V] = S.shape;
  const kept = S.mul(g.exp().reshape([B, H, K, 1])); //                                [B,H,K,V]
  const next = kept.add(k.reshape([B, H, K, 1]).matmul(v.reshape([B, H, 1, V]))); //   [B,H,K,V]
  const y = q.reshape([B, H, 1, K]).matmul(next).mul(scale); //                        [B,H,1,V]
  return { y: y.reshape([B, 1, H, V]), S: next };
}

/** vectorDecay as a loop over tokens. */
export function naive(
  ins: Readonly<Record<string, Tensor>>,
  { scale }: { scale: number },
): { y: Tensor; state: Tensor } {
  const { q, k, v, g, h0 } = ins;
  const [B, T, H, V] = v.shape;
  const S = h0 ?? zeros([B, H, q.shape[3], V], { device: v.device });
  return overTokens(T, S, (S, at) => step(S, at(q), at(k), at(v), at(g), scale));
}
