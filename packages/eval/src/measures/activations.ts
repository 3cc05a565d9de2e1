// How large single numbers of the residual stream grow.
import type { Tensor } from '@twilljs/tensor';
import { layerMeasure, median } from './by-layer.ts';

const magnitudes = (x: Tensor): Tensor => x.maximum(x.neg());

/** The largest |h| of the residual stream behind each layer. @see Sun et al. 2024, https://arxiv.org/abs/2402.17762: massive activations. */
export const largestActivation = layerMeasure({
  name: 'largestActivation',
  title: 'largest activation',
  about: 'The largest number, by its size, in the residual stream behind a layer.',
  range: [0, Number.POSITIVE_INFINITY],
  scale: 'log',
  look: ({ after }) => [magnitudes(after).max(-1)],
  value: (parts) => parts.reduce((most, { found: [values] }) => largest(values, most), 0),
});

/**
 * The same over the median |h|: that of the channels of a token, then of the tokens. Sun et al. call an activation massive that is above
 * 100 and about 1000 times the median.
 */
export const largestOverMedian = layerMeasure({
  name: 'largestOverMedian',
  title: 'largest over median',
  about:
    'The largest number in the residual stream behind a layer over the median of its numbers, by their size: about 1000 and more are massive activations.',
  range: [0, Number.POSITIVE_INFINITY],
  scale: 'log',
  look: ({ after }) => [magnitudes(after)],
  /** Largest and median of each token. */
  keep({ tokens, found: [values] }) {
    const width = values.length / tokens;
    const of = (t: number) => values.subarray(t * width, (t + 1) * width);
    const all = Array.from({ length: tokens }, (_, t) => of(t));
    return [Float64Array.from(all, (token) => largest(token, 0)), Float64Array.from(all, (token) => median(token))];
  },
  value(parts) {
    const most = parts.reduce((least, { found: [values] }) => largest(values, least), 0);
    return most / median(parts.flatMap(({ found: [, medians] }) => [...medians]));
  },
});

/** NaN where a number is none. */
const largest = (values: ArrayLike<number>, least: number): number =>
  Array.prototype.reduce.call(values, (most, x) => Math.max(most as number, x as number), least) as number;
