// Text from text: what comes piece by piece is what the ids say at once, up to what ends it.
import { readdirSync, readFileSync } from 'node:fs';
import { gla } from '@twilljs/gla';
import { initializer } from '@twilljs/nn';
import { cpu, tensor } from '@twilljs/tensor';
import { byteTokenizer, type Tokenizer, tokenizerFromJson } from '@twilljs/tokenizers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endIds, generate, generateText, hybrid, type LanguageModel, Prefixes } from '../index.ts';

const bytes = byteTokenizer();
const config = {
  ...{ model_type: 'gla', hidden_size: 8, num_heads: 2, num_hidden_layers: 1, intermediate_size: 8 },
  eos_token_id: null,
};
const make = (more: object = {}) =>
  hybrid({ ...config, vocab_size: 256, ...more }, { mixers: [gla], init: initializer(3, 0.4) }).to(cpu());
const model = await make();

const golden = new URL('../../../../golden/tokenizers/', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, golden), 'utf8');
const names = readdirSync(golden).filter((name) => !name.endsWith('.md'));

const models = new Map<Tokenizer, LanguageModel>();

/** A model of a tokenizer that writes these ids behind a prompt, whatever it reads. */
async function scripted(tokenizer: Tokenizer, prompt: ArrayLike<number>, script: ArrayLike<number>) {
  const { vocabSize } = tokenizer;
  const model = models.get(tokenizer) ?? (await make({ vocab_size: vocabSize }));
  models.set(tokenizer, model);
  const next: LanguageModel['next'] = (...given) => {
    model.next(...given);
    const logits = new Float32Array(vocabSize).fill(Number.NEGATIVE_INFINITY);
    logits[script[given[1].positions[0] - prompt.length]] = 0;
    return tensor(logits, [1, vocabSize]);
  };
  return Object.assign(Object.create(model) as LanguageModel, { next });
}

/** What comes, as it comes, and what it was. */
async function written(tokenizer: Tokenizer, prompt: ArrayLike<number>, script: ArrayLike<number>, more: object = {}) {
  const model = await scripted(tokenizer, prompt, script);
  // With log-probabilities the host chooses, from what `next` says.
  const stream = generateText(model, tokenizer, prompt, { maxTokens: script.length, logprobs: 0, ...more });
  const parts: string[] = [];
  for await (const part of stream) parts.push(part);
  return { parts, ...(await stream.result()) };
}

const hard = [
  'a family 👩‍👩‍👧‍👦, a flag 🏳️‍🌈, a hand 👋🏽.',
  'e\u0301 \u0928\u093f \u{1112}\u{1161}\u{11ab} Z\u0351\u036b\u0343a\u0321lgo',
  '日本語、한국어 ﷽ \u{1F1E9}\u{1F1EA}',
];
const invalid = [0xf0, 0x9f, 0x41, 0x80, 0xe2, 0x82, 0x20, 0xff, 0xc3, 0xa9, 0xf0, 0x9f, 0x91];

describe('in bytes', () => {
  it.each([...hard.map((text) => bytes.encode(text)), Int32Array.from(invalid)])('%#', async (ids) => {
    const { parts, text, end, ...found } = await written(bytes, [65], ids);
    expect(text).toBe(bytes.decode(ids));
    expect(parts.join('')).toBe(text);
    expect(parts).toHaveLength(ids.length);
    for (const part of parts) expect(part).not.toMatch(/\p{Surrogate}/u);
    expect([end, found.ids]).toEqual(['length', [...ids]]);
  });

  it('goes on with a character that the prompt has begun', async () => {
    const ids = bytes.encode('é!');
    expect(await written(bytes, [65, ids[0]], ids.slice(1))).toMatchObject({ text: 'é!', parts: ['é', '!'] });
    expect(await written(bytes, [65, ids[0]], [33, 33])).toMatchObject({ text: '!!' });
  });
});

describe.each(names)('in the tokens of %s', (name) => {
  const tokenizer = tokenizerFromJson(read(`${name}/tokenizer.json`));
  const cases = JSON.parse(read(`${name}/cases.json`)) as { ids: number[] }[];

  it('is the text of prompt and ids without that of the prompt', async () => {
    const texts = hard.map((text) => [...tokenizer.encode(text)]);
    for (const ids of [
      ...texts,
      ...cases
        .filter(({ ids }) => ids.length > 5)
        .slice(0, 30)
        .map(({ ids }) => ids),
    ]) {
      for (const at of [1, ids.length >> 1]) {
        const said = (ids: number[]) => tokenizer.decode(ids, { skipSpecialTokens: true });
        const { parts, text } = await written(tokenizer, ids.slice(0, at), ids.slice(at));
        expect(parts.join('')).toBe(text);
        const [before, whole] = [said(ids.slice(0, at)).replace(/\ufffd+$/, ''), said(ids)];
        expect(whole).toBe(before + text);
        for (const part of parts) expect(part).not.toMatch(/\p{Surrogate}/u);
      }
    }
  });
});

