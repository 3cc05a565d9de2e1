// Intervals against values from elsewhere: Wilson's from its formula in Python, quantiles as NumPy's, errors as theory has them.
import { rng } from '@twilljs/tensor';
import { describe, expect, it } from 'vitest';
import { meanOf } from '../text/stats.ts';
import {
  type DocumentValues,
  differenceOf,
  figureIn,
  percentileInterval,
  resampledFigures,
  wilsonInterval,
} from './statistics.ts';

const same = (ratio: number) => ratio;
const of = (sums: readonly number[], units = sums.map(() => 1)): DocumentValues => ({
  sums: Float64Array.from(sums),
  units: Float64Array.from(units),
});
const spread = (values: Float64Array): number => {
  const mean = meanOf([...values]);
  return Math.sqrt(meanOf([...values].map((value) => (value - mean) ** 2)));
};

describe('Wilson', () => {
  it.each([
    [0, 10, 0, 0.2775327998628892],
    [1, 3, 0.06149194472039615, 0.7923403991979523],
    [5, 10, 0.236593090512564, 0.7634069094874361],
    [27, 100, 0.1926958414957634, 0.36432116767944994],
    [10, 10, 0.7224672001371107, 1],
  ])('%d of %d', (hits, all, low, high) => {
    const interval = wilsonInterval(hits, all);
    expect(interval[0]).toBeCloseTo(low, 12);
    expect(interval[1]).toBeCloseTo(high, 12);
  });

  it('refuses what are no counts', () => {
    expect(() => wilsonInterval(2, 1)).toThrow('wilsonInterval: hits is 2 of 1; give no more than there are.');
    expect(() => wilsonInterval(0, 0)).toThrow('wilsonInterval: of');
    expect(() => wilsonInterval(0.5, 1)).toThrow('wilsonInterval: hits');
  });
});

it('percentiles are linear between neighbours, as numpy.quantile has them', () => {
  const values = Float64Array.of(9, 1, 4, 2, 7);
  expect(percentileInterval(values, 0.5)).toEqual([2, 7]);
  const [low, high] = percentileInterval(values, 0.95);
  expect([low, high]).toEqual([expect.closeTo(1.1, 12), expect.closeTo(8.8, 12)]);
  expect(percentileInterval(Float64Array.of(3), 0.95)).toEqual([3, 3]);
});

describe('the paired bootstrap', () => {
  const random = rng(3);
  const hard = [...random.fork('hard').uniform(400)];
  const noise = [...random.fork('noise').uniform(400)];

  it('has the error of a mean that theory has', () => {
    const [figures] = resampledFigures([[of(hard)]], same, 4000);
    expect(spread(figures)).toBeCloseTo(spread(Float64Array.from(hard)) / 20, 3);
    expect(meanOf([...figures])).toBeCloseTo(meanOf(hard), 2);
  });

  it('leaves out of a difference what both have, and is 0 of a model and itself', () => {
    const better = hard.map((value, i) => value + 0.05 + 0.02 * noise[i]);
    const [a, b, c] = resampledFigures([[of(better)], [of(hard)], [of(hard)]], same, 1000);
    const gap = differenceOf(meanOf(better) - meanOf(hard), a, b);
    expect(gap.isSeparate).toBe(true);
    expect(gap.interval[1] - gap.interval[0]).toBeLessThan(0.002); // the noise alone: 4 * 0.02 / sqrt(12 * 400)
    expect(differenceOf(0, b, c)).toEqual({ value: 0, interval: [0, 0], isSeparate: false });
  });

  it('does not tell apart what differs by chance, nor when it looks often', () => {
    const other = hard.map((value, i) => value + (noise[i] - 0.5) + 0.03);
    const [a, b] = resampledFigures([[of(other)], [of(hard)]], same, 2000);
    const once = differenceOf(0.03, a, b);
    const often = differenceOf(0.03, a, b, 50);
    expect(often.interval[0]).toBeLessThan(once.interval[0]);
    expect(often.isSeparate).toBe(false);
  });

  it('draws the runs of a model too: seeds that differ widen the interval', () => {
    const shifted = [-0.1, 0, 0.1].map((by) => of(hard.map((value) => value + by)));
    const [one, three] = resampledFigures([[of(hard)], shifted], same, 4000);
    // Of three runs with a variance of 0.02 / 3, the mean of three draws.
    const seeds = 0.02 / 3 / 3;
    expect(spread(three) ** 2).toBeCloseTo(spread(one) ** 2 + seeds, 4);
  });

  it('is of ratios: perplexities of words are of all words', () => {
    const texts = of([-10, -40, -3], [5, 10, 1]);
    expect(figureIn(texts, (ratio) => Math.exp(-ratio))).toBeCloseTo(Math.exp(53 / 16), 12);
    const [figures] = resampledFigures([[texts]], same, 300, 7);
    expect(new Set(figures).size).toBeLessThanOrEqual(10); // 3 documents drawn 3 times
    expect(figures).toEqual(resampledFigures([[texts]], same, 300, 7)[0]);
    expect(figures).not.toEqual(resampledFigures([[texts]], same, 300, 8)[0]);
  });

  it('refuses what cannot be paired', () => {
    expect(() => resampledFigures([[of([1])], []], same, 1)).toThrow('model 1 has no run');
    expect(() => resampledFigures([[of([1])], [of([1, 2])]], same, 1)).toThrow(
      'a run of model 1 has 2 documents where the first has 1; give the same ones.',
    );
    expect(() => resampledFigures([[of([])]], same, 1)).toThrow('has 0 documents');
    expect(() => resampledFigures([[of([1])]], same, 0)).toThrow('resampledFigures: resamples');
  });
});
