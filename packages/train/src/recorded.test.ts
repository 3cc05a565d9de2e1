// A step that is replayed is the step: the same bits as when the host runs every op, with poisoned memory.
import { kernels as attention } from '@twilljs/attention/wasm';
import { kernels as nn } from '@twilljs/nn/wasm';
import { kernels as scan } from '@twilljs/scan/wasm';
import { cpu, type Device } from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { describe, expect, it } from 'vitest';
import { muon } from './optimizers.ts';
import { batchOf, modelOn, models, type TrainedAs, trained } from './recorded.test-data.ts';
import { Trainer } from './trainer.ts';

const kernels = [...nn, ...scan, ...attention];
const recorded = await wasm({ kernels, poison: true });
const eager = await wasm({ kernels, poison: true, eager: true });

const names = Object.keys(models) as (keyof typeof models)[];
const cases: TrainedAs[] = names.map((model, i) => ({
  model,
  tied: i % 2 === 0,
  microBatches: i % 4 < 2 ? 1 : 2,
  steps: 12,
}));

describe('recorded and eager are the same, bit by bit', () => {
  it.each(cases)('$model, tied $tied, $microBatches parts', async (how) => {
    const expected = await trained(eager, how);
    expect(expected.counters).toEqual({ step: 12, tokens: 12 * 80 - 80, updates: 9, skipped: 3, skippedInARow: 0 });
    expect(await trained(recorded, how)).toEqual(expected);
  });

  const gates = [
    { match: '*', trainable: false },
    { match: '*gk_proj*', trainable: true, lr: 0.5 },
    { match: 'lm_head.*', trainable: true, weightDecay: 0.3 },
  ];
  it.each([
    { model: 'gla', groups: gates },
    { model: 'hybrid', optimizer: muon() },
    { model: 'gla', groups: gates, optimizer: muon({ nesterov: false, adjustLrFn: 'original' }), recompute: true },
  ] as const)('case %# of groups and optimisers', async (part) => {
    const how = { tied: false, microBatches: 2, steps: 12, ...part };
    const expected = await trained(eager, how);
    expect(expected.counters.updates).toBe(9);
    expect(await trained(recorded, how)).toEqual(expected);
  });

  it('on the reference', async () => {
    const how = { model: 'gla', tied: false, microBatches: 2, steps: 9 } as const;
    expect(await trained(cpu({ poison: true }), how)).toEqual(await trained(cpu({ eager: true }), how));
  });
});

describe('recompute', () => {
  it.each(['attention', 'hgrn', 'hybrid'] as const)('changes no bit of %s', async (model) => {
    const how = { model, tied: false, microBatches: 2, steps: 6 };
    const expected = await trained(eager, how);
    for (const device of [eager, recorded])
      expect(await trained(device, { ...how, recompute: true })).toEqual(expected);
  });

  it('needs less memory', async () => {
    const bytesOf = async (recompute: boolean) => {
      const device = await wasm({ kernels });
      using model = await modelOn(device, 'hybrid', false, 4);
      using trainer = new Trainer(model, { steps: 4, recompute });
      for (let step = 0; step < 4; step++) await trainer.train(batchOf(step, 32));
      return device.report().bytes;
    };
    expect(await bytesOf(true)).toBeLessThan(0.7 * (await bytesOf(false)));
  });
});

it('holds the same memory after any number of steps, and none when model, trainer and device are gone', async () => {
  const device: Device = await wasm({ kernels });
  const before = device.report();
  const held: unknown[] = [];
  {
    using model = await modelOn(device, 'gated-deltanet');
    using trainer = new Trainer(model, { steps: 100, microBatches: 2 });
    for (let step = 0; step < 100; step++) {
      await trainer.train(batchOf(step));
      if (step > 1) held.push([device.report().bytes, device.report().buffers]);
    }
  }
  expect(new Set(held.map(String)).size).toBe(1);
  expect([device.report().bytes, device.report().buffers]).toEqual([before.bytes, before.buffers]);
});
