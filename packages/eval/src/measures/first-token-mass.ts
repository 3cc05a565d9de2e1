// How much of its attention a softmax layer gives to the first token.
import { apply, type Tensor, tensor } from '@twilljs/tensor';
import type { RanOp } from '../inside/passes.ts';
import { layerMeasure } from './by-layer.ts';

/**
 * Mean weight of softmax attention on the first token of a row, over queries behind it and heads: an attention sink where it is far above
 * the weight that all tokens would share. A query whose window has left the first token behind gives it 0. Null where a layer has no
 * softmax. Weights are read through the values: attention to ones at the first token and zeros elsewhere gives them, whatever the device.
 *
 * @see Xiao et al. 2023, https://arxiv.org/abs/2309.17453; Gu et al. 2024, https://arxiv.org/abs/2410.10781
 */
export const firstTokenMass = layerMeasure({
  name: 'firstTokenMass',
  title: 'first-token mass',
  about: 'Mean weight of softmax attention on the first token, of all tokens behind it: a sink where it is large.',
  range: [0, 1],
  look({ ops, past }) {
    const [T] = ops.filter(isSoftmax).map(({ inputs }) => (inputs.q as Tensor).shape[1]);
    const from = past === 0 ? 1 : 0; // the first token sees itself alone
    if (T === undefined || T === from) return null;
    return ops.filter(isSoftmax).map((op) => weightOnFirst(op, past).slice(1, from, T));
  },
  value(parts) {
    const weights = parts.flatMap(({ found }) => found.flatMap((values) => [...values]));
    return Math.min(1, weights.reduce((sum, weight) => sum + weight, 0) / weights.length);
  },
});

/** Its output `lse` is the logarithm of what softmax divides by. */
const isSoftmax = ({ op, inputs }: RanOp): boolean =>
  op.outputs.includes('lse') && Boolean(inputs.q && inputs.k && inputs.v);

/** Weights [B,T] of queries on the first token, the mean over heads. */
function weightOnFirst({ op, inputs, attrs }: RanOp, past: number): Tensor {
  /** Values [n,S,HKV,1]: ones in the first row, where that is the first token. */
  const marked = ([n, S, heads]: readonly number[], isFirst: boolean) => {
    const values = new Float32Array(n * S * heads);
    if (isFirst) for (let i = 0; i < n; i++) values.fill(1, i * S * heads, i * S * heads + heads);
    return tensor(values, [n, S, heads, 1], { device: inputs.q!.device });
  };
  const ring = inputs.v0?.shape; // position p lies in row p mod C, so row 0 is the first token until C have been
  const values: Readonly<Record<string, Tensor | null>> = {
    ...inputs,
    v: marked(inputs.v!.shape, past === 0),
    ...(ring && { v0: marked(ring, past <= ring[1]) }),
  };
  const [y] = apply(
    op,
    op.inputs.map((name) => values[name.replace('?', '')] ?? null),
    attrs,
  );
  return y.mean([2, 3]);
}
