// Training by recordings: 50 steps of every mixer with all that may happen in between, and 2,000 steps in the same memory.
import { kernels as attention } from '@twilljs/attention/wasm';
import { kernels as nn } from '@twilljs/nn/wasm';
import { kernels as scan } from '@twilljs/scan/wasm';
import { lateReturns } from '@twilljs/tensor';
import { Trainer } from '@twilljs/train';
import { wasm } from '@twilljs/wasm';
import { describe, expect, it } from 'vitest';
import { batchOf, modelOn, models, trained } from '../packages/train/src/recorded.test-data.ts';

const kernels = [...nn, ...scan, ...attention];
const names = Object.keys(models) as (keyof typeof models)[];

describe.each(['plain', 'relaxed', 'wide'] as const)(
  'recorded and eager are the same, bit by bit, %s',
  async (tier) => {
    const recorded = await wasm({ kernels, tier, poison: true });
    const eager = await wasm({ kernels, tier, poison: true, eager: true });
    const cases = names.flatMap((model) =>
      [false, true].flatMap((tied) => [1, 2].map((microBatches) => ({ model, tied, microBatches, steps: 50 }))),
    );

    it.each(cases)('$model, tied $tied, $microBatches parts', async (how) => {
      const expected = await trained(eager, how);
      expect(expected.counters).toMatchObject({ step: 50, updates: 35, skipped: 15 });
      expect(await trained(recorded, how)).toEqual(expected);
      expect(await trained(recorded, { ...how, recompute: true })).toEqual(expected);
    });
  },
);

it('2,000 steps hold the same bytes and buffers, and all is given back', async () => {
  const device = await wasm({ kernels });
  const held = new Set<string>();
  {
    using model = await modelOn(device, 'hybrid');
    using trainer = new Trainer(model, { steps: 2000, microBatches: 2 });
    for (let step = 0; step < 2000; step++) {
      await trainer.train(batchOf(step));
      const { bytes, buffers } = device.report();
      if (step >= 2) held.add(`${bytes} bytes in ${buffers} buffers`);
    }
  }
  expect([...held]).toHaveLength(1);
  expect(device.report()).toMatchObject({ bytes: 0, buffers: 0 });
  expect(lateReturns()).toBe(0);
});
