// Measurements of a real model: against its own loss, against decoding in one piece, and the costs in closed form.
import { attention } from '@twilljs/attention';
import { copies, evaluationWindows, IGNORE, mqar, parity } from '@twilljs/data';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { hybrid } from '@twilljs/hybrid';
import { initializer } from '@twilljs/nn';
import { rng, untracked } from '@twilljs/tensor';
import { type Tokenizer, tokenizerFromJson } from '@twilljs/tokenizers';
import { device } from 'twilljs';
import { expect, it } from 'vitest';
import { decodeSpeed, stateBytes, trainingFlops } from './cost.ts';
import { evaluateCopying, evaluateDocuments, evaluateWindows } from './language.ts';
import { meanOf, score } from './score.ts';
import { evaluateTask } from './task.ts';

const config = {
  model_type: 'gated_deltanet',
  hidden_size: 16,
  num_hidden_layers: 2,
  num_heads: 2,
  head_dim: 4,
  expand_v: 1,
  intermediate_size: 16,
  attn: { layers: [1], num_heads: 2 },
};
const onDevice = device();
const model = async (vocab_size: number) =>
  hybrid({ ...config, vocab_size }, { mixers: [attention, gatedDeltanet], init: initializer(1, 0.3) }).to(
    await onDevice,
  );

it('scores every row as the loss of the model does, however many rows run at once', async () => {
  const m = await model(16);
  const batch = mqar({ length: 256, vocab: 16, pairs: 4, source: rng(1) }).evaluation(19, 4); // three forwards of 8 rows
  const scores = await score(m, batch);
  const shape = [batch.B, batch.T] as const;
  const loss = untracked(() => m.loss({ data: batch.inputs, shape }, { data: batch.labels, shape }));
  expect(meanOf(scores.nats, scores).mean).toBeCloseTo(await loss.item(), 5);
  expect(meanOf(scores.nats, scores).count).toBe((19 * (256 - 8)) / 2);
});

it.each([8, 3000])('scores sequences in rows of %i as each is alone, and nothing outside of them', async (T) => {
  const m = await model(16);
  const B = 2048 / 8 + 2; // of short rows, the last two are read by themselves, and hold nothing
  const rows = T === 8 ? B : 2;
  const ids = rng(2).ints(rows * T, 16);
  const batch = { inputs: ids, labels: ids, B: rows, T, ranges: Int32Array.of(1, 4, 4, 7, T + 2, T + 8) };
  const { nats, labels } = await score(m, { ...batch, inputs: ids.map((id, i) => (i === 0 ? -7 : id)) });
  const expected = new Float64Array(rows * T);
  for (let i = 0; i < 6; i += 2) {
    const [from, to] = batch.ranges.subarray(i, i + 2);
    const one = ids.slice(from, to);
    expected.set((await score(m, { inputs: one, labels: one, B: 1, T: to - from })).nats, from);
  }
  expect(labels.filter((label) => label !== IGNORE)).toHaveLength(12);
  for (const [i, x] of nats.entries()) expect(Math.abs(x - expected[i])).toBeLessThan(1e-5);
});

it('measures a task at each difficulty, as plain JSON', async () => {
  const m = await model(16);
  const task = mqar({ length: 16, vocab: 16, pairs: 4, source: rng(1) });
  const results = await evaluateTask(m, task, { rows: 50 });
  expect(results.map(({ difficulty }) => difficulty)).toEqual([1, 2, 4]);
  expect(JSON.parse(JSON.stringify(results))).toEqual(results);
  expect(await evaluateTask(m, task, { rows: 50 })).toEqual(results);
  const { accuracy, byPosition, chance } = results[2];
  expect(accuracy).toMatchObject({ count: 200, rows: 50 });
  expect(accuracy.standardError).toBeGreaterThan(0);
  expect(chance).toBe(1 / 8);
  const asked = byPosition.filter((x) => x !== null);
  expect(byPosition.map((x) => x !== null)).toEqual(Array.from({ length: 16 }, (_, t) => t >= 8 && t % 2 === 0));
  expect(asked.reduce((a, b) => a + b) / asked.length).toBeCloseTo(accuracy.mean, 12);
});

it('measures parity at lengths beyond the training length, position by position', async () => {
  const results = await evaluateTask(await model(2), parity({ length: 6, source: rng(1) }), {
    difficulties: [6, 20],
    rows: 40,
  });
  expect(results.map(({ byPosition }) => byPosition.length)).toEqual([6, 20]);
  expect(results[1].accuracy.count).toBe(800);
});

