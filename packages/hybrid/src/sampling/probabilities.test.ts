// Logits into probabilities: those of Transformers, and what holds of any logits.
import { readFileSync } from 'node:fs';
import { exactExp, rng } from '@twilljs/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { probabilities, type SamplingOptions, sample } from '../index.ts';

interface Case {
  readonly logits: readonly number[];
  readonly ids: readonly number[];
  readonly options: Readonly<Record<string, number>>;
  readonly probabilities: readonly number[];
  readonly kept: number;
}

const path = new URL('../../../../golden/sampling/cases.json', import.meta.url);
const cases = JSON.parse(readFileSync(path, 'utf8')) as Case[];
const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
const optionsOf = (options: Case['options']): SamplingOptions =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [camel(name), value]));
const placesOf = (found: ArrayLike<number>) => Array.from(found).flatMap((p, i) => (p > 0 ? [i] : []));

it.each(cases.map((one) => [JSON.stringify(one.options), one] as const))('is what Transformers makes: %s', (_, one) => {
  for (const logits of [Float64Array.from(one.logits), Float32Array.from(one.logits)]) {
    const found = probabilities(logits, one.ids, optionsOf(one.options));
    for (const [id, p] of one.probabilities.entries()) expect(Math.abs(found[id] - p)).toBeLessThanOrEqual(1e-6);
    expect(placesOf(found)).toEqual(placesOf(one.probabilities));
    expect(placesOf(found)).toHaveLength(one.kept);
  }
});

describe('of any logits', () => {
  const few = fc.constantFrom(-2, -1, -0, 0, 0.5, 1, Number.NEGATIVE_INFINITY); // with equals among them
  const logits = fc
    .array(fc.oneof(few, fc.double({ min: -30, max: 30, noNaN: true })), { minLength: 1, maxLength: 40 })
    .filter((all) => all.some((x) => x > Number.NEGATIVE_INFINITY))
    .map((all) => Float64Array.from(all));
  const softmax = (x: Float64Array) => probabilities(x);
  const sum = (of: Iterable<number>) => [...of].reduce((a, b) => a + b, 0);

  it('they are of sum 1, and nothing that is masked comes', () => {
    const options = fc.record(
      {
        temperature: fc.constantFrom(0.01, 0.5, 1, 3, 1e300, 5e-324),
        topK: fc.integer({ min: 1, max: 50 }),
        topP: fc.double({ min: 0, max: 1, noNaN: true }),
        minP: fc.double({ min: 0, max: 1, noNaN: true }),
        repetitionPenalty: fc.double({ min: 0.1, max: 5, noNaN: true }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(logits, options, fc.array(fc.nat()), (x, options, history) => {
        const ids = history.map((n) => n % x.length);
        const found = probabilities(x, ids, options);
        expect(sum(found)).toBeCloseTo(1, 12);
        for (const [i, p] of found.entries()) {
          expect(p).toBeGreaterThanOrEqual(0);
          if (x[i] === Number.NEGATIVE_INFINITY) expect(p).toBe(0);
        }
        const id = sample(x, rng(ids.length), options, ids);
        expect(found[id]).toBeGreaterThan(0);
        expect(sample(x, rng(ids.length), options, ids)).toBe(id);
      }),
    );
  });

  it('top-k leaves the k largest and what equals the k-th', () => {
    fc.assert(
      fc.property(logits, fc.integer({ min: 1, max: 45 }), (x, topK) => {
        const least = [...x].sort((a, b) => b - a)[Math.min(topK, x.length) - 1];
        const found = probabilities(x, [], { topK });
        for (const [i, p] of found.entries()) expect(p > 0).toBe(x[i] >= least && x[i] > Number.NEGATIVE_INFINITY);
      }),
    );
  });

  it('top-p leaves the fewest that reach p, in the proportions they had', () => {
    fc.assert(
      fc.property(logits, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (x, topP) => {
        const [all, found] = [softmax(x), probabilities(x, [], { topP })];
        const kept = placesOf(found);
        const reached = sum(kept.map((i) => all[i]));
        expect(reached).toBeGreaterThanOrEqual(topP - 1e-12);
        const least = Math.min(...kept.map((i) => all[i]));
        if (kept.length > 1) expect(reached - least).toBeLessThan(topP + 1e-12);
        for (const [i, p] of all.entries()) {
          if (found[i] === 0) expect(p).toBeLessThanOrEqual(least);
          else expect(found[i]).toBeCloseTo(p / reached, 12);
        }
      }),
    );
  });

  it('min-p leaves those with that share of the most likely', () => {
    fc.assert(
      fc.property(logits, fc.double({ min: 0, max: 1, noNaN: true }), (x, minP) => {
        const largest = Math.max(...x);
        for (const [i, p] of probabilities(x, [], { minP }).entries()) {
          const share = exactExp(x[i] - largest);
          expect(p > 0).toBe(share >= minP && share > 0);
        }
      }),
    );
  });

  it('a run of ids never comes a second time', () => {
    const history = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 12 });
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 4 }), (ids, noRepeatNgramSize) => {
        const runs = (of: readonly number[]) =>
          of.slice(noRepeatNgramSize - 1).map((_, i) => `${of.slice(i, i + noRepeatNgramSize)}`);
        const found = probabilities(new Float64Array(5), ids, { noRepeatNgramSize });
        for (const [id, p] of found.entries()) {
          const last = runs([...ids, id]).at(-1);
          expect(p > 0, `${ids} then ${id}`).toBe(last === undefined || !runs(ids).includes(last));
        }
      }),
    );
  });
});

