// What is shared, in which order it is read, and that neither changes an answer; going on after a part of them.
import { attention } from '@twilljs/attention';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { hybrid, type LanguageModel } from '@twilljs/hybrid';
import { initializer } from '@twilljs/nn';
import { rng, scope, untracked } from '@twilljs/tensor';
import fc from 'fast-check';
import { device as fast } from 'twilljs';
import { expect, it, vi } from 'vitest';
import { type Batch, batchesOf, wantedOf } from './plan.ts';
import { type Segment, segmentsOf } from './prefix-tree.ts';
import { type ReadOptions, readTokens } from './read-tokens.ts';
import type { TokenAnswer, TokenRequest } from './token-request.ts';

const V = 24;
const config = {
  ...{ model_type: 'gated_deltanet', hidden_size: 16, num_hidden_layers: 2, num_heads: 2, head_dim: 8, vocab_size: V },
  ...{ attn: { layers: [1], num_heads: 2 }, tie_word_embeddings: true },
};
const device = await fast({ name: 'wasm' });
const model = await hybrid(config, { mixers: [gatedDeltanet, attention], init: initializer(3, 0.4) }).to(device);

const request = (context: ArrayLike<number>, continuation: ArrayLike<number>): TokenRequest => ({
  context: Int32Array.from(context),
  continuation: Int32Array.from(continuation),
});
const inputOf = ({ context, continuation }: TokenRequest) => [...context, ...continuation.subarray(0, -1)];

/** Few-shot prompts of two kinds, each with questions, each with choices; one of one token, and what begins another one. */
function requestsOf(seed: number, length = 30): TokenRequest[] {
  const random = rng(seed);
  const draw = (n: number) => [...random.ints(n, V)];
  return [draw(length), draw(2 * length)].flatMap((shots) =>
    [draw(9), draw(14), draw(14)].flatMap((question) => {
      const context = [...shots, ...question];
      const choices = [draw(3), draw(7), draw(1), draw(1)];
      return [...choices, choices[1].slice(0, 4)].map((choice) => request(context, choice));
    }),
  );
}

/** Each request alone: a softmax in f64 of the logits of its input. */
async function alone({ context, continuation }: TokenRequest): Promise<TokenAnswer> {
  const ids = [[...context, ...continuation.subarray(0, -1)]];
  const logits = await scope(() => untracked(() => model.forward(ids))).data();
  let greedy = true;
  const logprobs = Float64Array.from(continuation, (label, k) => {
    const row = Array.from(logits.subarray((context.length - 1 + k) * V, (context.length + k) * V));
    const top = Math.max(...row);
    greedy &&= row.indexOf(top) === label;
    return row[label] - top - Math.log(row.reduce((sum, x) => sum + Math.exp(x - top), 0));
  });
  return { logprobs, greedy };
}

async function expectAnswers(requests: readonly TokenRequest[], options: ReadOptions = {}): Promise<void> {
  const answers = await readTokens(model, requests, options);
  expect(answers.length).toBe(requests.length);
  for (const [i, one] of requests.entries()) {
    const expected = await alone(one);
    expect(answers[i].greedy).toBe(expected.greedy);
    expect(answers[i].logprobs.length).toBe(one.continuation.length);
    for (const [k, x] of answers[i].logprobs.entries()) expect(Math.abs(x - expected.logprobs[k])).toBeLessThan(1e-5);
  }
}

/** How many ids are read, in how many forwards. */
async function costOf(of: LanguageModel, requests: readonly TokenRequest[], options: ReadOptions = {}) {
  const reading = vi.spyOn(of, 'logprobs');
  await readTokens(of, requests, options);
  const read = reading.mock.calls.map(([ids]) => (ids as { shape: readonly [number, number] }).shape);
  reading.mockRestore();
  return { forwards: read.length, tokens: read.reduce((n, [B, T]) => n + B * T, 0) };
}

it('answers each request as if it were alone, whatever is shared and however little is read at once', async () => {
  const requests = requestsOf(1);
  for (const tokensAtOnce of [2048, 100, 13]) await expectAnswers(requests, { tokensAtOnce });
  expect(await readTokens(model, [])).toEqual([]);
});

it('reads a long context part by part, once for all that go on after it', async () => {
  const random = rng(9);
  const long = [...random.ints(700, V)];
  const requests = [
    ...[5, 6, 7].map((id) => request(long, [id, 3, ...random.ints(20, V)])),
    request(long.slice(0, 400), long.slice(400, 650)),
  ];
  await expectAnswers(requests, { tokensAtOnce: 128 });
  const { tokens } = await costOf(model, requests, { tokensAtOnce: 128 });
  expect(tokens).toBeLessThan(700 + 3 * 64);
});

it('reads equal inputs once: choices of one id cost no more than their context', async () => {
  const random = rng(4);
  const contexts = Array.from({ length: 6 }, () => [...random.ints(40, V)]);
  const requests = contexts.flatMap((context) => [1, 2, 3, 4].map((id) => request(context, [id])));
  expect(await costOf(model, requests)).toEqual({ forwards: 1, tokens: 240 });
});

const flat = (segments: readonly Segment[]): Segment[] =>
  segments.flatMap((segment) => [segment, ...flat(segment.children)]);
const flatBatches = (batches: readonly Batch[]): Batch[] =>
  batches.flatMap((batch) => [batch, ...flatBatches(batch.next)]);

