// Several continuations of one prompt, in order, and prompts that begin like others.
import { rng, scope } from '@twilljs/tensor';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { type BestOptions, type GenerateOptions, generate, generateBest, Prefixes } from './index.ts';
import { cases, drawn, make } from './models.test-data.ts';

const fast = await device({ name: 'wasm' });
const model = await make({ model_type: 'gated_deltanet', head_dim: 6, ratio: '1:1' }, fast);

async function taken(prompt: readonly number[], options: GenerateOptions): Promise<number[]> {
  const ids: number[] = [];
  for await (const id of generate(model, prompt, options)) ids.push(id);
  return ids;
}

describe('the best of several', () => {
  const options = { maxTokens: 10, temperature: 1.5, topP: 0.95, seed: 6, stop: [3] };

  it('are those that several equal prompts have, from the most likely on', async () => {
    const [prompt] = drawn(rng(1), [300]);
    const found = await generateBest(model, prompt, { ...options, n: 6 });
    const apart: { id: number; logprob: number }[][] = Array.from({ length: 6 }, () => []);
    const six = Array.from({ length: 6 }, () => prompt);
    for await (const tokens of generate(model, six, { ...options, logprobs: 0 })) {
      for (const [i, token] of tokens.entries()) if (token) apart[i].push(token);
    }
    const mean = (tokens: readonly { logprob: number }[]) =>
      tokens.reduce((sum, { logprob }) => sum + logprob, 0) / tokens.length;
    apart.sort((a, b) => mean(b) - mean(a));
    expect(found.map(({ ids }) => ids)).toEqual(apart.map((tokens) => tokens.map(({ id }) => id)));
    for (const [i, { logprob, ids, end, tokens }] of found.entries()) {
      expect(logprob).toBeCloseTo(mean(apart[i]), 4);
      expect(tokens.map(({ id }) => id)).toEqual(ids);
      expect(end).toBe(ids.at(-1) === 3 ? 'stop' : 'length');
    }
    expect(new Set(found.map(({ end }) => end)).size).toBe(2);
  });

  it('is the one where there is one, greedily too', async () => {
    const [one] = await generateBest(model, [1, 2], { maxTokens: 5, n: 1 });
    expect(one.ids).toEqual(await taken([1, 2], { maxTokens: 5 }));
    const none = await generateBest(model, [1, 2], { maxTokens: 0, n: 2, temperature: 1 });
    expect(none).toEqual([0, 1].map(() => ({ ids: [], tokens: [], logprob: -Infinity, end: 'length' })));
  });

  it('gives back what it takes up', async () => {
    const held: number[] = [];
    for (let turn = 0; turn < 6; turn++) {
      await generateBest(model, [1, 2, 3], { ...options, n: 4 });
      held.push(fast.bytesInUse);
    }
    expect(held[5]).toBe(held[3]);
  });

  it.each<[string, Partial<BestOptions>]>([
    ['generateBest: n is 2 but temperature 0 gives the same continuation each time', { n: 2, temperature: 0 }],
    ['generateBest: n is 1.5; give a whole number of at least 1.', { n: 1.5 }],
    ['generateBest: n is 3 but cache holds one continuation; give prefixes', { n: 3, cache: model.cache(1) }],
    ['generateBest: there is no option nn; did you mean n?', { nn: 1 } as never],
  ])('refuses: %s', async (message, more) => {
    await expect(generateBest(model, [1], { ...options, n: 2, ...more })).rejects.toThrow(message);
  });
});

