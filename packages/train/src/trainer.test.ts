// The trainer on a small hybrid: micro-batches, the guard against NaN, decay groups, snapshots, memory.
import { attention } from '@twilljs/attention';
import { type Batches, mqar, type Task } from '@twilljs/data';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { hybrid, type LanguageModel } from '@twilljs/hybrid';
import { initializer, params } from '@twilljs/nn';
import { cpu, type Device, rng } from '@twilljs/tensor';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import type { TrainSettings } from './options.ts';
import { config } from './run.test-data.ts';
import type { StepRecord } from './step-record.ts';
import { Trainer } from './trainer.ts';

const model = (on: Device = cpu(), seed = 1): Promise<LanguageModel> =>
  hybrid(config, { mixers: [attention, gatedDeltanet], init: initializer(seed, 0.1) }).to(on);
const task = (): Task => mqar({ length: 16, vocab: 16, pairs: 4, batch: 4, source: rng(5) });

async function train(trainer: Trainer, source: Batches): Promise<StepRecord[]> {
  const records: StepRecord[] = [];
  for await (const record of trainer.run(source)) records.push(record);
  return records;
}

async function trained(settings: TrainSettings, source: Batches = task(), on?: Device): Promise<Float64Array> {
  const m = await model(on);
  using trainer = new Trainer(m, settings);
  await train(trainer, source);
  return Float64Array.from(await m.arena.flat.data());
}

const farthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i])));

