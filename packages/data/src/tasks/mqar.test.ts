// The dense recall tasks: every answer is in the row, before its question.
import { rng } from '@twilljs/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Batch, curriculum, IGNORE, mqar, uniformMqar } from '../index.ts';

const row = ({ inputs, labels, T }: Batch, b: number) => ({
  inputs: [...inputs.subarray(b * T, (b + 1) * T)],
  labels: [...labels.subarray(b * T, (b + 1) * T)],
});
const evens = (from: number, to: number) => Array.from({ length: (to - from) / 2 }, (_, i) => from + 2 * i);
const distinct = (list: number[]) => new Set(list).size === list.length;

/** Checks one row of D pairs and returns its keys, values and queries. */
function takeApart(batch: Batch, b: number, pairs: number) {
  const { inputs, labels } = row(batch, b);
  const keys = evens(0, 2 * pairs).map((t) => inputs[t]);
  const values = evens(0, 2 * pairs).map((t) => inputs[t + 1]);
  const bound = new Map(keys.map((k, i) => [k, values[i]]));
  const asked = evens(2 * pairs, batch.T);
  for (const t of asked) {
    expect(labels[t]).toBe(bound.get(inputs[t]));
    expect(inputs[t + 1]).toBe(labels[t]);
  }
  expect(labels.filter((y) => y !== IGNORE).length).toBe(asked.length);
  expect(distinct(keys)).toBe(true);
  return { keys, values, queries: asked.map((t) => inputs[t]) };
}

describe('mqar', () => {
  it('has the form of its definition for every fitting size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(30), fc.nat(99), (pairs, extra, seed) => {
        const length = 4 * pairs + 2 * extra;
        const vocab = 2 * pairs + 2 + 2 * (seed % 3);
        const task = mqar({ length, vocab, pairs, batch: 3, source: rng(seed) });
        const batch = task.batch(seed);
        for (let b = 0; b < 3; b++) {
          const { keys, values, queries } = takeApart(batch, b, pairs);
          expect(keys.every((k) => k >= 1 && k < vocab / 2)).toBe(true);
          expect(values.every((v) => v >= vocab / 2 && v < vocab)).toBe(true);
          expect(distinct(values)).toBe(true);
          for (let at = 0; at < queries.length; at += pairs) expect(distinct(queries.slice(at, at + pairs))).toBe(true);
        }
      }),
      { seed: 6, numRuns: 100 },
    );
  });

  it('is the study at its defaults', () => {
    const task = mqar({ steps: 300, source: rng(1) });
    expect(task).toMatchObject({ name: 'mqar', vocab: 64, chance: 1 / 32, difficulties: [4, 8, 16], B: 32, T: 64 });
    for (const [step, pairs] of [
      [0, 2],
      [30, 2],
      [120, 6],
      [209, 16],
      [299, 16],
    ]) {
      expect(curriculum(step, 300)).toBe(pairs);
      takeApart(task.batch(step), 31, pairs);
    }
    expect(task.evaluation(384, 16).labels.filter((y) => y !== IGNORE).length).toBe(6144);
  });

  it('batches are functions of seed and step; evaluation is fixed, and its first rows do not depend on the count', () => {
    const [a, b] = [mqar({ source: rng(1) }), mqar({ source: rng(1) })];
    b.batch(9);
    expect(b.batch(4)).toEqual(a.batch(4));
    expect(a.batch(5)).not.toEqual(a.batch(4));
    expect(mqar({ source: rng(2) }).batch(4)).not.toEqual(a.batch(4));
    expect(row(a.evaluation(2, 8), 1)).toEqual(row(b.evaluation(5, 8), 1));
    expect(row(a.evaluation(1, 16), 0)).not.toEqual(row(a.batch(0), 0));
    expect(row(mqar({ batch: 8, source: rng(1) }).batch(3), 1)).toEqual(
      row(mqar({ batch: 5, source: rng(1) }).batch(5), 0),
    );
  });

  it('uses all keys and all values', () => {
    const batch = mqar({ batch: 64, source: rng(3) }).batch(0);
    const all = Array.from({ length: 64 }, (_, b) => takeApart(batch, b, 16));
    expect(new Set(all.flatMap(({ keys }) => keys)).size).toBe(31);
    expect(new Set(all.flatMap(({ values }) => values)).size).toBe(32);
  });

  it('refuses what does not fit', () => {
    const make = (options: object) => () => mqar({ source: rng(1), ...options });
    expect(make({ pairs: 17 })).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: mqar: 17 pairs and a query for each take 68 tokens, and length is 64; give at most 16 pairs or a length of at least 68.]`,
    );
    expect(make({ length: 256, pairs: 32 })).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: mqar: 32 pairs need as many distinct keys and the vocabulary has 31; give fewer pairs or a larger vocab.]`,
    );
    expect(make({ length: 63 })).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: mqar: length = 63 is odd and tokens come in pairs; give an even number.]`,
    );
    expect(make({ vocab: 63 })).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: mqar: vocab = 63 has no two halves, keys and values; give an even number.]`,
    );
    expect(make({ pairs: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: mqar: pairs is 0; give a whole number of at least 1.]`,
    );
    expect(make({ batch: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: mqar: batch is 0; give a whole number of at least 1.]`,
    );
    expect(make({ steps: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: mqar: steps is 0; give a whole number of at least 1.]`,
    );
    expect(() => mqar({ source: rng(1) }).evaluation(4, 20)).toThrow('mqar: 20 pairs and a query for each take 80');
    expect(() => mqar({ source: rng(1) }).evaluation(0, 4)).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: mqar: count is 0; give a whole number of at least 1.]`,
    );
  });
});

