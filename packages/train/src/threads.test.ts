// Threads change no bit: losses and parameters after fifty steps, of models of every mixer.
import { kernels as attention } from '@twilljs/attention/wasm';
import { kernels as nn } from '@twilljs/nn/wasm';
import { kernels as scan } from '@twilljs/scan/wasm';
import { type WasmDevice, wasm } from '@twilljs/wasm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { models, trained } from './recorded.test-data.ts';

const kernels = [...nn, ...scan, ...attention];
const open = (threads: number) => wasm({ kernels, threads });
let alone: WasmDevice;
let several: WasmDevice[];

beforeAll(async () => {
  [alone, ...several] = await Promise.all([1, 2, 3, 4].map(open));
});

afterAll(() => {
  for (const device of [alone, ...several]) device[Symbol.dispose]();
});

it.each(Object.keys(models) as (keyof typeof models)[])('%s', async (model) => {
  const how = { model, tied: false, microBatches: 1, steps: 50 };
  const expected = await trained(alone, how);
  for (const device of several) {
    expect(await trained(device, how)).toEqual(expected);
  }
});

it('all of them took part', () => {
  for (const device of several) {
    for (const pieces of device.pieces()) expect(pieces).toBeGreaterThan(0);
  }
});