describe('a step', () => {
  it('lowers the loss, and says what it did', async () => {
    using trainer = new Trainer(await model(), { steps: 30, lr: 1e-2, warmup: 2 });
    const records = await train(trainer, task());
    expect(records.map(({ step }) => step)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(records[0].lr).toBe(5e-3);
    expect(records.at(-1)!.tokens).toBe(30 * 4 * 16);
    expect(records.at(-1)!.loss).toBeLessThan(records[0].loss);
    expect(records.every(({ gradNorm, tokensPerSecond }) => gradNorm > 0 && tokensPerSecond > 0)).toBe(true);
  });

  it('is the same in micro-batches, up to rounding', async () => {
    const settings = { steps: 3, lr: 1e-2, warmup: 0 };
    const f64 = cpu({ float: 'f64' });
    const whole = await trained(settings, task(), f64);
    expect(farthest(whole, await trained({ ...settings, microBatches: 4 }, task(), f64))).toBeLessThan(1e-10);
    await expect(trained({ ...settings, microBatches: 3 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[OptionError: train: microBatches is 3 but the batch has 4 rows, which it does not divide; choose a divisor of 4.]`,
    );
  });

  it('gives the same bits for the same seed, and others for another', async () => {
    const settings = { steps: 2 };
    expect(await trained(settings)).toEqual(await trained(settings));
    const other = mqar({ length: 16, vocab: 16, pairs: 4, batch: 4, source: rng(6) });
    expect(await trained(settings)).not.toEqual(await trained(settings, other));
  });
});

describe('weight decay', () => {
  /** So large that the gradient moves nothing: what changes is decay alone. */
  const eps = 1e30;

  it.each(['matrices', 'all'] as const)('touches %s', async (decayed) => {
    const m = await model();
    using trainer = new Trainer(m, { steps: 1, lr: 0.5, warmup: 0, decay: 'constant', weightDecay: 0.2, decayed, eps });
    const before = new Map<string, number[]>();
    for (const [name, t] of params(m)) before.set(name, [...(await t.data())]);
    await train(trainer, task());
    for (const [name, t] of params(m)) {
      const factor = decayed === 'all' || t.shape.length > 1 ? 0.9 : 1;
      const expected = before.get(name)!.map((x) => x * factor);
      expect(farthest(await t.data(), expected), name).toBeLessThan(1e-6);
    }
  });
});

describe('a loss that is not finite', () => {
  /** Token 15 is poison: its embedding is infinite. */
  const poisoned = async () => {
    const m = await model();
    const table = params(m).get('model.embeddings.weight')!;
    const values = await table.data();
    values.fill(Number.POSITIVE_INFINITY, 15 * 8);
    m.device.write(table.buffer, values);
    return m;
  };
  const batchOf = (token: number) => ({
    inputs: new Int32Array(8).fill(token),
    labels: new Int32Array(8).fill(1),
    B: 2,
    T: 4,
  });
  const source = (tokens: number[]): Batches => ({ B: 2, T: 4, batch: (step) => batchOf(tokens[step]) });

  it('is skipped, counted and reported, and the run goes on', async () => {
    const m = await poisoned();
    using trainer = new Trainer(m, { steps: 4, maxSkips: 2, weightDecay: 0 });
    const rest = async () => (await m.arena.flat.data()).filter((x) => Number.isFinite(x));
    const before = await rest();
    const steps = trainer.run(source([15, 3, 15, 3]));
    const first = (await steps.next()).value as StepRecord;
    expect(first).toMatchObject({ step: 1, skipped: true });
    expect(first.loss).toBeNaN();
    expect(await rest()).toEqual(before);
    const records: StepRecord[] = [];
    for await (const record of steps) records.push(record);
    expect(records.map(({ skipped }) => skipped)).toEqual([false, true, false]);
    expect(records.every(({ lr }, i) => lr > (records[i + 1]?.lr ?? 0))).toBe(true);
    expect(trainer.skipped).toBe(2);
    expect((await trainer.snapshot()).counters).toEqual({
      step: 4,
      tokens: 32,
      updates: 2,
      skipped: 2,
      skippedInARow: 0,
    });
    expect(await rest()).not.toEqual(before);
  });

  it('ends the run when it stays', async () => {
    using trainer = new Trainer(await poisoned(), { steps: 9, maxSkips: 3, lr: 3e-3, minRatio: 0.1 });
    await expect(train(trainer, source([3, 15, 15, 15, 3, 3, 3, 3, 3]))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DivergenceError: train: 3 steps in a row had no finite loss and gradient, the last is step 4 with loss NaN and gradient norm NaN at a learning rate of 0.00188; lower lr or raise warmup.]`,
    );
  });
});

describe('a snapshot', () => {
  it('holds all that the next steps depend on', async () => {
    const settings = { steps: 8, lr: 1e-2 };
    const expected = await trained(settings);
    using first = new Trainer(await model(), settings);
    const steps = first.run(task());
    for (let i = 0; i < 5; i++) await steps.next();
    const snapshot = await first.snapshot();
    const m = await model(cpu(), 99);
    using second = new Trainer(m, settings);
    second.restore(snapshot);
    expect(second.step).toBe(5);
    expect(await train(second, task())).toHaveLength(3);
    expect(Float64Array.from(await m.arena.flat.data())).toEqual(expected);
  });

  it('of another model is refused', async () => {
    using one = new Trainer(await model(), { steps: 1 });
    const other = hybrid({ ...config, hidden_size: 4 }, { mixers: [attention, gatedDeltanet] });
    using two = new Trainer(await other.to(cpu()), { steps: 1 });
    const snapshot = await one.snapshot();
    expect(() => two.restore(snapshot, 'checkpoints/step-000001')).toThrow(/checkpoints\/step-000001.*\[16,8\]/);
  });
});

describe('memory', () => {
  it('does not grow from step to step, and all but the model is given back at the end', async () => {
    const base = await device({ name: 'wasm' });
    const live = new Set<unknown>();
    const counting: Device = {
      ...base,
      allocate(bytes) {
        const buffer = base.allocate(bytes);
        live.add(buffer);
        return buffer;
      },
      free(buffer) {
        expect(live.delete(buffer)).toBe(true);
      },
    };
    const m = await model(counting);
    const ofModel = live.size;
    const counts: number[] = [];
    {
      using trainer = new Trainer(m, { steps: 50, microBatches: 2 });
      for await (const _ of trainer.run(task())) counts.push(live.size);
      await trainer.snapshot();
      counts.push(live.size);
    }
    // The first two steps are run by the host, the third one makes the recording.
    expect(new Set(counts.slice(2)).size).toBe(1);
    expect(live.size).toBe(ofModel);
  });
});
