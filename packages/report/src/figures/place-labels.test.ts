// Labels beside lines: apart, inside, and as near to their lines as that allows.
import { expect, it } from 'vitest';
import { placeLabels } from './place-labels.ts';

const at = (...values: number[]) => values.map((value) => ({ text: String(value), color: '', at: value }));
const places = (values: number[], gap: number) => placeLabels(at(...values), gap, [0, 10]).map(({ place }) => place);

it('labels stay where there is room, and are centred on their lines where there is none', () => {
  expect(places([1, 5, 9], 2)).toEqual([1, 5, 9]);
  expect(places([5, 5], 2)).toEqual([4, 6]);
  expect(places([5, 5, 6.5], 2)).toEqual([3.5, 5.5, 7.5]);
});

it('labels stay inside', () => {
  expect(places([10, 10, 10], 2)).toEqual([6, 8, 10]);
  expect(places([0, 0], 1)).toEqual([0, 1]);
});