describe('curriculum', () => {
  it('is 2 for a tenth, geometric to the most at seven tenths', () => {
    // round(2 * 8^((f - .1) / .6)) by hand at f = .1 .2 .3 .4 .5 .6 .7
    expect([0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1].map((f) => curriculum(1000 * f, 1000))).toEqual([
      2, 2, 2, 3, 4, 6, 8, 11, 16, 16, 16,
    ]);
    expect([0, 400, 700, 999].map((step) => curriculum(step, 1000, 64))).toEqual([2, 11, 64, 64]); // 2 sqrt(32) = 11.3
    expect([0, 999].map((step) => curriculum(step, 1000, 1))).toEqual([1, 1]);
    expect([0, 999].map((step) => curriculum(step, 1000, 2))).toEqual([2, 2]);
  });

  it('never falls', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 300 }), (steps, most) => {
        let last = 0;
        for (let step = 0; step < steps; step += Math.ceil(steps / 50)) {
          const pairs = curriculum(step, steps, most);
          expect(pairs).toBeGreaterThanOrEqual(last);
          last = pairs;
        }
        expect(last).toBeLessThanOrEqual(most);
        expect(curriculum(steps, steps, most)).toBe(most);
      }),
      { seed: 7, numRuns: 100 },
    );
  });
});

describe('uniformMqar', () => {
  it('has the form of its definition', () => {
    const task = uniformMqar({ source: rng(1) });
    expect(task).toMatchObject({ vocab: 128, chance: 1 / 64, difficulties: [2, 4, 8], B: 64, T: 64 });
    const batch = task.batch(0);
    const all = Array.from({ length: 64 }, (_, b) => takeApart(batch, b, 8));
    expect(Math.min(...all.flatMap(({ keys }) => keys))).toBe(0);
    expect(Math.max(...all.flatMap(({ keys }) => keys))).toBe(63);
    expect(Math.min(...all.flatMap(({ values }) => values))).toBe(64);
    expect(Math.max(...all.flatMap(({ values }) => values))).toBe(127);
    // Independent draws: values repeat within a row at times, and so do queries in neighbouring slots (1 in 8).
    expect(all.some(({ values }) => !distinct(values))).toBe(true);
    const again = all.flatMap(({ queries }) => queries.slice(1).map((q, i) => Number(q === queries[i])));
    expect(Math.abs(again.reduce((a, b) => a + b, 0) / again.length - 1 / 8)).toBeLessThan(0.04);
    expect(task.batch(1)).not.toEqual(task.batch(0));
    expect(task.batch(1)).toEqual(uniformMqar({ source: rng(1) }).batch(1));
  });

  it('refuses what does not fit', () => {
    expect(() => uniformMqar({ pairs: 17, source: rng(1) })).toThrow('at most 16 pairs');
    expect(() => uniformMqar({ vocab: 8, source: rng(1) })).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: mqar-uniform: 8 pairs need as many distinct keys and the vocabulary has 4; give fewer pairs or a larger vocab.]`,
    );
  });
});
