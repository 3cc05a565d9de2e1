// Generation from several prompts, and from a cache that was given.
import { cpu, keep, release, rng, scope } from '@twilljs/tensor';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { type GenerateOptions, generate, type IdList, mostLikely } from './index.ts';
import { drawn, make } from './models.test-data.ts';

const model = await make({ model_type: 'gated_deltanet', head_dim: 6, ratio: '1:1' }, await device({ name: 'wasm' }));

async function taken(prompt: IdList, options: GenerateOptions, most = Number.POSITIVE_INFINITY): Promise<number[]> {
  const ids: number[] = [];
  for await (const id of generate(model, prompt, options)) if (ids.push(id) >= most) break;
  return ids;
}
async function takenTogether(prompts: readonly IdList[], options: GenerateOptions): Promise<number[][]> {
  const all: number[][] = prompts.map(() => []);
  for await (const ids of generate(model, prompts, options)) for (const [i, id] of ids.entries()) all[i].push(id);
  return all;
}

describe('a cache that was given', () => {
  it('holds prompts and answers of several turns, as one long prompt', async () => {
    using cache = model.cache(1);
    const random = rng(1);
    const text: number[] = [];
    for (const [length, maxTokens, most] of [
      [5, 6],
      [1, 4, 2],
      [300, 3],
      [2, 0],
      [4, 5, 1],
      [3, 300],
    ]) {
      const [prompt] = drawn(random, [length]);
      text.push(...prompt);
      const found = await taken(prompt, { maxTokens, cache }, most);
      expect(found).toEqual(await taken(text, { maxTokens: found.length }));
      expect(found).toHaveLength(Math.min(maxTokens, most ?? maxTokens));
      text.push(...found);
      expect([...cache.positions]).toEqual([text.length]);
    }
    using whole = model.cache(1);
    scope(() => model.next([text], whole));
    const [ours, theirs] = [cache, whole].map((each) => scope(() => model.next([[1]], each)).data());
    const expected = await theirs;
    for (const [i, x] of (await ours).entries()) expect(x).toBeCloseTo(expected[i], 4);
  });

  it('may be a fork of a common beginning', async () => {
    const [prefix, ...rest] = drawn(rng(2), [40, 3, 9]);
    using cache = model.cache(1);
    scope(() => model.next([prefix], cache));
    for (const prompt of rest) {
      using fork = cache.fork();
      expect(await taken(prompt, { maxTokens: 8, cache: fork })).toEqual(
        await taken([...prefix, ...prompt], { maxTokens: 8 }),
      );
    }
    expect([...cache.positions]).toEqual([40]);
  });

  it('of several sequences goes on with as many prompts', async () => {
    const random = rng(3);
    const [one, two] = [drawn(random, [4, 9, 1]), drawn(random, [2, 1, 7])];
    using cache = model.cache(3);
    const first = await takenTogether(one, { maxTokens: 5, cache });
    const second = await takenTogether(two, { maxTokens: 5, cache });
    const texts = one.map((prompt, i) => [...prompt, ...first[i], ...two[i]]);
    expect(second).toEqual(await takenTogether(texts, { maxTokens: 5 }));
    await expect(generate(model, [1], { maxTokens: 1, cache }).next()).rejects.toThrow(
      'cache: it holds 3 sequences but the ids have 1; make one with cache(1).',
    );
    await expect(generate(model, [1], { maxTokens: 1, cache: {} as never }).next()).rejects.toThrow('is no cache');
  });

  it('stays at the prompt where logits are no numbers', async () => {
    const broken = await make({ model_type: 'hgrn' }, cpu());
    const weight = broken.model.norm.weight!;
    weight.device.write(weight.buffer, new Float32Array(weight.size).fill(Number.NaN));
    using cache = broken.cache(1);
    await expect(generate(broken, [1, 2], { maxTokens: 3, cache }).next()).rejects.toThrow(
      'generate: after token 2 the logits are NaN for id 0',
    );
    expect([...cache.positions]).toEqual([2]);
  });
});

it('the most likely ids are those of the logits beside them, of the first so many', async () => {
  using cache = model.cache(2);
  for (const [ids, among] of [
    [drawn(rng(4), [3, 3]), 20],
    [drawn(rng(5), [600, 600]), 7],
  ] as const) {
    const made = keep(scope(() => model.choose(ids, cache, {}, among)));
    const [logits, best] = await Promise.all([made.logits.data(), made.ids.data()]);
    expect([...best]).toEqual([0, 1].map((i) => mostLikely(logits, 20 * i, 20 * i + among)));
    release(made);
  }
});

describe('several prompts', () => {
  it('draw apart from each other, by the seed', async () => {
    const prompts = new Array<number[]>(6).fill([3, 1, 4]);
    const draw = (seed: number) => takenTogether(prompts, { maxTokens: 10, temperature: 2, seed });
    const found = await draw(1);
    expect(await draw(1)).toEqual(found);
    expect(await draw(2)).not.toEqual(found);
    expect(new Set(found.map(String)).size).toBe(6);
  });

  it('are named where one is none, or what follows it cannot be chosen', async () => {
    const first = (prompts: readonly IdList[]) => generate(model, prompts, { maxTokens: 1 }).next();
    await expect(first([[1], []])).rejects.toThrow('prompt 1: it is empty but a model continues at least one token');
    await expect(first([[1], [2, 20]])).rejects.toThrow('prompt 1: 20 at [0, 1] lies outside the vocabulary of 20');
    await expect(first([[1], 'text' as never])).rejects.toThrow('prompt 1: "text" is text where ids are needed');
    const broken = await make({ model_type: 'hgrn' }, cpu());
    const { weight } = broken.model.embeddings;
    const rows = Float32Array.from(await weight.data()).fill(Number.NaN, 16 * 7, 16 * 8);
    weight.device.write(weight.buffer, rows);
    await expect(generate(broken, [[1, 2], [7]], { maxTokens: 1 }).next()).rejects.toThrow(
      'generate: after token 1 of prompt 1 the logits are NaN for id 0',
    );
  });
});

it('gives only ids below a vocabulary that is smaller than the model, greedily and drawn', async () => {
  const all = await taken([1, 2], { maxTokens: 30, temperature: 2 });
  expect(Math.max(...all)).toBeGreaterThanOrEqual(8);
  for (const temperature of [0, 2]) {
    const some = await taken([1, 2], { maxTokens: 30, temperature, vocabulary: 8 });
    expect(some).toHaveLength(30);
    expect(Math.max(...some)).toBeLessThan(8);
  }
  await expect(taken([1], { maxTokens: 1, vocabulary: 21 })).rejects.toThrow('generate: vocabulary is 21');
});
