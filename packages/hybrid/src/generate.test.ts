// Generation from several prompts, and from a cache that was given.
import { cpu, keep, release, rng, scope } from '@twilljs/tensor';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { type Cache, type GenerateOptions, generate, type IdList, mostLikely, probabilities } from './index.ts';
import { drawn, make } from './models.test-data.ts';

const fast = await device({ name: 'wasm' });
const model = await make({ model_type: 'gated_deltanet', head_dim: 6, ratio: '1:1' }, fast);

async function taken(prompt: IdList, options: GenerateOptions, most = Number.POSITIVE_INFINITY): Promise<number[]> {
  const ids: number[] = [];
  for await (const id of generate(model, prompt, options)) if (ids.push(id) >= most) break;
  return ids;
}
async function takenTogether(prompts: readonly IdList[], options: GenerateOptions): Promise<number[][]> {
  const all: number[][] = prompts.map(() => []);
  for await (const ids of generate(model, prompts, options))
    for (const [i, id] of ids.entries()) if (id !== null) all[i].push(id);
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

/** What follows a text, read anew. */
async function logitsAfter(text: readonly number[]): Promise<Float64Array> {
  using cache = model.cache(1);
  return Float64Array.from(await scope(() => model.next([text], cache)).data());
}

describe('stops', () => {
  it('end a sequence with an id of theirs, and the others go on as they would', async () => {
    const prompts = drawn(rng(6), [3, 40, 1, 7]);
    const whole = await takenTogether(prompts, { maxTokens: 12 });
    const stop = [whole[0][2], whole[1][5]];
    const ends = whole.map((ids) => {
      const at = ids.findIndex((id) => stop.includes(id));
      return at === -1 ? ids : ids.slice(0, at + 1);
    });
    expect(new Set(ends.map(({ length }) => length)).size).toBeGreaterThan(1);
    const steps: (number | null)[][] = [];
    for await (const ids of generate(model, prompts, { maxTokens: 12, stop })) steps.push(ids);
    expect(steps).toHaveLength(Math.max(...ends.map(({ length }) => length)));
    for (const [i, ids] of ends.entries())
      expect(steps.map((step) => step[i])).toEqual(steps.map((_, n) => ids[n] ?? null));
    expect(await taken(prompts[1], { maxTokens: 12, stop })).toEqual(ends[1]);
  });

  it('leave a cache with what each has read and written, and give back the rest', async () => {
    const random = rng(7);
    const prompts = drawn(random, [3, 40, 1, 7]);
    const whole = await takenTogether(prompts, { maxTokens: 12 });
    const stop = [whole[0][2], whole[1][5]];
    using cache = model.cache(4);
    const held: number[] = [];
    for (const most of [12, 4, 12, 4, 12, 4]) {
      using fork = cache.fork();
      const found = prompts.map((ids) => [...ids]);
      let steps = 0;
      for await (const ids of generate(model, prompts, { maxTokens: 12, stop, cache: fork })) {
        for (const [i, id] of ids.entries()) if (id !== null) found[i].push(id);
        if (++steps >= most) break;
      }
      expect([...fork.positions]).toEqual(found.map(({ length }) => length));
      const next = drawn(random, [1, 2, 3, 4]);
      const onward = await takenTogether(next, { maxTokens: 6, cache: fork });
      expect(onward).toEqual(
        await takenTogether(
          found.map((ids, i) => [...ids, ...next[i]]),
          { maxTokens: 6 },
        ),
      );
      fork[Symbol.dispose]();
      held.push(fast.bytesInUse);
    }
    expect(held[5]).toBe(held[3]); // the model has recorded what it does by then
  });
});

describe('what was there before', () => {
  it.each([
    { repetitionPenalty: 1.5 },
    { noRepeatNgramSize: 2 },
    { temperature: 0.8, topK: 6, topP: 0.9, minP: 0.02, repetitionPenalty: 1.2, noRepeatNgramSize: 3 },
  ])('counts from the prompt on: %j', async (options) => {
    const [prompt] = drawn(rng(8), [25]);
    const found = await taken(prompt, { maxTokens: 25, seed: 3, ...options });
    const random = rng(3).fork('generate');
    const text = [...prompt];
    for (const id of found) {
      const likely = probabilities(await logitsAfter(text), text, { temperature: 0, ...options });
      let left = options.temperature === undefined ? 0 : random.uniform(1)[0];
      const expected = likely.findIndex((p) => {
        left -= p;
        return left < 0;
      });
      expect(id).toBe(expected);
      text.push(id);
    }
  });
});

describe('log-probabilities', () => {
  it('are those of the model, whatever is drawn, with the most likely beside them', async () => {
    const text = [4, 2];
    const options = { maxTokens: 9, temperature: 0.7, topK: 3, seed: 5, logprobs: 4 };
    for await (const { id, logprob, top } of generate(model, text, options)) {
      const all = probabilities(await logitsAfter(text));
      expect(logprob).toBeCloseTo(Math.log(all[id]), 4);
      const order = [...all.keys()].sort((a, b) => all[b] - all[a]);
      expect(top.map(({ id }) => id)).toEqual(order.slice(0, 4));
      for (const one of top) expect(one.logprob).toBeCloseTo(Math.log(all[one.id]), 4);
      text.push(id);
    }
    expect(text).toHaveLength(11);
    expect(text.slice(2)).toEqual(await taken([4, 2], { maxTokens: 9, temperature: 0.7, topK: 3, seed: 5 }));
  });

  it('come with several prompts, and greedily', async () => {
    const plain = await takenTogether([[1], [2, 3]], { maxTokens: 4 });
    const found: number[][] = [[], []];
    for await (const tokens of generate(model, [[1], [2, 3]], { maxTokens: 4, logprobs: 0 })) {
      for (const [i, token] of tokens.entries()) {
        found[i].push(token!.id);
        expect(token).toMatchObject({ top: [], logprob: expect.closeTo(token!.logprob) });
      }
    }
    expect(found).toEqual(plain);
  });
});

it.each<[object, string]>([
  [{ stop: [20] }, 'generate: stop[0] is 20; give a whole number from 0 to 19.'],
  [{ stop: [3, -1] }, 'stop[1] is -1'],
  [{ stop: 3 }, 'generate: stop is 3 where a list of ids is needed; give one, such as [2].'],
  [{ stop: 'end' }, 'stop is "end" where a list'],
  [{ logprobs: 21 }, 'generate: logprobs is 21; give a whole number from 0 to 20.'],
  [{ logprobs: true }, 'logprobs is true'],
  [{ topK: 0, temperature: 1 }, 'generate: topK is 0; give a whole number of at least 1.'],
  [{ topP: 0.5 }, 'generate: topP is 0.5 but temperature 0 takes the most likely id; give a temperature above 0.'],
  [{ temperature: Number.NaN }, 'generate: temperature is NaN'],
  [{ repetitionPenalty: '2' }, 'generate: repetitionPenalty is "2"'],
  [{ noRepeatNgramSize: 0 }, 'generate: noRepeatNgramSize is 0'],
  [{ seed: 1.5 }, 'generate: seed is 1.5; give a whole number of at least 0.'],
  [{ cache: null }, 'null is no cache'],
])('refuses %j', async (options, message) => {
  await expect(taken([1], { maxTokens: 1, ...options } as never)).rejects.toThrow(message);
});

describe('sequences of a cache', () => {
  it('go on apart, in any order and number', async () => {
    using cache = model.cache(3);
    const texts = drawn(rng(9), [5, 300, 2]);
    await takenTogether(texts, { maxTokens: 0 });
    const lengths = texts.map(({ length }) => length);
    const rows = texts.map((ids) => [...ids, ...new Array<number>(300 - ids.length).fill(0)]);
    scope(() => model.next(rows, cache, { lengths }));
    using some = cache.rows([2, 1, 2]);
    expect([...some.positions]).toEqual([2, 300, 2]);
    const next = drawn(rng(10), [1, 4, 2]);
    const expected = [2, 1, 2].map((row, i) => [...texts[row], ...next[i]]);
    expect(await takenTogether(next, { maxTokens: 5, cache: some })).toEqual(
      await takenTogether(expected, { maxTokens: 5 }),
    );
    expect([...cache.positions]).toEqual([5, 300, 2]);
  });

  it.each<[unknown, string]>([
    [[], 'names no sequence; give places, such as [0, 0].'],
    [[0, 2], 'cache.rows: place 1 is 2; give a whole number from 0 to 1.'],
    [0, 'cache.rows: 0 names no sequence'],
  ])('refuse %j', (which, message) => {
    using cache: Cache = model.cache(2);
    expect(() => cache.rows(which as never)).toThrow(message);
  });
});
