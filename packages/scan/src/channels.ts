// One decay per key channel inside chunks, for vectorDecay and vectorDelta: no exponent is above 0.
// N chunks, B batch, H heads, C chunk, K key size.
import type { Tensor } from '@twilljs/tensor';

/**
 * Longest chunk of the vector definitions. Pairs of tokens need a factor for every channel: they cannot be the product of
 * two rescaled keys, of which one would overflow, so chunks are short and all else goes through the state.
 */
export const longest = 16;

export interface ChannelDecays {
  /** e^(sum of the gates after token j up to i) at [i,j], 0 above the diagonal: [N,B,H,K,C,C]. */
  readonly between: Tensor;
  /** From the start of the chunk through each token, and from after it to the end: [N,B,H,C,K]. */
  readonly fromStart: Tensor;
  readonly toEnd: Tensor;
  /** Over the whole chunk, for the rows of a state: [N,B,H,K,1]. */
  readonly whole: Tensor;
}

/** Decays from log gates [N,B,H,C,K]. Sums start anew at every token, so none is a difference of two long ones. */
export function channelDecays(g: Tensor): ChannelDecays {
  const [N, B, H, C, K] = g.shape;
  const sums = g
    .permute([0, 1, 2, 4, 3])
    .reshape([N, B, H, K, C, 1])
    .broadcastTo([N, B, H, K, C, C])
    .band({ low: Number.NEGATIVE_INFINITY, high: -1, fill: 0 })
    .cumsum(-2); //                                                                               [N,B,H,K,C,C]
  // Selected before the exponential, never multiplied away.
  const between = sums.band({ low: Number.NEGATIVE_INFINITY, high: 0, fill: Number.NEGATIVE_INFINITY }).exp();
  const fromStart = g.cumsum(-2).exp(); //                                                        [N,B,H,C,K]
  return {
    between,
    fromStart,
    toEnd: between
      .slice(-2, C - 1, C)
      .reshape([N, B, H, K, C])
      .permute([0, 1, 2, 4, 3]),
    whole: fromStart.slice(-2, C - 1, C).reshape([N, B, H, K, 1]),
  };
}

/** sum over k of x_ik y_jk between_kij: [N,B,H,C,C] from rows [N,B,H,C,K]. */
export function products(x: Tensor, y: Tensor, between: Tensor): Tensor {
  const [N, B, H, C, K] = x.shape;
  const channels = (t: Tensor) => t.permute([0, 1, 2, 4, 3]); //                                  [N,B,H,K,C]
  return between
    .mul(channels(x).reshape([N, B, H, K, C, 1]))
    .mul(channels(y).reshape([N, B, H, K, 1, C]))
    .sum(3);
}
