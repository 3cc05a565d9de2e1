// Where a training step goes, kernel by kernel, on one thread.
import { kernels as attention } from '@twilljs/attention/wasm';
import { load } from '@twilljs/hub/node';
import { kernels as nn } from '@twilljs/nn/wasm';
import { kernels as scan } from '@twilljs/scan/wasm';
import { Trainer } from '@twilljs/train';
import { type WasmOptions, wasm } from '@twilljs/wasm';
import { mixers } from 'twilljs';
import { serve } from '../lib/serve.ts';
import { batchIn, settings } from '../lib/training.ts';
import type { TrainJob } from './train.ts';

/** Seconds of each kernel in a step, with how often it is launched. */
export interface Profile {
  readonly seconds: number;
  readonly kernels: readonly (readonly [kernel: string, launches: number, seconds: number])[];
}

await serve(async ({ model: path, batch: file }: TrainJob) => {
  /** Of the step that is recorded last, launch by launch. */
  let times: number[] = [];
  const walk: NonNullable<WasmOptions['walk']> = (functions, list, at, count, scratch) => {
    const own: number[] = [];
    for (let end = at + 4 * count; at < end; at += 4) {
      const start = performance.now();
      if (list[at + 1] > 0) functions[list[at]](0, list[at + 1], list[at + 2], scratch);
      own.push(performance.now() - start);
    }
    if (own.length >= times.length) times = own; // the step itself is by far the longest list
  };
  const device = await wasm({ kernels: [...nn, ...scan, ...attention], walk });
  const { model } = await load(path, { mixers, device });
  const trainer = new Trainer(model, { steps: 100_000, ...settings });
  const batch = batchIn(file);
  for (let n = 0; n < 5; n++) await trainer.train(batch);
  const names = trainer.inspect().ops.flatMap(({ launches }) => launches.map(({ kernel }) => kernel));
  return {
    hello: { label: device.label },
    async work(): Promise<Profile> {
      times = [];
      const start = performance.now();
      await trainer.train(batch);
      const seconds = (performance.now() - start) / 1000;
      const kernels = new Map<string, [number, number]>();
      for (const [i, name] of names.entries()) {
        const [launches, spent] = kernels.get(name) ?? [0, 0];
        kernels.set(name, [launches + 1, spent + times[i] / 1000]);
      }
      return { seconds, kernels: [...kernels].map(([name, [launches, spent]]) => [name, launches, spent]) };
    },
  };
});
