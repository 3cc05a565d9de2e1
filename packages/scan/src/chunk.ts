// Sequences in chunks: how [B,T,H,D] becomes [N,B,H,C,D] and back, and how much is left of a token after others, for every recurrence.
import { concat, requireTensor, ShapeError, shown, type Tensor } from '@twilljs/tensor';

/** Longest chunk of the definitions. The result does not depend on it. */
export const longest = 64;

/** The fewest chunks of at most `most` tokens, as even as they go, so that little is padded. */
export function chunkLength(T: number, most = longest): number {
  return Math.ceil(T / Math.ceil(T / most));
}

/** Cuts time into N chunks of C tokens, chunks first: a scan then reads one slice at a time. Padded with zeros at the end. */
export function split(x: Tensor, C: number): Tensor {
  const [B, T, H, D = 1] = x.shape;
  const N = Math.ceil(T / C);
  const padded = N * C === T ? x : x.pad(1, 0, N * C - T);
  return padded.reshape([B, N, C, H, D]).permute([1, 0, 3, 2, 4]); // [N,B,H,C,D]
}

/** Undoes `split`. */
export function join(x: Tensor, T: number): Tensor {
  const [N, B, H, C, D] = x.shape;
  const y = x.permute([1, 0, 3, 2, 4]).reshape([B, N * C, H, D]); // [B,N C,H,D]
  return N * C === T ? y : y.slice(1, 0, T);
}

/** Chunk n of [N, ...]. */
export function chunk(x: Tensor, n: number): Tensor {
  return x.slice(0, n, n + 1).reshape(x.shape.slice(1));
}

/** Chunks [...] one after the other: [N, ...]. */
export function stack(xs: readonly Tensor[]): Tensor {
  return concat(
    xs.map((x) => x.reshape([1, ...x.shape])),
    0,
  );
}

export interface Decays {
  /** From token j, exclusive, to token i, inclusive: [N,B,H,C,C], 0 above the diagonal. */
  readonly between: Tensor;
  /** From the state on entry to each token: [N,B,H,C,1]. */
  readonly fromStart: Tensor;
  /** From each token to the end of the chunk: [N,B,H,C,1]. */
  readonly toEnd: Tensor;
  /** Of the state over the whole chunk: [N,B,H,1,1]. */
  readonly whole: Tensor;
}

/**
 * What is left after decays, from log gates [N,B,H,C,1]. Each exponent is the sum of the gates between two tokens, never a
 * difference of long sums, which loses digits.
 */
export function decays(g: Tensor): Decays {
  const [N, B, H, C] = g.shape;
  const low = Number.NEGATIVE_INFINITY;
  const sums = g.broadcastTo([N, B, H, C, C]).band({ low, high: -1, fill: 0 }).cumsum(-2); // [N,B,H,C,C]
  const between = sums.band({ low, high: 0, fill: Number.NEGATIVE_INFINITY }).exp(); //       lower triangle
  const fromStart = g.cumsum(-2).exp(); //                                                    [N,B,H,C,1]
  const toEnd = between.slice(-2, C - 1, C).reshape([N, B, H, C, 1]);
  return { between, fromStart, toEnd, whole: fromStart.slice(-2, C - 1, C) };
}

/**
 * Heads that several others share, once for each of them: [B,T,H,K] -> [B,T,HV,K], j reads floor(j H / HV).
 *
 * @param HV a multiple of H.
 * @throws ShapeError for another number, or what is no sequence of heads.
 */
export function shareHeads(x: Tensor, HV: number): Tensor {
  requireTensor('shareHeads', 'x', x);
  const [B, T, H, K] = x.shape;
  if (x.shape.length !== 4 || !(Number.isInteger(HV) && HV >= 1 && HV % H === 0)) {
    throw new ShapeError(`shareHeads: x [${x.shape}] and ${shown(HV)} heads are not [B,T,H,K] and a multiple of H.`);
  }
  if (H === HV) return x;
  return x
    .reshape([B, T, H, 1, K])
    .broadcastTo([B, T, H, HV / H, K])
    .reshape([B, T, HV, K]);
}

/** A recurrence as a loop over tokens, from the state S before the first: `step` is given token t of what it asks for. */
export function overTokens(
  T: number,
  S: Tensor,
  step: (S: Tensor, at: (x: Tensor) => Tensor) => { y: Tensor; S: Tensor },
): { y: Tensor; state: Tensor } {
  const ys: Tensor[] = [];
  for (let t = 0; t < T; t++) {
    const token = step(S, (x) => x.slice(1, t, t + 1));
    S = token.S;
    ys.push(token.y);
  }
  return { y: concat(ys, 1), state: S };
}
