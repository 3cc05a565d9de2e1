// Zoology's recall task; rows and histograms made by the original are replayed in @twilljs/parity.
import { rng } from '@twilljs/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IGNORE, zoologyMqar } from '../index.ts';

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
