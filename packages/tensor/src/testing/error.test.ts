// The metric of all comparisons: what it divides by, and what it does with zeros and NaN.
import { expect, it } from 'vitest';
import { deviation } from './error.ts';

it('is the RMS of the difference over the RMS of what is expected', () => {
  expect(deviation([3, 5], [3, 4])).toEqual({ error: Math.sqrt(1 / 25), worst: 1 });
});

it('takes the largest value where zeros are expected', () => {
  expect(deviation([1e-9, -2e-9], [0, 0])).toEqual({ error: 2e-9, worst: 1 });
});

it('divides by no less than 1e-30: smaller numbers have no digits in f32', () => {
  expect(deviation([0, 0], [3e-45, 4e-45]).error).toBeLessThan(1e-14);
  expect(deviation([0, 0], [3e-29, 3e-29]).error).toBe(1);
  expect(deviation([1, 0], [3e-45, 4e-45]).error).toBeGreaterThan(1e29);
});

it('counts NaN as Infinity', () => {
  expect(deviation([Number.NaN, 1], [1, 1])).toEqual({ error: Number.POSITIVE_INFINITY, worst: 0 });
});
