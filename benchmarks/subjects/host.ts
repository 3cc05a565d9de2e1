// A training step as recorded or eager: what the host adds to the kernels, and the memory.
import { kernels as attention } from '@twilljs/attention/wasm';
import { load } from '@twilljs/hub/node';
import { kernels as nn } from '@twilljs/nn/wasm';
import { kernels as scan } from '@twilljs/scan/wasm';
import { Trainer } from '@twilljs/train';
import { type WasmOptions, wasm } from '@twilljs/wasm';
import { mixers } from 'twilljs';
import { serve } from '../lib/serve.ts';
import { batchIn, settings } from '../lib/training.ts';

export interface HostJob {
  readonly model: string;
  readonly batch: string;
  readonly eager: boolean;
}

export interface Hosted {
  /** Of the whole step, and outside of kernels. */
  readonly seconds: number;
  readonly host: number;
  readonly launches: number;
  /** Bytes: of the recording's workspace, and the most that tensors held. */
  readonly workspace: number;
  readonly most: number;
}

await serve(async ({ model: path, batch: file, eager }: HostJob) => {
  let [kernelSeconds, most] = [0, 0];
  const walk: NonNullable<WasmOptions['walk']> = (functions, list, at, count, scratch) => {
    most = Math.max(most, device.bytesInUse);
    const start = performance.now();
    for (let end = at + 4 * count; at < end; at += 4) {
      if (list[at + 1] > 0) functions[list[at]](0, list[at + 1], list[at + 2], scratch);
    }
    kernelSeconds += (performance.now() - start) / 1000;
  };
  const device = await wasm({ kernels: [...nn, ...scan, ...attention], eager, walk });
  const { model } = await load(path, { mixers, device });
  const trainer = new Trainer(model, { steps: 100_000, ...settings });
  const batch = batchIn(file);
  const step = async () => {
    kernelSeconds = 0;
    const start = performance.now();
    await trainer.train(batch);
    const seconds = (performance.now() - start) / 1000;
    return { seconds, host: seconds - kernelSeconds };
  };
  for (let n = 0; n < 4; n++) await step();
  most = 0;
  return {
    hello: {},
    async work() {
      await step();
      const taken = await step();
      const { launches, workspaceBytes } = eager ? { launches: 0, workspaceBytes: 0 } : trainer.inspect();
      return { ...taken, launches, workspace: workspaceBytes, most };
    },
  };
});
