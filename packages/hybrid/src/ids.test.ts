// What is no id, at every door: refused by its value and its place, before anything is converted.
import { attention } from '@twilljs/attention';
import { gla } from '@twilljs/gla';
import { initializer } from '@twilljs/nn';
import { cpu, isTwillError, scope, tensor } from '@twilljs/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idsAreBytes } from './bytes.ts';
import { generate, hybrid, type LanguageModel, requireBytes } from './index.ts';

const config = { model_type: 'gla', hidden_size: 8, num_heads: 2, num_hidden_layers: 1, intermediate_size: 8 };
const make = (more: object = {}) =>
  hybrid({ ...config, vocab_size: 40, ...more }, { mixers: [gla, attention], init: initializer(1, 0.3) }).to(cpu());
const model = await make();

/** Every way in, for ids of one row. */
const doors: Record<string, (ids: never) => unknown> = {
  forward: (ids) => scope(() => model.forward(ids)),
  hidden: (ids) => scope(() => model.hidden(ids)),
  loss: (ids) => scope(() => model.loss(ids)),
  next: (ids) => {
    using cache = model.cache(1);
    return scope(() => model.next(ids, cache));
  },
};

const noIds: [unknown, string][] = [
  [undefined, 'undefined'],
  [null, 'null'],
  [Number.NaN, 'NaN'],
  [1.5, '1.5'],
  ['3', '"3"'],
  [true, 'true'],
  [[4], '[4]'],
  [2n, '2n (a bigint)'],
  [2 ** 32 + 3, '4294967299'],
  [40, '40'],
  [-1, '-1'],
  [-100, '-100'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
];

describe('ids', () => {
  it.each(noIds)('%s is refused wherever ids enter', (bad, text) => {
    const message = `ids: ${text} at [0, 2] lies outside the vocabulary of 40; use whole numbers 0..39.`;
    for (const [name, enter] of Object.entries(doors)) {
      expect(() => enter([[1, 2, bad, 3]] as never), name).toThrow(message);
      expect(() => enter({ data: [1, 2, bad, 3], shape: [1, 4] } as never), name).toThrow(message);
    }
  });

  it('names the row, and finds holes, fractions of typed arrays and bigints', () => {
    const sparse = [5, 6];
    sparse[3] = 7;
    expect(() => model.forward([[1, 2, 3, 4], sparse])).toThrow('ids: undefined at [1, 2]');
    expect(() => model.forward({ data: Float32Array.of(1, 2, 3, 2.5), shape: [2, 2] })).toThrow('ids: 2.5 at [1, 1]');
    const big = { data: BigInt64Array.of(1n, 2n), shape: [1, 2] } as never;
    expect(() => model.forward(big)).toThrow('ids: 1n (a bigint) at [0, 0]');
  });

  it('takes whole numbers from any list', async () => {
    const read = async (ids: Parameters<LanguageModel['forward']>[0]) => [
      ...(await scope(() => model.forward(ids)).data()),
    ];
    const expected = await read([[1, 2, 39]]);
    expect(await read([Uint8Array.of(1, 2, 39)])).toEqual(expected);
    expect(await read([Int32Array.of(1, 2, 39)])).toEqual(expected);
    expect(await read({ data: Uint8Array.of(1, 2, 39), shape: [1, 3] })).toEqual(expected);
    expect(await read({ data: Float64Array.of(1, 2, 39), shape: [1, 3] })).toEqual(expected);
    expect(await read(tensor(Int32Array.of(1, 2, 39), [1, 3]))).toEqual(expected);
  });

  it('that are no [B,T] are called that, text with its next step', () => {
    const wrong: [unknown, string][] = [
      ['text', 'ids: "text" is text where ids are needed; give encodeText(text)'],
      [['text'], 'ids: "text" is text where ids are needed'],
      [[1, 2, 3], 'ids: row 0 is 1 where a list of ids is needed; give rows: [[1, 2, 3]].'],
      [Int32Array.of(1, 2), 'is no [B,T] of ids'],
      [undefined, 'ids: undefined is no [B,T] of ids'],
      [null, 'ids: null is no [B,T] of ids'],
      [7, 'ids: 7 is no [B,T] of ids'],
      [{ inputs: [1], labels: [2] }, 'ids: { inputs, labels } is no [B,T] of ids'],
      [[], 'ids: [0,0] holds no id'],
      [[[], []], 'ids: [2,0] holds no id'],
      [[[1, 2], [3]], 'ids: rows of 2,1 ids'],
      [{ data: [1, 2, 3], shape: [1, 2] }, 'the shape is [1, 2] but the data are 3 ids'],
      [{ data: [1, 2, 3], shape: [3] }, 'the shape is [3]'],
      [{ data: [1, 2], shape: [-1, -2] }, 'the shape is [-1, -2]'],
      [{ data: [1], shape: [0.5, 2] }, 'the shape is [0.5, 2]'],
      [{ data: [], shape: [0, 4] }, 'ids: [0,4] holds no id'],
      [{ data: 'abc', shape: [1, 3] }, 'ids: data is "abc" where a list of ids is needed'],
      [tensor([1, 2], [1, 2]), 'ids: a tensor of f32 holds no ids'],
      [tensor(Int32Array.of(1, 2), [2]), 'ids: a tensor [2] is no [B,T]'],
      [tensor(new Int32Array(0), [1, 0]), 'ids: [1,0] holds no id'],
      [tensor(Int32Array.of(1), [1, 1], { device: cpu({ float: 'f64' }) }), 'ids: the tensor is on cpu-f64'],
    ];
    for (const [ids, message] of wrong) expect(() => model.forward(ids as never), message).toThrow(message);
  });

  it('of any kind end in a result or in a typed error', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withTypedArray: true, withSparseArray: true }), (anything) => {
        for (const ids of [anything, [anything], [[1, anything]], { data: [anything], shape: [1, 1] }]) {
          try {
            scope(() => model.loss(ids as never, [[1]]));
          } catch (error) {
            expect(isTwillError(error), String(error)).toBe(true);
          }
        }
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});

describe('labels', () => {
  it('are ids or -100; another negative number is no way to leave a position out', () => {
    expect(() => scope(() => model.loss([[1, 2, 3]], [[-100, 3, 39]]))).not.toThrow();
    for (const [bad, text] of noIds.filter(([value]) => value !== -100)) {
      expect(() =>
        model.loss(
          [
            [1, 2],
            [3, 4],
          ],
          [
            [1, 1],
            [1, bad as number],
          ],
        ),
      ).toThrow(
        `labels: ${text} at [1, 1] lies outside the vocabulary of 40; use whole numbers 0..39, or -100 where nothing is asked.`,
      );
    }
  });

  it('have the shape of the ids', () => {
    expect(() => model.loss([[1, 2, 3]], [[1, 2]])).toThrow(/labels/);
    expect(() => model.loss([[1, 2, 3]], [[1], [2], [3]])).toThrow(/labels/);
  });
});

describe('a prompt', () => {
  const first = (prompt: unknown) => generate(model, prompt as number[], { maxTokens: 1 }).next();

  it('is one list of ids', async () => {
    for (const [bad, text] of noIds) {
      await expect(first([1, 2, bad])).rejects.toThrow(`prompt: ${text} at [0, 2] lies outside the vocabulary of 40`);
    }
    await expect(first('text')).rejects.toThrow('prompt: "text" is text where ids are needed; give encodeText(text)');
    await expect(first(undefined)).rejects.toThrow('prompt: it is undefined where a list of ids is needed');
    await expect(first(tensor([1], [1, 1]))).rejects.toThrow('prompt: it is a Tensor where a list of ids is needed');
    await expect(first([])).rejects.toThrow('prompt: it is empty but');
    await expect(first(['text', 'more'])).rejects.toThrow('prompt: "text" is text where ids are needed');
    expect((await first(Uint8Array.of(1, 2))).value).toBe((await first([1, 2])).value);
  });

  it('comes after a model', async () => {
    for (const none of [undefined, null, [1], 'model', {}]) {
      await expect(generate(none as never, [1], { maxTokens: 1 }).next()).rejects.toThrow(/^generate: .* is no model/);
    }
  });

  it('comes with options that are known and can be', async () => {
    const bad: [unknown, string][] = [
      [undefined, 'generate: the options are undefined'],
      [{}, 'generate: maxTokens is undefined; give a whole number of at least 0.'],
      [{ maxTokens: -1 }, 'generate: maxTokens is -1'],
      [{ maxTokens: 2.5 }, 'generate: maxTokens is 2.5'],
      [{ maxTokens: Number.POSITIVE_INFINITY }, 'generate: maxTokens is Infinity'],
      [{ maxTokens: '3' }, 'generate: maxTokens is "3"'],
      [{ maxTokens: 1, top_k: 5 }, 'generate: there is no option top_k; did you mean topK?'],
      [{ maxTokens: 1, temprature: 1 }, 'generate: there is no option temprature; did you mean temperature?'],
      [{ maxTokens: 1, signal: null }, 'generate: there is no option signal'],
      [{ max_tokens: 1 }, 'did you mean maxTokens?'],
      [{ maxTokens: 1, temperature: Number.NaN }, 'generate: temperature is NaN'],
      [{ maxTokens: 1, temperature: Number.POSITIVE_INFINITY }, 'generate: temperature is Infinity'],
      [{ maxTokens: 1, seed: Number.NaN }, 'is NaN'],
      [{ maxTokens: 1, seed: -1 }, 'is -1'],
    ];
    for (const [options, message] of bad) {
      await expect(generate(model, [1], options as never).next(), message).rejects.toThrow(message);
    }
  });
});

it('ids are bytes where there are 256, or where the configuration says so', async () => {
  const shapes: [object, boolean][] = [
    [{ vocab_size: 256 }, true],
    [{ vocab_size: 512 }, false],
    [{ vocab_size: 32000 }, false],
    [{ vocab_size: 64 }, false],
  ];
  for (const [more, are] of shapes) expect(idsAreBytes(await make(more))).toBe(are);
  expect(idsAreBytes(await make({ vocab_size: 512, vocabulary: 'bytes' }))).toBe(true);
  const tokens = await make({ vocab_size: 512 });
  expect(() => requireBytes('eval', tokens)).toThrow(
    "eval: vocab_size is 512 but text needs the 256 bytes; choose a model of bytes, or write vocabulary: 'bytes' into the configuration of one.",
  );
  expect(() => make({ vocab_size: 64, vocabulary: 'bytes' })).toThrow('vocab_size is 64');
  expect(() => make({ vocabulary: 'byte' })).toThrow('config: vocabulary is "byte"');
});
