// A model whose numbers are broken behind some ids: every measurement counts what it asked, and none shows a sound number.
import { attention } from '@twilljs/attention';
import { type Batch, copies, mqar, parity } from '@twilljs/data';
import { gla } from '@twilljs/gla';
import { hybrid, type LanguageModel } from '@twilljs/hybrid';
import { initializer } from '@twilljs/nn';
import { rng } from '@twilljs/tensor';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import {
  evaluateCopying,
  evaluateDocuments,
  evaluateTask,
  evaluateWhole,
  evaluateWindows,
  score,
  stateBytes,
  trainingFlops,
} from './index.ts';

const config = { model_type: 'gla', hidden_size: 16, num_heads: 2, num_hidden_layers: 1, intermediate_size: 32 };
const onDevice = await device({ name: 'wasm' });

/** A model whose embeddings of some ids hold one value instead of a number. */
async function broken(vocab_size: number, ids: readonly number[], value = Number.NaN): Promise<LanguageModel> {
  const model = hybrid({ ...config, vocab_size }, { mixers: [gla, attention], init: initializer(1, 0.2) });
  await model.to(onDevice);
  const { weight } = model.model.embeddings;
  const values = Float32Array.from(await weight.data());
  for (const id of ids) values.fill(value, 16 * id, 16 * (id + 1));
  weight.device.write(weight.buffer, values);
  return model;
}

const windowOf = (inputs: number[], label: number): Batch => ({
  inputs: Int32Array.from(inputs),
  labels: new Int32Array(inputs.length).fill(label),
  B: 1,
  T: inputs.length,
});

describe('a model that is not finite behind some ids', () => {
  it('has no loss on a task, and hits nothing where it has no numbers', async () => {
    const task = mqar({ source: rng(0), pairs: 16 });
    const model = await broken(64, [1, 2, 3]);
    const [result] = await evaluateTask(model, task, { rows: 40, difficulties: [16] });
    expect(result.accuracy.count).toBe(640);
    expect(result.loss).toMatchObject({ mean: Number.NaN, standardError: Number.NaN, count: 640, rows: 40 });
    const { hits, nats, notFinite } = await score(model, task.evaluation(40, 16));
    expect(result.accuracy.mean).toBe(hits.reduce((a, b) => a + b) / 640);
    for (const [i, x] of nats.entries()) if (Number.isNaN(x)) expect(hits[i]).toBe(0);
    const first = nats.findIndex((x) => Number.isNaN(x));
    expect(result.notFinite).toEqual({ row: Math.floor(first / 64), position: first % 64 });
    expect(notFinite).toEqual(result.notFinite);
    expect(JSON.parse(JSON.stringify(result.loss)).mean).toBeNull();
    const [lengths] = await evaluateTask(await broken(2, [1]), parity({ length: 6, source: rng(1) }), { rows: 9 });
    expect([lengths.accuracy.count, lengths.loss.mean]).toEqual([54, Number.NaN]);
    expect(lengths.byPosition).not.toContain(null);
  });

  it('has no bits per byte, and says at which positions from', async () => {
    const model = await broken(64, [1]);
    const window = windowOf([9, 9, 9, 9, 1, 9, 9, 9], 9);
    const { bitsPerToken, byPosition, notFinite } = await evaluateWindows(model, window, { warmup: 0 });
    expect(bitsPerToken).toMatchObject({ mean: Number.NaN, count: 8, rows: 1 });
    expect(byPosition.map((x) => Number.isFinite(x))).toEqual([true, true, true, true, false, false, false, false]);
    expect(notFinite).toEqual({ row: 0, position: 4 });
    // Where only the warm-up is broken, what counts is sound, and the place is told all the same.
    const whole = await evaluateWindows(await broken(64, []), window, { warmup: 0 });
    expect(whole.notFinite).toBeNull();
    expect(whole.bitsPerToken.mean).toBeGreaterThan(0);
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [Number.NEGATIVE_INFINITY]])(
    'whatever is in the weights: %s',
    async (value) => {
      const model = await broken(64, [7], value);
      const { bitsPerToken, notFinite } = await evaluateWindows(model, windowOf([3, 7, 3], 3), { warmup: 0 });
      expect([bitsPerToken.count, bitsPerToken.mean]).toEqual([3, Number.NaN]);
      expect(notFinite?.row).toBe(0);
      expect(notFinite?.position).toBeLessThanOrEqual(1); // chunks let what is broken reach back a few tokens
    },
  );

  it('gains nothing known from copies, and has no bits of documents', async () => {
    const model = await broken(256, [65]);
    const tokens = Uint8Array.from(rng(3).ints(400, 60)).fill(65, 100, 101);
    const rows = copies({ tokens, count: 30, span: 8, distance: 10, context: 4, source: rng(1) });
    const copied = await evaluateCopying(model, rows);
    expect([copied.gain.mean, copied.gain.count]).toEqual([Number.NaN, 240]);
    expect(copied.notFinite).not.toBeNull();
    const all = await evaluateWhole(model, tokens, { length: 20, warmup: 4 });
    expect([all.bitsPerToken.mean, all.bitsPerToken.count]).toEqual([Number.NaN, 399]);
    expect(all.notFinite?.row).toBe(6); // windows read 20 bytes from 0, 16, 32, ...: byte 100 is read in the one from 96
    const documents = [
      { name: 'sound', bytes: tokens.subarray(0, 100) },
      { name: 'broken', bytes: tokens.subarray(90, 120) },
    ];
    const result = await evaluateDocuments(model, documents);
    expect([result.bitsPerByte.mean, result.bitsPerByte.count]).toEqual([Number.NaN, 99 + 29]);
    expect(result.documents.map(({ bits }) => Number.isNaN(bits))).toEqual([false, true]);
    expect(result.notFinite?.row).toBe(1);
    expect(result.notFinite?.position).toBeLessThanOrEqual(10);
  });
});