describe('prefixes', () => {
  it('spare what was read, and change nothing', async () => {
    using prefixes = new Prefixes();
    const read: number[] = [];
    const counted = await make({ model_type: 'gated_deltanet', head_dim: 6, ratio: '1:1' }, fast);
    const { choose } = counted;
    counted.choose = (...given) => {
      read.push((given[0] as { shape: readonly number[] }).shape[1]);
      return choose.apply(counted, given);
    };
    const [system, ...turns] = drawn(rng(2), [40, 5, 9, 7]);
    const text = [...system];
    for (const turn of turns) {
      text.push(...turn);
      const ids: number[] = [];
      read.length = 0;
      for await (const id of generate(counted, text, { maxTokens: 6, prefixes })) ids.push(id);
      expect(ids).toEqual(await taken(text, { maxTokens: 6 }));
      // All at first; then what follows the last answer, whose last id no cache has read.
      expect(read[0]).toBe(turn === turns[0] ? 45 : turn.length + 1);
      text.push(...ids);
    }
    expect(prefixes.size).toBe(6);
  });

  it('serve several prompts at once, of different beginnings', async () => {
    using prefixes = new Prefixes({ most: 3 });
    const [one, two, three] = drawn(rng(3), [300, 4, 20]);
    for (const ids of [one, two]) {
      using cache = model.cache(1);
      scope(() => model.next([ids], cache));
      prefixes.keep(ids, cache);
    }
    const prompts = [[...two, 1, 2], three, [...one, 5], [...one, 6, 7]];
    const all: (number | null)[][] = prompts.map(() => []);
    for await (const ids of generate(model, prompts, { maxTokens: 7, prefixes })) {
      for (const [i, id] of ids.entries()) all[i].push(id);
    }
    expect(all).toEqual(await Promise.all(prompts.map((prompt) => taken(prompt, { maxTokens: 7 }))));
    expect(prefixes.size).toBe(3);
    const options = { maxTokens: 7, temperature: 1, n: 3, seed: 2 };
    expect(await generateBest(model, [...one, 5, 6], { ...options, prefixes })).toEqual(
      await generateBest(model, [...one, 5, 6], { ...options, prefixes }),
    );
  });

  it.each(cases)('of %s say what the whole text says', async (_, more) => {
    const model = await make(more, fast);
    using prefixes = new Prefixes();
    const [text] = drawn(rng(4), [30]);
    const options = { maxTokens: 8 };
    for (const length of [10, 11, 25, 30]) {
      const [found, expected]: number[][] = [[], []];
      for await (const id of generate(model, text.slice(0, length), { ...options, prefixes })) found.push(id);
      for await (const id of generate(model, text.slice(0, length), options)) expected.push(id);
      expect(found).toEqual(expected);
    }
    expect([...(prefixes.longest(model, text)?.positions ?? [])]).toEqual([25]);
  });

  it('are of the model where it is, and forgotten from the oldest on', async () => {
    using prefixes = new Prefixes({ most: 2 });
    const other = await make({ model_type: 'gla' }, fast);
    using cache = model.cache(1);
    scope(() => model.next([[1, 2]], cache));
    prefixes.keep([1, 2], cache);
    prefixes.keep(Int32Array.of(1, 2), cache);
    expect(prefixes.size).toBe(1);
    expect(prefixes.longest(other, [1, 2, 3])).toBe(null);
    expect(prefixes.longest(model, [1, 2])).toBe(null); // a model continues at least one id
    expect(prefixes.longest(model, [2, 1, 3])).toBe(null);
    scope(() => model.next([[3]], cache));
    prefixes.keep([1, 2, 3], cache);
    for (const [length, of] of [
      [2, [1, 2, 4]],
      [3, [1, 2, 3, 4]],
      [2, [1, 2, 3]],
    ] as const) {
      using found = prefixes.longest(model, of);
      expect([...found!.positions]).toEqual([length]);
    }
    scope(() => model.next([[4]], cache));
    prefixes.keep([1, 2, 3, 4], cache); // [1, 2] was used last, so that [1, 2, 3] goes
    expect([...prefixes.longest(model, [1, 2, 3, 5])!.positions]).toEqual([2]);
    prefixes[Symbol.dispose]();
    expect(prefixes.size).toBe(0);
  });

  it('refuse what no cache has read', () => {
    const prefixes = new Prefixes();
    using one = model.cache(1);
    using two = model.cache(2);
    expect(() => prefixes.keep([1], one)).toThrow('prefixes.keep: the ids are 1 but the cache has read [0]');
    expect(() => prefixes.keep([], two)).toThrow('the cache has read [0, 0]');
    expect(() => prefixes.keep([1], {} as never)).toThrow('is no cache');
    expect(() => prefixes.keep('a' as never, one)).toThrow('prefixes.keep: "a" is no list of ids');
    expect(() => prefixes.longest(model, null as never)).toThrow('prefixes.longest: null is no list of ids');
    expect(() => prefixes.longest({} as never, [1])).toThrow('prefixes.longest');
    expect(() => new Prefixes({ most: 0 })).toThrow('Prefixes: most is 0; give a whole number of at least 1.');
  });
});
