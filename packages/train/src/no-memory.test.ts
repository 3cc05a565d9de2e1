// A step for which a device has no memory: nothing of it happens, nothing of it stays, and the next one goes on.
import { kernels as attention } from '@twilljs/attention/wasm';
import { kernels as nn } from '@twilljs/nn/wasm';
import { kernels as scan } from '@twilljs/scan/wasm';
import { type Device, DeviceError } from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { expect, it } from 'vitest';
import { batchOf, modelOn } from './recorded.test-data.ts';
import { Trainer } from './trainer.ts';

/** The device, whose memory is out after so many more allocations, until `allowed` is set again. */
class Narrow {
  allowed = Number.POSITIVE_INFINITY;
  readonly device: Device;

  constructor(base: Device) {
    const allocate = (bytes: number) => {
      if (this.allowed-- <= 0) throw new DeviceError('narrow: no memory.');
      return base.allocate(bytes);
    };
    this.device = Object.create(base, { allocate: { value: allocate } });
  }
}

const STEPS = 6;

/** Trains by batches of 4 rows; before step `failing` comes a batch of `rows` for which there is no memory. */
async function weightsAfter(failing: number, rows: number, allowed: number) {
  const base = await wasm({ kernels: [...nn, ...scan, ...attention] });
  const narrow = new Narrow(base);
  let isRefused = false;
  let weights: unknown;
  {
    using model = await modelOn(narrow.device, 'gla');
    using trainer = new Trainer(model, { steps: STEPS, lr: 1e-2 });
    for (let step = 0; step < STEPS; step++) {
      if (step === failing) {
        narrow.allowed = allowed;
        await expect(trainer.train(batchOf(step, rows))).rejects.toThrow(DeviceError);
        narrow.allowed = Number.POSITIVE_INFINITY;
        isRefused = true;
      }
      await trainer.train(batchOf(step));
    }
    weights = await model.arena.flat.data();
  }
  expect(base.report().buffers).toBe(0);
  return { weights, isRefused };
}

// A replay of the size of before allocates nothing.
const cases = [
  [0, 4],
  [0, 2],
  [1, 4],
  [1, 2],
  [3, 2],
] as const;

it.each(cases)('before step %i, of %i rows, at some of its allocations', async (failing, rows) => {
  const { weights: expected, isRefused } = await weightsAfter(-1, 4, 0);
  expect(isRefused).toBe(false);
  for (const allowed of [0, 1, 2, 20]) {
    expect((await weightsAfter(failing, rows, allowed)).weights).toEqual(expected);
  }
});

it('a trainer for whose moments or gradient there is none keeps nothing', async () => {
  const base = await wasm({ kernels: [...nn, ...scan, ...attention] });
  const narrow = new Narrow(base);
  using model = await modelOn(narrow.device, 'gla');
  const { buffers } = base.report();
  let refused = 0;
  for (let allowed = 0; ; allowed++) {
    narrow.allowed = allowed;
    try {
      new Trainer(model, { steps: 1 })[Symbol.dispose]();
      break;
    } catch (error) {
      expect(error).toBeInstanceOf(DeviceError);
      refused++;
    }
    expect(base.report().buffers).toBe(buffers);
  }
  expect(refused).toBeGreaterThan(4);
  expect(base.report().buffers).toBe(buffers);
});