it('leaves the warm-up of windows out, and counts bits', async () => {
  const m = await model(256);
  const tokens = rng(3).ints(500, 256);
  const windows = evaluationWindows({ tokens, length: 24, count: 5, source: rng(2) });
  const { bitsPerToken, byPosition } = await evaluateWindows(m, windows, { warmup: 20 });
  expect(bitsPerToken).toMatchObject({ count: 20, rows: 5 });
  expect(bitsPerToken.mean).toBeCloseTo(byPosition.slice(20).reduce<number>((a, b) => a + b!, 0) / 4, 10);
  const shape = [5, 24] as const;
  const loss = untracked(() => m.loss({ data: windows.inputs, shape }, { data: windows.labels, shape }));
  const all = await evaluateWindows(m, windows, { warmup: 0 });
  expect(all.bitsPerToken.mean).toBeCloseTo((await loss.item()) / Math.LN2, 5);
  await expect(evaluateWindows(m, windows, { warmup: 24 })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[OptionError: evaluateWindows: warmup is 24 but a window has 24 positions; give less or longer windows.]`,
  );
});

it('measures what a passage costs less when it comes again', async () => {
  const m = await model(256);
  const tokens = rng(5).ints(300, 256);
  const rows = copies({ tokens, count: 6, span: 8, distance: 10, context: 4, source: rng(1) });
  const { gain, first, second } = await evaluateCopying(m, rows);
  expect(gain).toMatchObject({ count: 48, rows: 6 });
  expect(gain.mean).toBeCloseTo(first - second, 10);
  const shape = [rows.B, rows.T] as const;
  const bitsFrom = async (at: number) => {
    const isAsked = (i: number) => i % rows.T >= at && i % rows.T < at + rows.span;
    const data = rows.labels.map((label, i) => (isAsked(i) ? label : IGNORE));
    const loss = untracked(() => m.loss({ data: rows.inputs, shape }, { data, shape }));
    return (await loss.item()) / Math.LN2;
  };
  expect(first).toBeCloseTo(await bitsFrom(rows.first), 5);
  expect(second).toBeCloseTo(await bitsFrom(rows.second), 5);
});

it('reads whole documents in blocks as if in one piece', async () => {
  const m = await model(256);
  const bytes = Uint8Array.from(rng(4).ints(1100, 256));
  const document = (name: string, to: number) => ({ name, bytes: bytes.subarray(0, to) });
  const { bitsPerByte, documents } = await evaluateDocuments(m, [
    document('long', 1100),
    document('short', 10),
    document('one byte', 1),
    document('empty', 0),
  ]);
  expect(bitsPerByte).toMatchObject({ count: 1099 + 9, rows: 2 });
  expect(documents.slice(2)).toEqual([
    { name: 'one byte', bytes: 1, bits: 0 },
    { name: 'empty', bytes: 0, bits: 0 },
  ]);
  const loss = untracked(() => m.loss([[...bytes]]));
  expect(documents[0].bits / 1099).toBeCloseTo((await loss.item()) / Math.LN2, 5);
});

it('reads documents in the ids of a tokenizer, and divides by the bytes of their text', async () => {
  const m = await model(64);
  const vocab = Object.fromEntries(['é', 'a', 'b', ' ', 'ab'].map((token, id) => [token, id]));
  const added_tokens = [{ id: 5, content: '<s>', special: true }];
  const file = { added_tokens, decoder: { type: 'Fuse' }, model: { type: 'BPE', vocab, merges: ['a b'] } };
  const single = [{ SpecialToken: { id: '<s>' } }, { Sequence: { id: 'A' } }];
  const special_tokens = { '<s>': { id: '<s>', ids: [5], tokens: ['<s>'] } };
  const framed = { ...file, post_processor: { type: 'TemplateProcessing', single, special_tokens } };
  const bytes = new TextEncoder().encode('éab ab');
  for (const [json, ids, predicted] of [
    [file, [0, 4, 3, 4], 5],
    [framed, [5, 0, 4, 3, 4], 7],
  ] as const) {
    const tokenizer = tokenizerFromJson(JSON.stringify(json));
    expect([...tokenizer.encode('éab ab')]).toEqual(ids);
    const { bitsPerByte } = await evaluateDocuments(m, [{ name: 'one', bytes }], { tokenizer });
    const loss = untracked(() => m.loss([[...ids]]));
    expect(bitsPerByte.count).toBe(predicted);
    expect(bitsPerByte.mean).toBeCloseTo(((await loss.item()) * (ids.length - 1)) / Math.LN2 / predicted, 5);
  }
  const large = { kind: 'BPE', vocabSize: 65 } as Tokenizer;
  await expect(evaluateDocuments(m, [], { tokenizer: large })).rejects.toThrow(
    'evaluateDocuments: vocab_size is 64 but the tokenizer has 65 ids; give the tokenizer of this model.',
  );
});

it('counts the costs', async () => {
  const m = await model(64);
  // One recurrence of 2 heads 4 x 4 with convolutions over q, k, v of 8 channels, and keys and values of 16 numbers.
  expect(stateBytes(m, 100)).toBe(4 * (2 * 4 * 4 + 3 * 3 * 8 + 100 * 2 * 16));
  expect(stateBytes(m, 200) - stateBytes(m, 100)).toBe(4 * 100 * 32);
  expect(trainingFlops(m, 1000, 64)).toBe(3 * 1000 * m.flopsPerToken(64));
  const { prompt, decode } = await decodeSpeed(m, [1, 2, 3], 5);
  expect(prompt).toBeGreaterThan(0);
  expect(decode).toBeGreaterThan(0);
});
