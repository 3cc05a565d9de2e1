// Losses and hits of given logits.
import { IGNORE } from '@twilljs/data';
import { expect, it } from 'vitest';
import { meanByPosition, meanOf, scoreLogits } from './score.ts';

it('is the cross-entropy and the arg max of each labelled position', () => {
  const nats = new Float64Array(3);
  const hits = new Uint8Array(3);
  const best = new Int32Array(3).fill(-1);
  scoreLogits(Float32Array.from([0, 0, 0, 0, 1, 2, 3, 4, 1000, 0, 0, -1000]), Int32Array.from([2, 3, 3]), {
    nats,
    hits,
    best,
  });
  expect(nats[0]).toBeCloseTo(Math.log(4), 12);
  expect(nats[1]).toBeCloseTo(Math.log(1 + Math.exp(-1) + Math.exp(-2) + Math.exp(-3)), 12);
  expect(nats[2]).toBe(2000);
  expect([...hits]).toEqual([0, 1, 0]);
  expect([...best]).toEqual([0, 3, 0]);
});

it('leaves positions without a label alone, whatever their logits', () => {
  const nats = new Float64Array(2);
  const hits = new Uint8Array(2);
  const best = new Int32Array(2).fill(-1);
  scoreLogits(Float32Array.from([Number.NaN, 2, 3, 4]), Int32Array.from([IGNORE, 1]), { nats, hits, best });
  expect([nats[0], hits[0], ...best]).toEqual([0, 0, -1, 1]);
  expect(nats[1]).toBeCloseTo(Math.log(1 + Math.exp(-1)), 12);
});

it('is NaN and no hit where softmax has no value, and infinite where only the label has no chance', () => {
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
  const rows: [number[], number, number, number][] = [
    [[nan, nan, nan], 0, nan, 0], // an arg max that starts at 0 would hit
    [[5, nan, 1], 0, nan, 0],
    [[nan, 5, 1], 1, nan, 0],
    [[inf, 1, 1], 0, nan, 0],
    [[inf, 1, 1], 1, nan, 0],
    [[-inf, -inf, -inf], 0, nan, 0],
    [[-inf, 2, -inf], 1, 0, 1],
    [[-inf, 2, 2], 0, inf, 0],
  ];
  for (const [logits, label, loss, hit] of rows) {
    const [nats, hits, best] = [new Float64Array(1), new Uint8Array(1), new Int32Array(1)];
    scoreLogits(Float64Array.from(logits), Int32Array.of(label), { nats, hits, best });
    expect(nats[0], String(logits)).toBe(loss);
    expect(hits[0], String(logits)).toBe(hit);
  }
});

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
