// cachedAttention: softmax attention of one query over keys and values in rings, which `append` fills.
// B batch, H heads, HKV key/value heads, D head size, V value size, C rows of the rings.
import { apply1, finite, hostArray, knownOnly, type Op, ShapeError, sameShape, type Tensor } from '@twilljs/tensor';

/** The lowest finite number of a type. */
const lowest = { f32: -3.4028234663852886e38, f64: -Number.MAX_VALUE };

export interface CachedAttentionAttrs {
  /** Factor of the scores, usually D^-1/2. */
  scale: number;
}

/**
 * y = sum_s softmax_s(scale q' k_s) v_s over the last min(position + 1, C) positions, the oldest first. Head h reads key/value head
 * floor(h HKV / H).
 */
export const cachedAttentionOp: Op<CachedAttentionAttrs> = {
  name: 'cachedAttention',
  inputs: ['q', 'k', 'v', 'position'],
  outputs: ['y'],
  ids: { position: () => ({ below: 2 ** 31, of: 'positions' }) },
  shape([q, k, v, position], { scale }) {
    finite('cachedAttention: scale', scale);
    const [B, , H, D] = q!;
    const [, C, HKV] = k!;
    const V = v!.at(-1)!;
    const fit = sameShape(q!, [B, 1, H, D]) && sameShape(k!, [B, C, HKV, D]) && sameShape(v!, [B, C, HKV, V]);
    if (!fit || !(C > 0)) {
      throw new ShapeError(
        `cachedAttention: q [${q}], k [${k}] and v [${v}] are not [B,1,H,D], [B,C,HKV,D] and [B,C,HKV,V]; reshape them.`,
      );
    }
    if (H % HKV !== 0)
      throw new ShapeError(`cachedAttention: ${HKV} key/value heads do not divide ${H} heads; choose a divisor.`);
    if (!sameShape(position!, [1]))
      throw new ShapeError(`cachedAttention: position [${position}] is not one number; give [1].`);
    return [[B, 1, H, V]];
  },
  cpu([q, k, v, position], [y], { scale }) {
    const [B, , H, D] = q.shape;
    const [, C, HKV, V] = v.shape;
    const [at] = position.data;
    const n = Math.max(0, Math.min(at + 1, C));
    const oldest = at < C ? 0 : (at + 1) % C;
    // Rounded wherever `attention` is, whose definition makes a tensor of each.
    const dtype = y.data instanceof Float64Array ? 'f64' : 'f32';
    const [scores, weights] = [0, 1].map(() => hostArray('cachedAttention', dtype, n));
    const total = hostArray('cachedAttention', dtype, 1);
    for (let i = 0; i < B * H; i++) {
      const [b, g] = [Math.floor(i / H), Math.floor(((i % H) * HKV) / H)];
      const row = (s: number) => (b * C + ((oldest + s) % C)) * HKV + g;
      for (let s = 0; s < n; s++) {
        let sum = 0;
        for (let d = 0; d < D; d++) sum += q.data[i * D + d] * k.data[row(s) * D + d];
        scores[s] = sum;
        scores[s] *= scale;
      }
      let top = lowest[dtype]; // finite, so that scores of -Infinity throughout give zeros
      for (let s = 0; s < n; s++) top = Math.max(top, scores[s]);
      let sum = 0;
      for (let s = 0; s < n; s++) {
        weights[s] = scores[s] - top;
        weights[s] = Math.exp(weights[s]);
        sum += weights[s];
      }
      total[0] = sum;
      total[0] = Math.max(1, total[0]);
      for (let s = 0; s < n; s++) weights[s] /= total[0];
      for (let c = 0; c < V; c++) {
        let sum = n > 0 ? 0 : Number.NaN;
        for (let s = 0; s < n; s++) sum += weights[s] * v.data[row(s) * V + c];
        y.data[i * V + c] = sum;
      }
    }
  },
};

/**
 * Softmax attention of one token over its cache: what `scaledDotProductAttention` gives for the last of the positions that the rings
 * hold, to the last bit. It has no gradient.
 *
 * @param q [B,1,H,D]
 * @param k [B,C,HKV,D], v [B,C,HKV,V]: position p is in row p % C.
 * @param position i32 [1], of the query.
 * @returns [B,1,H,V]
 * @throws ShapeError when heads or sizes do not fit; OptionError for a scale that is no finite number, or a position below 0.
 */
export function cachedAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  position: Tensor,
  attrs: CachedAttentionAttrs,
): Tensor {
  knownOnly('cachedAttention', attrs, ['scale']);
  return apply1(cachedAttentionOp, [q, k, v, position], attrs);
}
