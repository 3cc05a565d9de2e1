// Answers do not depend on what else is asked, what is known is not asked again, and what cannot be is refused by its place.
import { readFileSync } from 'node:fs';
import { attention } from '@twilljs/attention';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { hybrid } from '@twilljs/hybrid';
import { initializer } from '@twilljs/nn';
import { byteTokenizer, type Tokenizer, tokenizerFromFiles } from '@twilljs/tokenizers';
import { device } from 'twilljs';
import { beforeAll, expect, it } from 'vitest';
import { type Answering, type AnswerProgress, type AnswerStore, answerRequests } from './answer.ts';
import { generationOptions } from './generation.ts';
import { type Answer, keyOf, type Request } from './request.ts';
import { cutAtStops, stopsIn } from './stops.ts';

const config = {
  ...{ model_type: 'gated_deltanet', hidden_size: 16, num_hidden_layers: 2, num_heads: 2, head_dim: 4, expand_v: 1 },
  ...{ intermediate_size: 16, attn: { layers: [1], num_heads: 2 }, vocab_size: 256 },
};

let given: Answering;
beforeAll(async () => {
  const made = hybrid(config, { mixers: [attention, gatedDeltanet], init: initializer(3, 0.4) });
  given = { model: await made.to(await device()), tokenizer: byteTokenizer(), maxLength: 24 };
});

const likely = (context: string, continuation: string): Request => ({ kind: 'loglikelihood', context, continuation });
const rolling = (text: string): Request => ({ kind: 'loglikelihood_rolling', text });
const writes = (context: string, options: object = {}): Request => ({
  kind: 'generate_until',
  context,
  options: { until: [], maxTokens: 6, ...options },
});

const all: readonly Request[] = [
  likely('the cat', ' sat'),
  writes('one, two and a prompt that is longer than there is room'),
  rolling('a text of more tokens than the model reads at once, in windows'),
  likely('the cat', ' sat on the mat'),
  likely('', 'from the beginning'),
  writes('a', { maxTokens: 3 }),
  likely('the cat', ' sat'),
  rolling(''),
  writes('drawn', { temperature: 0.9, seed: 4 }),
  likely('a context of which only the end is read by the model', ' ends'),
  writes('drawn', { temperature: 0.9, seed: 5 }),
];

/** Answers in memory, and what was put. */
function memory(): AnswerStore & { readonly puts: string[][]; readonly kept: Map<string, Answer> } {
  const kept = new Map<string, Answer>();
  const puts: string[][] = [];
  return {
    ...{ puts, kept },
    get: (request) => kept.get(keyOf(request)),
    async put(batch) {
      puts.push(batch.map(([request]) => keyOf(request)));
      for (const [request, answer] of batch) kept.set(keyOf(request), answer);
    },
  };
}

it('answers each in its place, as it would alone', async () => {
  const answers = await answerRequests(all, given);
  for (const [i, request] of all.entries()) {
    const [alone] = await answerRequests([request], given);
    expect(answers[i].kind).toBe(request.kind);
    if (alone.kind === 'generate_until') expect(answers[i]).toEqual(alone);
    else expect((answers[i] as typeof alone).logprob).toBeCloseTo(alone.logprob, 4);
  }
  expect(answers[6]).toEqual(answers[0]);
  expect(answers[7]).toEqual({ kind: 'loglikelihood_rolling', logprob: 0 });
  expect(answers[8]).not.toEqual(answers[10]);
});

it('a sum of parts is that of the whole, and before a text of bytes stands a line break', async () => {
  const asked = [likely('ab', 'cd'), likely('abcd', 'ef'), likely('ab', 'cdef'), rolling('abc'), likely('', 'abc')];
  const answers = await answerRequests(asked, given);
  const [first, rest, both, text, begun] = answers.map((one) => (one as { logprob: number }).logprob);
  expect(first + rest).toBeCloseTo(both, 4);
  expect(text).toBeCloseTo(begun, 4);
});

