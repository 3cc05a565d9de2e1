// Means of losses and hits; these themselves are those of `logProbs`.
import { IGNORE } from '@twilljs/data';
import { expect, it } from 'vitest';
import { meanByPosition, meanOf } from './score.ts';

it('averages over labelled positions, by row and by position', () => {
  const scores = {
    B: 2,
    T: 3,
    labels: Int32Array.from([0, IGNORE, 0, 0, IGNORE, 0]),
    nats: Float64Array.from([1, 0, 3, 5, 0, 7]),
    hits: Uint8Array.from([1, 0, 0, 1, 0, 1]),
    best: Int32Array.from([0, -1, 2, 0, -1, 0]),
    notFinite: null,
  };
  expect(meanOf(scores.nats, scores)).toMatchObject({ mean: 4, count: 4, rows: 2 });
  expect(meanOf(scores.nats, scores, 1)).toMatchObject({ mean: 5, count: 2 });
  expect(meanOf(scores.hits, scores).mean).toBe(0.75);
  expect(meanByPosition(scores.nats, scores)).toEqual([3, null, 5]);
  const broken = { ...scores, nats: Float64Array.from([1, 0, 3, Number.NaN, 0, 7]) };
  expect(meanOf(broken.nats, broken)).toEqual({ mean: Number.NaN, standardError: Number.NaN, count: 4, rows: 2 });
  expect(meanByPosition(broken.nats, broken)).toEqual([Number.NaN, null, 5]);
  expect(() => meanOf(scores.nats, { ...scores, labels: new Int32Array(6).fill(IGNORE) })).toThrow(
    'evaluation: nothing is asked in any of the 2 rows',
  );
});
