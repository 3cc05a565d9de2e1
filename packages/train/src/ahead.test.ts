// A device that works one step ahead: records come later, and are the same; whoever looks at the parameters waits.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Batches, mqar } from '@twilljs/data';
import { params } from '@twilljs/nn';
import { type Device, rng } from '@twilljs/tensor';
import { device } from 'twilljs';
import { afterAll, describe, expect, it } from 'vitest';
import { DivergenceError } from './errors.ts';
import { readMetrics } from './read-metrics.ts';
import { batchOf, modelOn } from './recorded.test-data.ts';
import { runIn, stopAfter } from './run.test-data.ts';
import type { StepRecord } from './step-record.ts';
import { Trainer, type TrainerRunOptions } from './trainer.ts';

/** The device, which claims that steps may be queued. */
async function deviceWith(stepsAhead: 0 | 1): Promise<Device> {
  const base = await device({ name: 'wasm' });
  return Object.create(base, { limits: { value: { ...base.limits, stepsAhead } } });
}
const [plain, ahead] = await Promise.all([deviceWith(0), deviceWith(1)]);

const source: Batches = { B: 4, T: 20, batch: batchOf };
const settings = { steps: 12, lr: 1e-2, maxSkips: 3 };
const trainerOn = async (on: Device, more = {}) =>
  new Trainer(await modelOn(on, 'gated-deltanet'), { ...settings, ...more });
const weightsOf = async (trainer: Trainer) => [...(await trainer.model.arena.flat.data())];
/** What does not depend on the clock or on how far the device is. */
const factsOf = ({ tokensPerSecond: _, parametersAt: __, ...facts }: StepRecord) => facts;

async function all(trainer: Trainer, from = source, options: TrainerRunOptions = {}): Promise<StepRecord[]> {
  const records: StepRecord[] = [];
  for await (const record of trainer.run(from, options)) records.push(record);
  return records;
}

/** The same batches, of which some lead to no finite loss: id 23 has no finite embedding. */
async function poisonedOn(on: Device, bad: readonly number[], more = {}) {
  const trainer = await trainerOn(on, more);
  const table = params(trainer.model).get('model.embeddings.weight')!;
  on.write(table.buffer, (await table.data()).fill(Number.POSITIVE_INFINITY, 23 * 16));
  const batch = (step: number) => {
    const { inputs, ...rest } = batchOf(step);
    return { ...rest, inputs: inputs.map((id) => (bad.includes(step) ? 23 : id % 23)) };
  };
  return { trainer, source: { ...source, batch } };
}

it('gives the same records and leaves the same parameters', async () => {
  const [one, two] = [await trainerOn(plain), await trainerOn(ahead)];
  const [expected, got] = [await all(one), await all(two)];
  expect(got.map(factsOf)).toEqual(expected.map(factsOf));
  expect(expected.map(({ parametersAt }) => parametersAt)).toEqual(expected.map(({ step }) => step));
  expect(got.map(({ parametersAt }) => parametersAt)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 12]);
  expect(await weightsOf(two)).toEqual(await weightsOf(one));
});

it('waits where something is measured, and where it is asked to', async () => {
  const measure = async (model: Trainer['model']) => ({ loss: await model.evaluate([[1, 2, 3, 4]]) });
  const options = { validation: { every: 5, measure }, exactAt: (step: number) => step === 8 };
  const [one, two] = [await trainerOn(plain), await trainerOn(ahead)];
  const [expected, got] = [await all(one, source, options), await all(two, source, options)];
  expect(got.map(factsOf)).toEqual(expected.map(factsOf));
  const exact = got.filter(({ step, parametersAt }) => step === parametersAt);
  expect(exact.map(({ step }) => step)).toEqual([5, 8, 10, 12]);
});

it('a snapshot in the loop is of what the device has done, and goes on to the same bits', async () => {
  const whole = await trainerOn(plain);
  await all(whole);
  const [two, three] = [await trainerOn(ahead), await trainerOn(ahead)];
  for await (const { step, parametersAt } of two.run(source)) {
    if (step !== 5) continue;
    const snapshot = await two.snapshot();
    expect([parametersAt, snapshot.counters.step, snapshot.counters.updates]).toEqual([6, 6, 6]);
    three.restore(snapshot);
  }
  expect((await all(three)).map(({ step }) => step)).toEqual([7, 8, 9, 10, 11, 12]);
  for (const trainer of [two, three]) expect(await weightsOf(trainer)).toEqual(await weightsOf(whole));
});

