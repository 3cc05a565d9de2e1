// Curves, tables and numbers.

import { bytesText, grouped } from '@twilljs/eval';
import { describe, expect, it } from 'vitest';
import { duration } from './numbers.ts';
import { averaged, sparkline } from './sparkline.ts';
import { table } from './table.ts';

describe('sparkline', () => {
  it('goes from the smallest to the largest value', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8)).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([7, 0], 8)).toBe('█▁');
  });

  it('shows a constant, nothing, and values that are no numbers', () => {
    expect(sparkline([3, 3], 8)).toBe('▁▁');
    expect(sparkline([], 8)).toBe('');
    expect(sparkline([1, Number.NaN, 2, Number.POSITIVE_INFINITY], 8)).toBe('▁█');
  });

  it('averages what does not fit', () => {
    expect(averaged([1, 3, 5, 7, 10], 2)).toEqual([2, 22 / 3]);
    expect(sparkline([...Array(1000).keys()], 40)).toHaveLength(40);
  });
});

it('tables are as wide as their widest cells', () => {
  expect(
    table(
      ['model', 'bits'],
      [
        ['pure', '2.5'],
        ['hybrid', '10.25'],
      ],
    ),
  ).toMatchInlineSnapshot(`
    "model    bits
    ─────────────
    pure      2.5
    hybrid  10.25
    "
  `);
});

it('numbers are grouped and seconds are clocks', () => {
  expect([0, 999, 1000, 1234567.6].map(grouped)).toEqual(['0', '999', '1,000', '1,234,568']);
  expect([0, 59.4, 59.6, 3599, 3600, 36061].map(duration)).toEqual([
    '0 s',
    '59 s',
    '1:00',
    '59:59',
    '1:00:00',
    '10:01:01',
  ]);
});

it('bytes have the unit that suits them', () => {
  expect([0, 9999, 10_000, 1e6, 1.5e9].map(bytesText)).toEqual(['0 B', '9,999 B', '10.0 kB', '1.0 MB', '1.5 GB']);
});
