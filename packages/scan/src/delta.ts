// What the delta rules have in common, whatever their decays: one token, and the way through chunks.
// B batch, T time, HV value heads, K key size, V value size, N chunks, C chunk.
import { concat, solveTril, type Tensor } from '@twilljs/tensor';
import { chunk, join, stack } from './chunk.ts';

/** One token: S <- e^g S;  vhat = beta (v - S' k);  S <- S + k vhat';  y = scale S' q. */
export function step(
  S: Tensor, // [B,HV,K,V]
  q: Tensor, // [B,1,HV,K]
  k: Tensor, // [B,1,HV,K]
  v: Tensor, // [B,1,HV,V]
  g: Tensor | null, // [B,1,HV], or [B,1,HV,K]: Diag(e^g) S
  beta: Tensor, // [B,1,HV]
  scale: number,
): { y: Tensor; S: Tensor } {
  const [B, HV, K, V] = S.shape;
  const column = k.reshape([B, HV, K, 1]);
  const kept = g ? S.mul(g.exp().reshape([B, HV, -1, 1])) : S; //                       [B,HV,K,V]
  const error = v.reshape([B, HV, 1, V]).sub(column.matmul(kept, { transposeA: true })); // [B,HV,1,V]
  const next = kept.add(column.matmul(error.mul(beta.reshape([B, HV, 1, 1])))); //     [B,HV,K,V]
  const y = q.reshape([B, HV, 1, K]).matmul(next).mul(scale); //                       [B,HV,1,V]
  return { y: y.reshape([B, 1, HV, V]), S: next };
}

export interface DeltaChunks {
  readonly Q: Tensor; // [N,B,HV,C,K]
  readonly K: Tensor; // [N,B,HV,C,K]
  readonly V: Tensor; // [N,B,HV,C,V]
  readonly beta: Tensor; // [N,B,HV,C,1]
  /** K K' and Q K' under the decays between two tokens, the first read below the diagonal, the second 0 above it: [N,B,HV,C,C]. */
  readonly KK: Tensor;
  readonly QK: Tensor;
  /** Decays from the start of the chunk and to its end [N,B,HV,C,1 or K], and over the whole, for the rows of a state [N,B,HV,1 or K,1]. */
  readonly fromStart: Tensor;
  readonly toEnd: Tensor;
  readonly whole: Tensor;
}

/** y [B,T,HV,V] without its scale, and the state after the last chunk, from the state S before the first. */
export function throughChunks(of: DeltaChunks, S: Tensor, T: number): [y: Tensor, state: Tensor] {
  const { Q, K, V, beta, KK, QK, fromStart, toEnd, whole } = of;
  const [keySize, valueSize] = S.shape.slice(-2);
  // What each token corrects: its own value less what the tokens before it in the chunk have written along its key.
  const UW = solveTril(KK.mul(beta), concat([V.mul(beta), K.mul(beta.mul(fromStart))], -1));
  const U = UW.slice(-1, 0, valueSize); //                           [N,B,HV,C,V]
  const W = UW.slice(-1, valueSize, valueSize + keySize); //         [N,B,HV,C,K]
  const Kend = K.mul(toEnd);
  const entering: Tensor[] = [];
  const written: Tensor[] = [];
  for (let n = 0; n < Q.shape[0]; n++) {
    const Vn = chunk(U, n).sub(chunk(W, n).matmul(S)); //            [B,HV,C,V]
    entering.push(S);
    written.push(Vn);
    S = S.mul(chunk(whole, n)).add(chunk(Kend, n).matmul(Vn, { transposeA: true }));
  }
  const O = Q.mul(fromStart)
    .matmul(stack(entering))
    .add(QK.matmul(stack(written)));
  return [join(O, T), S];
}