describe('what is asked wrongly', () => {
  it('is refused: ids, labels, shapes, options, and a vocabulary of tokens where bytes are read', async () => {
    const model = await broken(64, []);
    const good = windowOf([1, 2, 3], 4);
    const bad: [Partial<Batch>, string][] = [
      [{ inputs: Int32Array.of(1, 2, 64) }, 'ids: 64 at [0, 2]'],
      [{ labels: Int32Array.of(1, -5, 3) }, 'labels: -5 at [0, 1]'],
      [{ labels: Int32Array.of(1, 64, 3) }, 'labels: 64 at [0, 1]'],
      [{ labels: Int32Array.of(1, 2) }, 'labels of the batch has 2 ids but B x T is 1 x 3'],
      [{ inputs: [1, 1.5, 2] as never }, 'inputs of the batch is [1, 1.5, 2]'],
      [{ inputs: undefined as never }, 'inputs of the batch is undefined'],
      [{ B: 2 }, 'inputs of the batch has 3 ids but B x T is 2 x 3'],
      [{ inputs: new Int32Array(0), labels: new Int32Array(0), B: 0 }, 'B of the batch is 0'],
      [{ labels: new Int32Array(3).fill(-100) }, 'nothing is asked in any of the 1 rows'],
    ];
    for (const [part, message] of bad) {
      await expect(evaluateWindows(model, { ...good, ...part }, { warmup: 0 }), message).rejects.toThrow(message);
    }
    for (const none of [undefined, null, 3, 'batch', [], {}]) {
      await expect(score(model, none as never)).rejects.toThrow(/^score: .* is no batch/);
      await expect(score(none as never, good)).rejects.toThrow(/^score: .* is no model/);
      await expect(evaluateWindows(model, none as never)).rejects.toThrow(/^evaluateWindows: .* is no batch/);
      await expect(evaluateCopying(model, none as never)).rejects.toThrow(/^evaluateCopying: .* is no batch/);
      await expect(evaluateTask(model, none as never)).rejects.toThrow(/^evaluateTask: .* is no task/);
      await expect(evaluateDocuments(none as never, [])).rejects.toThrow(/^evaluateDocuments: .* is no model/);
      await expect(evaluateWhole(model, none as never, { length: 4, warmup: 0 })).rejects.toThrow(/tokens is .* where/);
      expect(() => stateBytes(none as never, 4)).toThrow(/^stateBytes: .* is no model/);
      expect(() => trainingFlops(none as never, 4, 4)).toThrow(/^trainingFlops: .* is no model/);
    }
    expect(() => trainingFlops(model, -1, 4)).toThrow('tokens is -1');
    await expect(evaluateCopying(model, good as never)).rejects.toThrow('first of the rows is undefined');
    await expect(evaluateDocuments(await broken(256, []), ['text'] as never)).rejects.toThrow('documents[0] is "text"');
    await expect(evaluateWindows(model, good, { warmUp: 0 } as never)).rejects.toThrow('did you mean warmup?');
    await expect(evaluateWindows(model, good, { warmup: -1 })).rejects.toThrow('warmup is -1');
    const task = parity({ length: 6, source: rng(1) });
    await expect(evaluateTask(model, task, { row: 3 } as never)).rejects.toThrow('did you mean rows?');
    await expect(evaluateTask(model, task, { rows: 0 })).rejects.toThrow('rows is 0');
    await expect(evaluateTask(model, task, { difficulties: 6 as never })).rejects.toThrow('difficulties is 6');
    await expect(evaluateTask(model, task, new Map([['rows', 3]]) as never)).rejects.toThrow('the options are a Map');
    const document = { name: 'a', bytes: Uint8Array.of(1, 2, 3) };
    for (const vocab_size of [64, 512]) {
      await expect(evaluateDocuments(await broken(vocab_size, []), [document])).rejects.toThrow(
        `evaluateDocuments: vocab_size is ${vocab_size} but text needs the 256 bytes`,
      );
    }
    await expect(evaluateDocuments(await broken(256, []), [])).rejects.toThrow('nothing is asked in any of the 0 rows');
  });
});

it('scores rows longer than one forward as if they were read in one', async () => {
  const model = hybrid(
    { ...config, vocab_size: 16, layers: ['gla', 'attention'], model_type: undefined, num_hidden_layers: undefined },
    { mixers: [gla, attention], init: initializer(1, 0.2) },
  );
  await model.to(onDevice);
  const data = rng(2).ints(2 * 2500, 16);
  const labels = rng(3).ints(2 * 2500, 16);
  const { nats } = await score(model, { inputs: data, labels, B: 2, T: 2500 });
  const loss = await model.evaluate({ data, shape: [2, 2500] }, { data: labels, shape: [2, 2500] });
  expect(nats.reduce((a, b) => a + b) / 5000).toBeCloseTo(loss, 5);
});
