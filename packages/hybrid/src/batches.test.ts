// Sequences of different lengths in one cache: each goes on as it would alone.

import { sequencesOf } from '@twilljs/nn';
import { keep, rng, scope } from '@twilljs/tensor';
import { deviation } from '@twilljs/tensor/testing';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { type Cache, generate, type LanguageModel } from './index.ts';
import { cases, config, drawn, make } from './models.test-data.ts';

const fast = await device({ name: 'wasm' });
const N = config.vocab_size;

/** Rows of one length, what is behind their ends being no ids. */
function padded(lists: readonly (readonly number[])[]) {
  const lengths = lists.map(({ length }) => length);
  const T = Math.max(...lengths);
  return { ids: lists.map((ids) => [...ids, ...new Array<number>(T - ids.length).fill(-7)]), where: { lengths } };
}

const values = async (read: () => ReturnType<LanguageModel['next']>) => {
  const made = keep(scope(read));
  const data = Float64Array.from(await made.data());
  made.release();
  return data;
};
const next = (model: LanguageModel, lists: readonly (readonly number[])[], cache: Cache) => {
  const { ids, where } = padded(lists);
  return values(() => model.next(ids, cache, where));
};

describe.each(cases)('%s', (_, more) => {
  it('decodes prompts of 1 to 70 tokens as each alone', async () => {
    const model = await make(more, fast);
    const random = rng(1);
    const prompts = drawn(random, [70, 1, 2, 3, 4, 64, 65, ...random.ints(5, 70).map((n) => n + 1)]);
    const together: (number | null)[][] = prompts.map(() => []);
    for await (const ids of generate(model, prompts, { maxTokens: 40 }))
      ids.forEach((id, i) => void together[i].push(id));
    for (const [i, prompt] of prompts.entries()) {
      const alone: number[] = [];
      for await (const id of generate(model, prompt, { maxTokens: 40 })) alone.push(id);
      expect(together[i], `a prompt of ${prompt.length}`).toEqual(alone);
    }
  });

  it('reads parts of any lengths, none among them, as each sequence whole', async () => {
    const model = await make(more, fast);
    const random = rng(2);
    const texts = drawn(random, [40, 23, 31]);
    using cache = model.cache(texts.length);
    const read = texts.map(() => 0);
    const found = texts.map((text) => new Float64Array(text.length * N));
    while (read.some((count, i) => count < texts[i].length)) {
      const parts = texts.map((text, i) => text.slice(read[i], read[i] + random.int(9)));
      if (parts.every(({ length }) => length === 0)) continue;
      const { ids, where } = padded(parts);
      const logits = await values(() => model.forward(ids, cache, where)); // [3,T,N]
      const T = ids[0].length;
      for (const [i, part] of parts.entries()) {
        found[i].set(logits.subarray(i * T * N, (i * T + part.length) * N), read[i] * N);
        expect(logits.subarray((i * T + part.length) * N, (i + 1) * T * N).every((x) => x === 0)).toBe(true);
        read[i] += part.length;
      }
      expect([...cache.positions]).toEqual(read);
    }
    for (const [i, text] of texts.entries()) {
      const whole = await values(() => model.forward([text]));
      expect(deviation(found[i], whole).error).toBeLessThanOrEqual(1e-5);
    }
  });

  it('goes back, forks and is stored at any position', async () => {
    const model = await make(more, fast);
    const random = rng(3);
    using cache = model.cache(3);
    for (let turn = 0; turn < 8; turn++) {
      await next(
        model,
        drawn(
          random,
          [...random.ints(3, 12)].map((n) => n + 1),
        ),
        cache,
      );
      const [one, two] = [0, 1].map(() => drawn(random, [1, 1 + random.int(5), 3]));
      using fork = cache.fork();
      using again = model.restore(await cache.serialize());
      const mark = cache.snapshot();
      const positions = cache.positions;
      const found = await next(model, one, cache);
      mark.restore();
      expect(cache.positions).toEqual(positions);
      expect(await next(model, one, fork)).toEqual(found);
      expect(await next(model, one, again)).toEqual(found);
      const other = await next(model, two, fork);
      expect(await next(model, two, again)).toEqual(other);
      expect(await next(model, one, cache)).toEqual(found);
      expect(await next(model, two, cache)).toEqual(other);
      mark[Symbol.dispose]();
    }
  });
});

it('reads long prompts of different lengths part by part', async () => {
  for (const more of [
    { model_type: 'transformer', window_size: 300 },
    { model_type: 'retnet', attn: { layers: [1], num_heads: 2 } },
  ]) {
    const model = await make(more, fast);
    const texts = drawn(rng(4), [700, 3, 512, 513]);
    using cache = model.cache(4);
    const together = await next(model, texts, cache);
    expect([...cache.positions]).toEqual([700, 3, 512, 513]);
    for (const [i, text] of texts.entries()) {
      using own = model.cache(1);
      const alone = await values(() => model.next([text], own));
      expect(deviation(together.subarray(i * N, (i + 1) * N), alone).error).toBeLessThanOrEqual(1e-5);
    }
  }
});

describe('where they lie', async () => {
  const model = await make({ model_type: 'gated_deltanet', head_dim: 6 }, fast);
  const ids = [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ];

  it('may be said by ranges, across rows', async () => {
    using cache = model.cache(2);
    const found = await values(() =>
      model.next(ids, cache, {
        ranges: [
          [1, 3],
          [3, 7],
        ],
      }),
    );
    using other = model.cache(2);
    const expected = await next(
      model,
      [
        [2, 3],
        [4, 5, 6, 7],
      ],
      other,
    );
    expect(deviation(found, expected).error).toBeLessThanOrEqual(1e-6);
    expect(cache.positions).toEqual(other.positions);
  });

  it('is one recording for all lengths that are packed alike, and none where all are whole', async () => {
    const fresh = await make({ model_type: 'hgrn' }, fast);
    using cache = fresh.cache(2);
    for (const lengths of [
      [4, 1],
      [1, 3],
      [2, 2],
    ])
      await values(() => fresh.next(ids, cache, { lengths }));
    expect(fresh.report().recordings).toBe(1);
    await values(() => fresh.next(ids, cache, { lengths: [4, 4] }));
    await values(() => fresh.next(ids, cache));
    expect(fresh.report().recordings).toBe(2);
  });

  it('may be said by typed lengths', async () => {
    const [typed, plain] = [Int32Array.of(3, 1), [3, 1]].map((lengths) =>
      values(() => model.forward(ids, undefined, { lengths })),
    );
    expect(await typed).toEqual(await plain);
  });

  it('is said once', () => {
    const sequences = sequencesOf(fast, { B: 2, T: 4 });
    expect(() => model.loss(ids, undefined, { sequences, lengths: [3, 1] })).toThrow(
      'model.loss: sequences are given beside lengths or ranges; give one of them.',
    );
  });

  it('is refused where a sequence is empty, or where there are more or fewer than the cache holds', () => {
    using cache = model.cache(2);
    const said = (read: () => unknown) => expect(() => scope(read));
    said(() => model.next(ids, cache, { lengths: [2, 0] })).toThrow('model.next: sequence 1 has no id');
    said(() => model.next(ids, cache, { lengths: [2] })).toThrow('model.next: lengths are [2] but the ids have 2 rows');
    said(() => model.next(ids, cache, { ranges: [[0, 3]] })).toThrow('it holds 2 sequences but the ids have 1;');
    expect([...cache.positions]).toEqual([0, 0]);
  });
});
