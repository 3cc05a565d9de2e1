import { rng } from '@twilljs/tensor';
import { expect, it } from 'vitest';
import { IGNORE } from './batch.ts';
import { copies } from './copies.ts';

const tokens = Int32Array.from({ length: 40 }, (_, i) => 100 + i);
const small = { tokens, count: 20, span: 4, distance: 7, context: 3 };

it('a passage comes twice, and only its tokens are asked for', () => {
  const { inputs, labels, T, first, second, span } = copies({ ...small, source: rng(1) });
  expect({ T, first, second, span }).toEqual({ T: 13, first: 2, second: 9, span: 4 });
  for (let row = 0; row < small.count; row++) {
    const read = [...inputs.subarray(row * T, row * T + T)];
    const asked = [...labels.subarray(row * T, row * T + T)];
    const [start] = read;
    expect(read.slice(0, 10)).toEqual(Array.from({ length: 10 }, (_, i) => start + i));
    const passage = [start + 3, start + 4, start + 5, start + 6];
    expect(read.slice(10)).toEqual(passage.slice(0, 3));
    const nothing = (n: number) => Array<number>(n).fill(IGNORE);
    expect(asked).toEqual([...nothing(2), ...passage, ...nothing(3), ...passage]);
  }
});

it('rows depend on the source and their number alone', () => {
  const few = copies({ ...small, count: 5, source: rng(1) });
  const many = copies({ ...small, source: rng(1) });
  expect(many.inputs.subarray(0, few.inputs.length)).toEqual(few.inputs);
  const starts = new Set(Array.from({ length: 20 }, (_, row) => many.inputs[row * many.T]));
  expect(starts.size).toBeGreaterThan(5);
  expect(Math.max(...starts)).toBeLessThanOrEqual(130);
});

it('refuses what does not fit', () => {
  const source = rng(1);
  expect(() => copies({ tokens, count: 1, source })).toThrowErrorMatchingInlineSnapshot(
    `[OptionError: copies: the text has 40 tokens and a row takes 128 of it; give more text or a smaller distance.]`,
  );
  expect(() => copies({ ...small, distance: 3, source })).toThrow(/copies: distance is 3/);
});