it('at temperature 0 all is on the first of the largest, after penalties', () => {
  const x = Float64Array.of(1, 3, 3, 2.5);
  expect([...probabilities(x, [], { temperature: 0 })]).toEqual([0, 1, 0, 0]);
  expect([...probabilities(x, [1, 2], { temperature: 0, repetitionPenalty: 2 })]).toEqual([0, 0, 0, 1]);
  expect(sample(x, rng(0), { temperature: 0, noRepeatNgramSize: 1 }, [1])).toBe(2);
});

describe('refuses', () => {
  const x = Float64Array.of(1, 2, 3);
  it.each([
    [{ temperature: -1 }, 'probabilities: temperature is -1; give a finite number of at least 0.'],
    [{ temperature: Number.NaN }, 'temperature is NaN'],
    [{ temperature: '1' }, 'temperature is "1"'],
    [{ topK: 0 }, 'topK is 0; give a whole number of at least 1.'],
    [{ topK: 1.5 }, 'topK is 1.5'],
    [{ topP: 1.1 }, 'topP is 1.1; give a finite number of at least 0 and of at most 1.'],
    [{ topP: Number.NaN }, 'topP is NaN'],
    [{ minP: -0.1 }, 'minP is -0.1'],
    [{ minP: null }, 'minP is null'],
    [{ repetitionPenalty: 0 }, 'repetitionPenalty is 0'],
    [{ repetitionPenalty: Number.POSITIVE_INFINITY }, 'repetitionPenalty is Infinity'],
    [{ noRepeatNgramSize: 0 }, 'noRepeatNgramSize is 0'],
    [
      { temperature: 0, topP: 0.9 },
      'topP is 0.9 but temperature 0 takes the most likely id; give a temperature above 0',
    ],
    [{ top_k: 3 }, 'there is no option top_k; did you mean topK?'],
    [null, 'the options are null'],
  ])('the options %j', (options, message) => {
    expect(() => probabilities(x, [], options as never)).toThrow(message);
    expect(() => sample(x, rng(0), options as never)).toThrow(message.replace('probabilities', 'sample'));
  });

  it('what is no generator', () => {
    expect(() => sample(x, 0.8 as never)).toThrow('sample: 0.8 is no generator of random numbers; give rng(seed).');
  });

  it('what are no logits, no ids, and options that leave nothing', () => {
    for (const none of [undefined, [1, 2], new DataView(new ArrayBuffer(8)), new Float64Array(0)]) {
      expect(() => probabilities(none as never)).toThrow(/the logits are .*; give a typed array/);
    }
    expect(() => probabilities(x, [3])).toThrow('ids: 3 at [0, 0] lies outside the vocabulary of 3');
    expect(() => probabilities(x, 'text' as never)).toThrow('is text where ids are needed');
    expect(() => probabilities(x, null as never)).toThrow('ids: it is null where a list of ids is needed');
    expect(() => probabilities(x, [0, 1, 2], { noRepeatNgramSize: 1 })).toThrow('every id would repeat 1 ids');
    expect(() => probabilities(Float64Array.of(1e300, 1), [0], { repetitionPenalty: 1e-300 })).toThrow(
      'repetitionPenalty 1e-300 makes logits infinite',
    );
  });
});
