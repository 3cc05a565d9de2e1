// Rows of several sources: how many of each, which, and that nothing but their number decides.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Batches } from './index.ts';
import { mixture } from './index.ts';

/** Row i of source s holds s and i. */
const source = (s: number, T = 2): Batches => ({
  B: 1,
  T,
  batch: (i) => ({ inputs: Int32Array.of(s, i), labels: Int32Array.of(i, s), B: 1, T }),
});
const mixed = (weights: number[], batch: number) =>
  mixture({ sources: weights.map((weight, s) => ({ weight, batches: source(s) })), batch });
const rowsOf = (batches: Batches, steps: number) =>
  Array.from({ length: steps }, (_, step) => [...batches.batch(step).inputs]).flat();

describe('mixture', () => {
  it('has of each source every row once and in order, by its weight', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 5, noNaN: true }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 7 }),
        (weights, batch) => {
          const rows = rowsOf(mixed(weights, batch), 120);
          const counts = weights.map(() => 0);
          for (let i = 0; i < rows.length; i += 2) expect(rows[i + 1]).toBe(counts[rows[i]]++);
          const sum = weights.reduce((a, b) => a + b, 0);
          const n = rows.length / 2;
          for (const [s, count] of counts.entries()) {
            expect(Math.abs(count - (n * weights[s]) / sum)).toBeLessThan(weights.length);
          }
        },
      ),
      { seed: 7, numRuns: 100 },
    );
  });

  it('is the same in batches of any size, at any step', () => {
    const weights = [0.7, 0.2, 0.1];
    expect(rowsOf(mixed(weights, 6), 10)).toEqual(rowsOf(mixed(weights, 4), 15));
    expect(mixed(weights, 4).batch(12_345)).toEqual(mixed(weights, 4).batch(12_345));
    const rows = rowsOf(mixed([1, 1], 2), 1000);
    expect(rows.filter((s, i) => i % 2 === 0 && s === 0)).toHaveLength(1000); // of two equal ones each batch has both
  });

  it('keeps documents apart where one source does', () => {
    const apart: Batches = {
      ...source(1),
      batch: (i) => ({ ...source(1).batch(i), ranges: Int32Array.of(0, 1, 1, 2) }),
    };
    const both = [source(0), apart].map((batches) => ({ batches, weight: 1 }));
    expect(mixture({ sources: both, batch: 2 }).batch(0).ranges).toHaveLength(6);
  });

  it('refuses what is none', () => {
    const one = { batches: source(0), weight: 1 };
    const call =
      (sources: unknown, batch = 1) =>
      () =>
        mixture({ sources: sources as never, batch });
    expect(call([])).toThrow('mixture: sources is []; give a list of { batches, weight }.');
    expect(call([one], 0)).toThrow('mixture: batch is 0');
    for (const weight of [0, -1, Number.NaN, '1']) expect(call([{ ...one, weight }])).toThrow('sources[0].weight is');
    expect(call([one, { batches: source(1, 3), weight: 1 }])).toThrow(
      'mixture: sources[1] has batches of [1,3]; give [1,2], as the first has.',
    );
    expect(() => mixture({ sources: [one], batch: 1, weight: 1 } as never)).toThrow('there is no option weight');
  });
});
