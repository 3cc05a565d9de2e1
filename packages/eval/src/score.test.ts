// Losses and hits of given logits.
import { expect, it } from 'vitest';
import { meanByPosition, meanOf, scoreLogits } from './score.ts';

const NONE = -100;

it('is the cross-entropy and the arg max of each labelled position', () => {
  const nats = new Float64Array(3).fill(Number.NaN);
  const hits = new Uint8Array(3);
  scoreLogits(Float32Array.from([0, 0, 0, 0, 1, 2, 3, 4, 1000, 0, 0, -1000]), Int32Array.from([2, 3, 3]), nats, hits);
  expect(nats[0]).toBeCloseTo(Math.log(4), 12);
  expect(nats[1]).toBeCloseTo(Math.log(1 + Math.exp(-1) + Math.exp(-2) + Math.exp(-3)), 12);
  expect(nats[2]).toBe(2000);
  expect([...hits]).toEqual([0, 1, 0]);
});

it('leaves positions without a label alone', () => {
  const nats = new Float64Array(2).fill(Number.NaN);
  const hits = new Uint8Array(2);
  scoreLogits(Float32Array.from([1, 2, 3, 4]), Int32Array.from([NONE, 1]), nats, hits);
  expect(nats[0]).toBeNaN();
  expect(nats[1]).toBeCloseTo(Math.log(1 + Math.exp(-1)), 12);
});

it('averages over labelled positions, by row and by position', () => {
  const scores = {
    B: 2,
    T: 3,
    nats: Float64Array.from([1, Number.NaN, 3, 5, Number.NaN, 7]),
    hits: Uint8Array.from([1, 0, 0, 1, 0, 1]),
  };
  expect(meanOf(scores.nats, scores)).toMatchObject({ mean: 4, count: 4, rows: 2 });
  expect(meanOf(scores.nats, scores, 1)).toMatchObject({ mean: 5, count: 2 });
  expect(meanOf(scores.hits, scores).mean).toBe(0.75);
  expect(meanByPosition(scores.nats, scores)).toEqual([3, null, 5]);
});
