// Curves, tables, numbers and charts.
import { describe, expect, it } from 'vitest';
import { duration, grouped } from './numbers.ts';
import { averaged, sparkline } from './sparkline.ts';
import { charts, type Panel } from './svg.ts';
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

describe('charts', () => {
  const axis = { label: 'a < b', ticks: [0, 10], scale: 'linear', shown: String } as const;
  const panel = (points: [number, number][]): Panel => ({
    title: 'T & U',
    x: axis,
    y: axis,
    lines: [{ name: 'one', points }],
  });

  it('places values between the ends of the axes, and those outside on the edge', () => {
    const svg = charts(
      [
        panel([
          [0, 0],
          [5, 5],
          [10, 100],
        ]),
      ],
      'caption',
    );
    expect(/points="([^"]*)"/.exec(svg)?.[1]).toBe('52,218 180,126 308,34');
  });

  it('is well-formed XML with its texts escaped', () => {
    const svg = charts([panel([]), panel([[1, 1]])], 'a "caption"');
    expect(svg).toContain('T &amp; U');
    expect(svg).toContain('a &lt; b');
    const tags = [...svg.matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)];
    const depth = tags.reduce((n, [, close, , self]) => n + (self ? 0 : close ? -1 : 1), 0);
    expect(depth).toBe(0);
  });
});