describe('stops', () => {
  it('end the text before them, whole tokens having come', async () => {
    const script = bytes.encode('one 👋\n\nUser: two');
    const stop = ['\n\nUser:', '👋🏽'];
    const { parts, ...found } = await written(bytes, [65], script, { stop });
    expect(found).toMatchObject({ text: 'one 👋', end: 'stop', ids: [...script.slice(0, 15)] });
    expect(parts.join('')).toBe('one 👋');
    expect(await written(bytes, [65], script, { stop: ['Users', 120] })).toMatchObject({
      text: 'one 👋\n\nUser: two',
      end: 'length',
    });
    expect(await written(bytes, [65], script, { stop: ['never', 10] })).toMatchObject({ text: 'one 👋', end: 'stop' });
  });

  it('hold anywhere in any text', async () => {
    const piece = fc.constantFrom('a', 'b', 'é', '👋');
    const text = (minLength: number, maxLength: number) =>
      fc.array(piece, { minLength, maxLength }).map((all) => all.join(''));
    await fc.assert(
      fc.asyncProperty(text(1, 12), fc.array(text(1, 3), { minLength: 1, maxLength: 2 }), async (said, stop) => {
        const { text, parts, end, ids } = await written(bytes, [65], bytes.encode(said), { stop });
        expect(parts.join('')).toBe(text);
        expect(end).toBe(stop.some((one) => said.includes(one)) ? 'stop' : 'length');
        for (const one of stop) expect(text).not.toContain(one);
        expect(bytes.decode(ids).startsWith(text)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('are the ends of tokenizer and model too', async () => {
    const tokenizer = { ...tokenizerFromJson(read('byte-bpe-gpt2/tokenizer.json')), eosId: 5 };
    const { vocabSize } = tokenizer;
    const [one, two] = [tokenizer.encode('a')[0], tokenizer.encode('b')[0]];
    expect(await written(tokenizer, [one], [two, 5, two])).toMatchObject({ text: 'b', end: 'eos', ids: [two, 5] });
    expect(await written(tokenizer, [one], [two, 5, two], { stop: [5] })).toMatchObject({ text: 'b', end: 'stop' });
    const named = (eos_token_id: unknown) => make({ vocab_size: vocabSize, eos_token_id } as never);
    expect([...endIds(tokenizer, await named([7, 8]))]).toEqual([5, 7, 8]);
    expect([...endIds({ ...tokenizer, eosId: null }, await named(vocabSize))]).toEqual([]);
    expect([...endIds(bytes, await named(3))]).toEqual([]);
  });
});

const options = { maxTokens: 12, temperature: 1, seed: 4 };
const alone = async (prompt: string, more: object = {}) =>
  await generateText(model, bytes, prompt, { ...options, ...more }).result();

it('of several prompts is a list at every step, and each the text that it has alone', async () => {
  const prompts = ['Call me', 'é', 'The whale'];
  const greedy = { temperature: 0, maxTokens: 20 };
  const each = await Promise.all(prompts.map((prompt) => alone(prompt, greedy)));
  const stop = [each[0].ids[3], each[1].ids[6]];
  const stream = generateText(model, bytes, prompts, { ...greedy, stop });
  const steps: (readonly string[])[] = [];
  for await (const parts of stream) steps.push(parts);
  const found = await stream.result();
  for (const [i, one] of found.entries()) {
    expect(steps.map((parts) => parts[i]).join('')).toBe(one.text);
    const expected = await alone(prompts[i], { ...greedy, stop });
    expect(one).toEqual(expected);
  }
  expect(new Set(found.map(({ ids }) => ids.length)).size).toBeGreaterThan(1);
});

it('of several continuations are in order of their log-probability, the first draws those of one alone', async () => {
  const found = await generateText(model, bytes, 'Call me', { ...options, n: 5 }).result();
  expect(found).toHaveLength(5);
  const order = found.map(({ logprob }) => logprob!);
  expect([...order].sort((a, b) => b - a)).toEqual(order);
  expect(new Set(found.map(({ text }) => text)).size).toBe(5);
  const first = await alone('Call me', { logprobs: 0 });
  expect(found).toContainEqual(first);
  for (const { tokens, logprob } of found) {
    expect(logprob).toBeCloseTo(tokens!.reduce((sum, one) => sum + one.logprob, 0) / 12, 10);
  }
});

it('may be left, and says then what came', async () => {
  using cache = model.cache(1);
  const stream = generateText(model, bytes, 'Call me', { ...options, cache });
  let said = '';
  for await (const part of stream) {
    said += part;
    if (cache.positions[0] >= 7 + 3) break;
  }
  const { text, ids, end, tokens } = await stream.result();
  expect([text, end, tokens]).toEqual([said, null, null]);
  expect(ids).toEqual((await alone('Call me')).ids.slice(0, ids.length));
  expect([...cache.positions]).toEqual([7 + ids.length]);
});

it('of no token is empty', async () => {
  expect(await alone('Call me', { maxTokens: 0 })).toEqual({
    text: '',
    ids: [],
    end: 'length',
    tokens: [],
    logprob: -Infinity,
  });
});

it('gives only ids of the tokenizer, those that generate gives', async () => {
  const tokenizer = tokenizerFromJson(read('byte-bpe-gpt2/tokenizer.json'));
  const { vocabSize } = tokenizer;
  const wide = await make({ vocab_size: vocabSize + 1000 });
  const prompt = tokenizer.encode('Call me');
  const { ids, text } = await generateText(wide, tokenizer, 'Call me', { ...options, temperature: 50 }).result();
  expect(Math.max(...ids)).toBeLessThan(vocabSize);
  const plain: number[] = [];
  for await (const id of generate(wide, prompt, { ...options, temperature: 50, vocabulary: vocabSize })) plain.push(id);
  expect(ids).toEqual(plain);
  expect(await generateText(wide, tokenizer, prompt, { ...options, temperature: 50 }).result()).toMatchObject({ text });
});

it('reads a talk from where it was left', async () => {
  using prefixes = new Prefixes();
  let talk = 'Who are you? ';
  for (let turn = 0; turn < 3; turn++) {
    const { text } = await alone(talk, { prefixes, temperature: 0 });
    expect(text).toBe((await alone(talk, { temperature: 0 })).text);
    talk += `${text} And? `;
  }
});

it.each<[string, object]>([
  ['generateText: stop is "\\n" where a list is needed', { stop: '\n' }],
  ['generateText: stop has "", which is empty; give a text.', { stop: [''] }],
  ['which is half a character', { stop: ['\ud83d'] }],
  ['generateText: stop[0] is 256; give a whole number from 0 to 255.', { stop: [256] }],
  ['stop[0] is null', { stop: [null] }],
  ['generateText: n is 0', { n: 0, temperature: 1 }],
  ['generateText: n is 2 but temperature 0 gives the same continuation each time', { n: 2 }],
  ['generateText: there is no option vocabulary', { vocabulary: 10 }],
  ['generateText: maxTokens is NaN', { maxTokens: Number.NaN }],
  ['generateText: topK is 0', { topK: 0, temperature: 1 }],
  ['generateText: prefixes is {}; give new Prefixes(), or nothing.', { prefixes: {} }],
  [
    'generateText: cache and prefixes both say what was read before',
    { prefixes: new Prefixes(), cache: model.cache(1) },
  ],
  ['generateText: n is 2 but cache holds one continuation', { n: 2, temperature: 1, cache: model.cache(1) }],
])('refuses options: %s', (message, more) => {
  expect(() => generateText(model, bytes, 'a', { maxTokens: 1, ...more } as never)).toThrow(message);
});

it('refuses what are no prompts and no tokenizers', async () => {
  const first = (prompt: unknown, more: object = {}) =>
    generateText(model, bytes, prompt as never, { maxTokens: 1, ...more });
  expect(() => first('')).toThrow('prompt: it is empty');
  expect(() => first(['a', ''])).toThrow('prompt 1: it is empty');
  expect(() => first(['a', 5])).toThrow('prompt 1: it is 5 where a list of ids is needed');
  expect(() => first(null)).toThrow('prompt: it is null');
  expect(() => first([])).toThrow('prompt: it is empty');
  expect(() => first(['a', 'b'], { n: 2, temperature: 1 })).toThrow('n is 2 but there are several prompts; give one.');
  expect(() => generateText(model, null as never, 'a', { maxTokens: 1 })).toThrow('null is no tokenizer');
  const tokenizer = tokenizerFromJson(read('byte-bpe-gpt2/tokenizer.json'));
  expect(() => generateText(model, tokenizer, 'a', { maxTokens: 1 })).toThrow(
    'vocab_size is 256 but the tokenizer has',
  );
});
