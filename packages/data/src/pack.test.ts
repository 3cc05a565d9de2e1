// Packing against a stream written out by hand.
import { rng } from '@twilljs/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Packed, type PackOptions, pack } from './index.ts';

/** Document d of n tokens is 100 d + 1, 100 d + 2, ...; the separator is 99, so a token tells where it is from. */
const make = (lengths: number[]) =>
  lengths.map((n, d) => Int32Array.from({ length: n }, (_, i) => 100 * (d + 1) + 1 + i));
const base = { separator: [99], length: 5, batch: 3, source: rng(1) };

function stream(packed: Packed, steps: number): number[] {
  return Array.from({ length: steps }, (_, step) => [...packed.batch(step).inputs]).flat();
}

describe('pack', () => {
  it('is every document once an epoch, whole, each led by the separator', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(9), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(2),
        fc.nat(100),
        (lengths, length, batch, lead, seed) => {
          fc.pre(lengths.some((n) => n > 0));
          const documents = make(lengths);
          const separator = new Array<number>(lead).fill(99);
          const packed = pack({ documents, separator, length, batch, source: rng(seed) });
          const perEpoch = lengths.reduce((a, n) => a + n + lead, 0);
          expect(packed.tokensPerEpoch).toBe(perEpoch);
          const all = stream(packed, Math.ceil((3 * perEpoch) / (length * batch)));
          for (let e = 0; e < 3; e++) {
            const order = [...rng(seed).fork('pack').fork(e).permutation(lengths.length)];
            const expected = order.flatMap((d) => [...separator, ...documents[d]]);
            expect(all.slice(e * perEpoch, (e + 1) * perEpoch)).toEqual(expected);
          }
        },
      ),
      { seed: 5, numRuns: 100 },
    );
  });

  it('labels are the next token of the stream, also over blocks and batches', () => {
    const packed = pack({ ...base, documents: make([3, 8, 1, 4]) });
    const all = stream(packed, 6);
    const labels = Array.from({ length: 5 }, (_, step) => [...packed.batch(step).labels]).flat();
    expect(labels).toEqual(all.slice(1, labels.length + 1));
  });

  it('a batch is a function of seed and step', () => {
    const options: PackOptions = { ...base, documents: make([3, 8, 1, 4, 6, 2]) };
    const packed = pack(options);
    packed.batch(40);
    packed.batch(3);
    expect(packed.batch(20)).toEqual(pack({ ...options, source: rng(1) }).batch(20));
    expect(packed.batch(0)).not.toEqual(pack({ ...options, source: rng(2) }).batch(0));
  });

  it('epochs differ in order', () => {
    const packed = pack({ ...base, length: 10, batch: 1, separator: [], documents: make(new Array(10).fill(1)) });
    expect(packed.batch(0).inputs).not.toEqual(packed.batch(1).inputs);
    expect([...packed.batch(0).inputs].sort()).toEqual([...packed.batch(1).inputs].sort());
  });

  it('refuses nothing to pack', () => {
    expect(() => pack({ ...base, documents: [] })).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: pack: 0 documents hold no token; give documents with text.]`,
    );
    expect(() => pack({ ...base, documents: make([0, 0]) })).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: pack: 2 documents hold no token; give documents with text.]`,
    );
    expect(() => pack({ ...base, documents: make([3]), length: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: pack: length is 0; give a whole number of at least 1.]`,
    );
  });
});
