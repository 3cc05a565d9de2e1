// Zoology's recall task against rows and histograms made by the original.
import { rng } from '@twilljs/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import golden from '../../../../golden/evals/mqar.json' with { type: 'json' };
import { emptyBatch } from '../batch.ts';
import { IGNORE, zoologyMqar } from '../index.ts';
import { drawSlots } from './zoology.ts';
import { writeZoology } from './zoology-mqar.ts';

describe('layout', () => {
  const cases = golden.layout.flatMap(({ examples, ...setting }) =>
    examples.map((example) => ({ ...setting, ...example })),
  );
  it.each(cases)('of $pairs pairs in $length tokens, slots $slots', (example) => {
    const batch = emptyBatch(1, example.length);
    writeZoology(batch, 0, example.keys, example.values, example.slots);
    expect([...batch.labels]).toEqual(example.labels);
    // With random filler the original differs where ours is still free.
    const inputs = example.inputs.map((id, t) => (example.random_non_queries && batch.inputs[t] === 0 ? 0 : id));
    expect([...batch.inputs]).toEqual(inputs);
  });
});

describe('slots', () => {
  it.each(golden.histogram)('of $pairs pairs among $slots, exponent $power_a', (h) => {
    const n = 6000;
    const used = new Float64Array(h.slots);
    const first = new Float64Array(h.slots);
    const mean = new Float64Array(h.pairs);
    const random = rng(11);
    for (let i = 0; i < n; i++) {
      const drawn = drawSlots(h.pairs, h.slots, h.power_a, random.fork(i));
      expect(new Set(drawn).size).toBe(h.pairs);
      first[drawn[0]]++;
      drawn.forEach((slot, key) => {
        used[slot]++;
        mean[key] += slot / n;
      });
    }
    const near = (count: number, f: number, examples: number) =>
      expect(Math.abs(count / n - f)).toBeLessThan(4.5 * Math.sqrt(f * (1 - f) * (1 / n + 1 / examples)) + 1e-5);
    for (let slot = 0; slot < h.slots; slot++) {
      near(used[slot], h.slot_used_fraction[slot], h.examples);
      near(first[slot], h.probability[slot], Infinity);
      // Of 50 recorded rows most slots have no first key at all: a share of 0 says nothing there.
      if (h.examples >= 4000) near(first[slot], h.slot_fraction_of_first_key[slot], h.examples);
    }
    for (let key = 0; key < h.pairs && h.examples >= 4000; key++) {
      expect(Math.abs(mean[key] / h.mean_slot_by_key_index[key] - 1)).toBeLessThan(0.03);
    }
  });
});

describe('zoologyMqar', () => {
  it('asks each key once, after the pairs, for the value it was bound to', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16 }), fc.nat(40), fc.boolean(), fc.nat(99), (pairs, extra, zero, seed) => {
        const length = 4 * pairs + 2 * extra;
        const vocab = length + 2 + 2 * (seed % 5);
        const filler = zero ? 'zero' : 'random';
        const { inputs, labels } = zoologyMqar({ length, vocab, pairs, filler, batch: 1, source: rng(seed) }).batch(
          seed,
        );
        const bound = new Map<number, number>();
        for (let t = 0; t < 2 * pairs; t += 2) bound.set(inputs[t], inputs[t + 1]);
        expect(bound.size).toBe(pairs);
        expect(new Set(bound.values()).size).toBe(pairs);
        for (const [k, v] of bound) {
          expect(k >= 1 && k < vocab / 2 && v >= vocab / 2 && v < vocab).toBe(true);
        }
        labels.forEach((label, t) => {
          if (label === IGNORE) return;
          expect(t >= 2 * pairs && t % 2 === 0).toBe(true);
          expect(label).toBe(bound.get(inputs[t]));
          bound.delete(inputs[t]);
        });
        expect(bound.size).toBe(0);
        expect(inputs.every((id) => id >= 0 && id < vocab)).toBe(true);
        if (zero) expect(inputs.filter((id) => id !== 0).length).toBe(3 * pairs);
      }),
      { seed: 8, numRuns: 100 },
    );
  });

  it('fills with ids of the whole vocabulary', () => {
    const { inputs } = zoologyMqar({ length: 64, vocab: 66, pairs: 4, batch: 200, source: rng(5) }).batch(0);
    expect(new Set(inputs).size).toBe(66);
  });

  it('batches are functions of seed and step, evaluation is fixed', () => {
    const make = (seed: number) => zoologyMqar({ length: 64, pairs: 4, batch: 4, source: rng(seed) });
    expect(make(1)).toMatchObject({
      name: 'mqar-zoology',
      vocab: 8192,
      chance: 1 / 4096,
      difficulties: [1, 2, 4],
      T: 64,
    });
    expect(make(1).batch(3)).toEqual(make(1).batch(3));
    expect(make(1).batch(3)).not.toEqual(make(1).batch(2));
    expect(make(1).batch(3)).not.toEqual(make(2).batch(3));
    expect(make(1).evaluation(3, 16)).toEqual(make(1).evaluation(3, 16));
  });

  it('refuses what does not fit', () => {
    const make = (options: object) => () => zoologyMqar({ length: 64, pairs: 4, source: rng(1), ...options });
    expect(make({ pairs: 17 })).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: mqar-zoology: 17 pairs and a query for each take 68 tokens, and length is 64; give at most 16 pairs or a length of at least 68.]`,
    );
    expect(make({ vocab: 64 })).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: mqar-zoology: vocab = 64 is not above length = 64; give a larger vocab.]`,
    );
    expect(make({ power: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: mqar-zoology: power = 0 is not positive; give 0.01, or 1 for uniform distances.]`,
    );
    expect(make({ length: 256, pairs: 64, vocab: 8 })).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: mqar-zoology: 64 pairs need as many distinct keys and the vocabulary has 3; give fewer pairs or a larger vocab.]`,
    );
  });
});
