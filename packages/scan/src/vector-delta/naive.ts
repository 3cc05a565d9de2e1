// The delta rule with one decay per key channel, token by token, straight from the equation: the oracle of vectorDelta.
// B batch, T time, H key heads, HV value heads, K key size, V value size.
import { type Tensor, zeros } from '@twilljs/tensor';
import { overTokens, shareHeads } from '../chunk.ts';
import { step } from '../delta.ts';

/** vectorDelta as a loop over tokens. */
export function naive(
  ins: Readonly<Record<string, Tensor>>,
  { scale }: { scale: number },
): { y: Tensor; state: Tensor } {
  const { v, g, beta, h0 } = ins;
  const [B, T, HV, V] = v.shape;
  const q = shareHeads(ins.q, HV);
  const k = shareHeads(ins.k, HV);
  const S = h0 ?? zeros([B, HV, q.shape[3], V], { device: v.device });
  return overTokens(T, S, (S, at) => step(S, at(q), at(k), at(v), at(g), at(beta), scale));
}