it('keeps what a batch has answered, tells of it, and asks for nothing that is known', async () => {
  const store = memory();
  const told: AnswerProgress[] = [];
  const answers = await answerRequests(all, { ...given, answers: store, onProgress: (p) => told.push(p) });
  const distinct = new Set(all.map(keyOf)).size;
  expect(store.puts.flat().sort()).toEqual([...new Set(all.map(keyOf))].filter((key) => key !== keyOf(all[7])).sort());
  expect(told.at(-1)).toMatchObject({ done: distinct, of: distinct, kind: 'generate_until' });
  expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).sort((a, b) => a - b));

  const again = memory();
  for (const [key, answer] of store.kept) again.kept.set(key, answer);
  again.kept.delete(keyOf(all[2]));
  again.kept.delete(keyOf(all[8]));
  expect(await answerRequests(all, { ...given, answers: again })).toEqual(answers);
  expect(again.puts).toEqual([[keyOf(all[2])], [keyOf(all[8])]]);
});

it('ends where onProgress throws, and keeps what was answered before', async () => {
  const store = memory();
  const onProgress = ({ done }: AnswerProgress) => {
    if (done >= 3) throw new Error('stopped');
  };
  await expect(answerRequests(all, { ...given, answers: store, onProgress })).rejects.toThrow('stopped');
  expect(store.kept.size).toBeGreaterThanOrEqual(2);
});

it('lets what waits, such as a signal, have its turn before it tells of a batch', async () => {
  let isTurn = false;
  setImmediate(() => {
    isTurn = true;
  });
  const turns: boolean[] = [];
  await answerRequests([writes('a', { maxTokens: 1 })], { ...given, onProgress: () => turns.push(isTurn) });
  expect(turns.at(-1)).toBe(true);
});

it.each<[string, Request, RegExp]>([
  ['no continuation', likely('a', ''), /request 1: the continuation "" has no ids after "a": it is empty/],
  ['none of an empty context', likely('', ''), /request 1: the continuation "" of an empty context has no ids/],
  ['white space alone', likely(' \n', 'a'), /request 1: the context " \\n" has no ids: it is white space/],
  ['too long a continuation', likely('a', 'x'.repeat(25)), /has 25 tokens and a model of max_length 24/],
  ['no room for a prompt', writes('a', { maxTokens: 24 }), /24 tokens are to be written and max_length is 24/],
  ['no prompt', writes(''), /the prompt "" has no ids/],
  ['stops that are none', writes('a', { until: '\n' }), /until is "\\n" where a list of texts is needed/],
  ['another option', writes('a', { maxToken: 3 }), /no option maxToken; did you mean maxTokens/],
  ['a negative temperature', writes('a', { temperature: -1 }), /temperature is -1/],
  ['no text', rolling(5 as never), /its text is 5 where a text is needed/],
  ['an unknown kind', { kind: 'multiple_choice' } as never, /kind is "multiple_choice"; give "loglikelihood" or/],
])('refuses %s, by its place', async (_, request, message) => {
  await expect(answerRequests([all[0], request], given)).rejects.toThrow(message);
});

it('refuses a tokenizer of another model, and a length that is none', async () => {
  const file = readFileSync(new URL('../../../../golden/evals/model-gpt2/tokenizer.json', import.meta.url), 'utf8');
  const other: Tokenizer = tokenizerFromFiles({ 'tokenizer.json': file });
  await expect(answerRequests([], { ...given, tokenizer: other })).rejects.toThrow('vocab_size is 256');
  await expect(answerRequests([], { ...given, maxLength: 0 })).rejects.toThrow('maxLength is 0');
});

it('ends a generation by the last tokens alone, and cuts by all of the text', () => {
  const over = stopsIn(byteTokenizer(), ['ab']);
  const ids = (text: string) => [...new TextEncoder().encode(text)];
  expect(['xxxab', 'xxabx', 'xabxx', 'abxxx', 'a', ''].map((text) => over(ids(text)))).toEqual([
    ...[true, true, true, false, false, false],
  ]);
  expect(cutAtStops('xab', ['ab', 'xa'])).toBe('x');
});

it('reads the options of the original', () => {
  expect(generationOptions({})).toEqual({ until: [], maxTokens: 256 });
  expect(generationOptions({ until: '\n', max_tokens: 5, max_new_tokens: 4, temperature: 0.5 })).toEqual({
    ...{ until: ['\n'], maxTokens: 4, temperature: 0.5 },
  });
  expect(generationOptions({ do_sample: false, temperature: 0.5, max_gen_toks: null })).toEqual({
    ...{ until: [], maxTokens: 256 },
  });
  expect(() => generationOptions({ do_sample: true })).toThrow('no temperature above 0');
  expect(() => generationOptions({ until: [3] })).toThrow('until is [3]; give texts');
  expect(() => generationOptions({ max_gen_toks: 1.5 })).toThrow('max_gen_toks is 1.5');
});
