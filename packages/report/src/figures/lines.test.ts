// Ends of an axis: round, around all values, whatever their size.
import { expect, it } from 'vitest';
import { single } from '../text/stats.ts';
import { domainOf } from './lines.ts';

const around = (...values: number[]) => domainOf([{ points: values.map((value) => ({ spread: single(value) })) }]);

it('ends are round and have room', () => {
  expect(around(2.51, 2.86)).toEqual([2.4, 2.9]);
  expect(around(2.664, 2.665)).toEqual([2.66, 2.67]);
  expect(around(0.472, 0.479)).toEqual([0.46, 0.49]);
  expect(around(81, 143)).toEqual([70, 150]);
  expect(around(0.0012, 0.0034)).toEqual([0.001, 0.004]);
  expect(around(5)).toEqual([4.99, 5.01]);
});