it('every label of every request lies in one segment on the path of its input, and shared tokens are there once', () => {
  const ids = fc.array(fc.nat(2), { minLength: 1, maxLength: 12 });
  const drawn = fc.array(fc.tuple(ids, ids), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(drawn, fc.nat(3), (pairs, cost) => {
      const requests = pairs.map(([context, continuation]) => request(context, continuation));
      const segments = segmentsOf(requests, (tokens, continued) => tokens * (continued - 1) > cost * (continued + 1));
      const labels = requests.map(() => 0);
      for (const { members, input, from, to } of flat(segments)) {
        for (const i of members) {
          const { context, continuation } = requests[i];
          expect(inputOf(requests[i]).slice(0, to)).toEqual(
            [...input.subarray(0, to)].slice(0, inputOf(requests[i]).length),
          );
          const [begin, end] = [context.length - 1, context.length - 1 + continuation.length];
          labels[i] += Math.min(end, to) - Math.max(begin, from);
        }
      }
      expect(labels).toEqual(requests.map(({ continuation }) => continuation.length));
      const unique = new Set(requests.flatMap((one) => inputOf(one).map((_, t, all) => all.slice(0, t + 1).join())));
      const read = flat(segments).reduce((n, { from, to }) => n + to - from, 0);
      if (cost === 0) expect(read).toBe(unique.size);
      else expect(read).toBeGreaterThanOrEqual(unique.size);
      const limits = { tokens: 16, states: 40, stateSize: (tokens: number) => 4 + tokens };
      const batches = flatBatches(batchesOf(segments, limits));
      expect(batches.flatMap((batch) => batch.segments).length).toBe(flat(segments).length);
      for (const batch of batches) {
        const total = batch.segments.reduce((n, { from, to }) => n + to - from, 0);
        const states = Math.max(...batch.segments.map(({ to }) => 4 + to)) * batch.segments.length;
        expect(batch.segments.length === 1 || (total <= 16 && states <= 40)).toBe(true);
        for (const next of batch.next) {
          for (const [i, one] of next.segments.entries()) {
            expect(batch.segments[next.after[i]].children).toContain(one);
          }
        }
      }
      const known = new Set(requests.keys());
      expect(wantedOf(batches, (i) => !known.has(i)).size).toBe(0);
    }),
    { seed: 6, numRuns: 200 },
  );
});

it('thousands of contexts, each of which begins the next, are no deeper than the stack', () => {
  const text = rng(2).ints(4000, V);
  const requests = Array.from({ length: 3000 }, (_, i) => request(text.subarray(0, i + 1), [(text[i + 1] + 1) % V, 0]));
  expect(flat(segmentsOf(requests.slice(0, 50), () => true)).length).toBeGreaterThan(50);
  const segments = segmentsOf(requests, (tokens) => tokens > 100);
  expect(segments.length).toBeGreaterThan(10);
});

it('goes on after a part of the answers with the same bits, and reads no batch that is known', async () => {
  const requests = requestsOf(7);
  const options = { tokensAtOnce: 40 };
  const all = await readTokens(model, requests, options);
  const full = await costOf(model, requests, options);
  const before = new Map<number, TokenAnswer>();
  class Killed extends Error {}
  for (let round = 0; before.size < requests.length; round++) {
    let left = 1;
    const onBatch = (answered: readonly number[], answers: readonly TokenAnswer[]) => {
      if (left-- === 0) throw new Killed();
      for (const [j, i] of answered.entries()) {
        expect(before.has(i)).toBe(false);
        before.set(i, answers[j]);
      }
    };
    const isKnown = (known: ReadonlySet<number>) => (i: number) => known.has(i);
    const reading = readTokens(model, requests, { ...options, onBatch, isKnown: isKnown(new Set(before.keys())) });
    await reading.catch((error) => {
      if (!(error instanceof Killed)) throw error;
    });
    expect(round).toBeLessThan(50);
  }
  expect(requests.map((_, i) => before.get(i))).toEqual(all);
  const last = await costOf(model, requests, { ...options, isKnown: (i) => i !== 0 });
  expect(last.tokens).toBeLessThan(full.tokens);
  expect(last.forwards).toBeLessThan(full.forwards / 2);
  expect(await costOf(model, requests, { ...options, isKnown: () => true })).toEqual({ forwards: 0, tokens: 0 });
});

it('gives all memory back, also where it fails', async () => {
  const requests = requestsOf(5);
  const read = () => readTokens(model, requests, { tokensAtOnce: 100 });
  for (let i = 0; i < 3; i++) await read();
  const before = device.report().bytes;
  await read();
  const failing = readTokens(model, requests, {
    tokensAtOnce: 100,
    onBatch: () => {
      throw new Error('no room on the disk');
    },
  });
  await expect(failing).rejects.toThrow('no room on the disk');
  await read();
  expect(device.report().bytes).toBe(before);
});

it('refuses what is no request, naming it', async () => {
  const of = (requests: unknown, options = {}) => readTokens(model, requests as TokenRequest[], options);
  const good = request([1], [2]);
  await expect(of([good, request([], [2])])).rejects.toThrow(/readTokens: request 1: context has no id/);
  await expect(of([request([1], [])])).rejects.toThrow(/readTokens: request 0: continuation has no id/);
  await expect(of([request([1], [2, V])])).rejects.toThrow(/request 0: continuation\[1\] is 24/);
  await expect(of([request([-1], [2])])).rejects.toThrow(/request 0: context\[0\] is -1/);
  await expect(of([good], { tokensAtOnce: 0 })).rejects.toThrow(/readTokens: tokensAtOnce/);
  await expect(readTokens({} as LanguageModel, [good])).rejects.toThrow(/^readTokens: .* is no model/);
});