it('what a loop left comes first in the next one, and before a single step', async () => {
  const [one, two] = [await trainerOn(plain), await trainerOn(ahead)];
  const expected = await all(one);
  const got: StepRecord[] = [];
  for await (const record of two.run(source)) {
    got.push(record);
    if (record.step === 3) break;
  }
  expect(two.step).toBe(4);
  got.push(...(await all(two)));
  expect(got.map(factsOf)).toEqual(expected.map(factsOf));
  const three = await trainerOn(ahead);
  for await (const { step } of three.run(source)) if (step === 3) break;
  expect((await three.train(batchOf(4))).step).toBe(5);
  expect((await all(three)).map(({ step }) => step)).toEqual([4, 6, 7, 8, 9, 10, 11, 12]);
});

describe('steps that are not finite', () => {
  it('are skipped, also two in a row, and counted', async () => {
    const bad = [1, 4, 5, 9, 10];
    const outcomes = [];
    for (const on of [plain, ahead]) {
      const { trainer, source } = await poisonedOn(on, bad);
      const records = await all(trainer, source);
      const { counters, m, v } = await trainer.snapshot();
      outcomes.push({ records: records.map(factsOf), counters, m, v, weights: await weightsOf(trainer) });
    }
    expect(outcomes[1]).toEqual(outcomes[0]);
    expect(outcomes[0].counters).toMatchObject({ step: 12, updates: 7, skipped: 5, skippedInARow: 0 });
  });

  it('end the run at the same step with the same words, when the device is done', async () => {
    const ends = [];
    for (const on of [plain, ahead]) {
      const { trainer, source } = await poisonedOn(on, [4, 5, 6]);
      const error = await all(trainer, source).catch((reason: Error) => reason);
      expect(error).toBeInstanceOf(DivergenceError);
      const { message, record } = error as DivergenceError;
      ends.push({ message, record: factsOf(record), ahead: record.parametersAt - record.step, step: trainer.step });
    }
    expect(ends[1]).toEqual({ ...ends[0], ahead: 1, step: 8 });
    expect(ends[0]).toMatchObject({ ahead: 0, step: 7 });
  });
});

it('a batch that cannot be is told of after the steps before it', async () => {
  const trainer = await trainerOn(ahead);
  const batch = (step: number) => (step === 3 ? { ...batchOf(3), T: 19 } : batchOf(step));
  const seen: number[] = [];
  const run = async () => {
    for await (const { step } of trainer.run({ ...source, batch })) seen.push(step);
  };
  await expect(run()).rejects.toThrow(/B x T is 4 x 19/);
  expect([seen, trainer.step]).toEqual([[1, 2, 3], 3]);
});

describe('a run on disk', () => {
  const home = mkdtempSync(join(tmpdir(), 'twill-ahead-'));
  afterAll(() => rmSync(home, { recursive: true }));
  const task = mqar({ length: 16, vocab: 24, pairs: 4, batch: 4, source: rng(1) });

  it('has the same files, interrupted or not', async () => {
    const run = async (name: string, on: Device, more = {}) =>
      runIn(join(home, name), { model: await modelOn(on, 'gla'), source: task, checkpoints: { every: 4 }, ...more });
    await run('plain', plain);
    await run('ahead', ahead);
    const cut = await run('cut', ahead, stopAfter(9));
    expect(cut).toMatchObject({ status: 'interrupted', step: 10 });
    expect(readdirSync(join(home, 'cut/checkpoints'))).toEqual(['step-000008', 'step-000010']);
    await run('cut', ahead, { resume: true });
    const [expected, ...others] = ['plain', 'ahead', 'cut'].map((name) => ({
      weights: readFileSync(join(home, name, 'model.safetensors')),
      checkpoints: readdirSync(join(home, name, 'checkpoints')),
      losses: readMetrics(join(home, name)).losses,
      keys: readFileSync(join(home, name, 'metrics.jsonl'), 'utf8')
        .split('\n')[0]
        .replace(/[\d.e-]+/g, 'n'),
    }));
    expect(expected.checkpoints).toEqual(['step-000024', 'step-000025']);
    for (const other of others) expect(other).toEqual(expected);
  });
});
