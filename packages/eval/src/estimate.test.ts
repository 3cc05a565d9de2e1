// Means and standard errors against cases worked out by hand, and against simulated spread.
import { rng } from '@twilljs/tensor';
import { expect, it } from 'vitest';
import { estimate } from './estimate.ts';

it('is the sample mean and its error where every row has one value', () => {
  const values = [1, 2, 3, 6];
  const { mean, standardError, count, rows } = estimate(values, [1, 1, 1, 1]);
  expect([mean, count, rows]).toEqual([3, 4, 4]);
  expect(standardError).toBeCloseTo(Math.sqrt((4 + 1 + 0 + 9) / 3) / Math.sqrt(4), 12);
});

it('weights rows by their counts, and ignores rows without values', () => {
  expect(estimate([3, 0, 1], [1, 0, 3])).toMatchObject({ mean: 1, count: 4, rows: 2 });
});

it('knows no error from one row', () => {
  expect(estimate([5], [10])).toEqual({ mean: 0.5, standardError: 0, count: 10, rows: 1 });
});

it('takes rows as the independent units: ten equal values in a row are one piece of evidence', () => {
  const single = estimate([1, 0, 1, 1], [1, 1, 1, 1]);
  const repeated = estimate([10, 0, 10, 10], [10, 10, 10, 10]);
  expect(repeated.standardError).toBeCloseTo(single.standardError, 12);
});

it('tells the spread of the mean over fresh samples', () => {
  const random = rng(7);
  const samples = Array.from({ length: 2000 }, () => {
    const counts = random.ints(30, 5).map((n) => n + 1);
    const sums = Array.from(counts, (n) => n * random.uniform(1)[0]); // all values of a row are equal
    return estimate(sums, counts);
  });
  const means = samples.map(({ mean }) => mean);
  const middle = means.reduce((a, b) => a + b) / means.length;
  const spread = Math.sqrt(means.reduce((a, m) => a + (m - middle) ** 2, 0) / means.length);
  const told = samples.reduce((a, { standardError }) => a + standardError, 0) / samples.length;
  expect(told / spread).toBeGreaterThan(0.9);
  expect(told / spread).toBeLessThan(1.1);
});
