// What WebGPU runs of every model that has a name, planned on shapes alone: no op takes its definition, and few pipelines do for all of
// its training. No adapter is needed.
import { kernels as attention } from '@twilljs/attention/webgpu';
import { shapesOnly } from '@twilljs/nn';
import { kernels as nn } from '@twilljs/nn/webgpu';
import { kernels as scan } from '@twilljs/scan/webgpu';
import { meta, type Op, type Spec, scope } from '@twilljs/tensor';
import { planner } from '@twilljs/webgpu/testing';
import { afterEach, expect, it, vi } from 'vitest';
import { configOf, hybrid, mixers, modelSizes, otherModels, Trainer } from './index.ts';

const plan = planner([...nn, ...scan, ...attention]);
afterEach(() => vi.restoreAllMocks());

/** Pipelines of all that runs on the device of shapes from now on, and ops without a kernel. */
function watched(): { pipelines: Set<string>; missing: string[] } {
  const seen = { pipelines: new Set<string>(), missing: [] as string[] };
  vi.spyOn(meta(), 'find').mockImplementation((op: Op, ins: readonly (Spec | null)[], attrs: unknown) => {
    const launches = plan(op, ins, attrs);
    if (typeof launches === 'string') seen.missing.push(`${op.name}: ${launches}`);
    else {
      for (const { kernel, constants = {} } of launches) {
        seen.pipelines.add(`${kernel.module.name}/${kernel.name} ${JSON.stringify(constants)}`);
      }
    }
    return { scratch: 0, run() {} };
  });
  return seen;
}

const models = [
  ...Object.values(modelSizes).flatMap((size) =>
    Object.keys(size.mixers).flatMap((mixer) =>
      (mixer === 'attention' ? (['pure'] as const) : (['pure', size.name === 'recall' ? '2' : '3'] as const)).map(
        (ratio): [string, object] => [`${mixer} ${size.name} ${ratio}`, configOf(size, mixer, ratio)],
      ),
    ),
  ),
  ...Object.entries(otherModels),
];

it.each(models)('%s', async (_, config) => {
  const model = await hybrid(config, { mixers, init: shapesOnly() }).to(meta());
  const [B, T] = [4, 512];
  const ids = new Int32Array(B * T);
  const training = watched();
  const trainer = new Trainer(model, { steps: 1 });
  await expect(trainer.train({ inputs: ids, labels: ids, B, T })).rejects.toThrow('meta: its tensors have shapes');
  expect(training.missing).toEqual([]);
  expect(training.pipelines.size).toBeLessThanOrEqual(60);
  const decoding = watched();
  const cache = model.cache(1);
  scope(() => model.next([[1, 2, 3]], cache));
  scope(() => model.choose([[1]], cache));
  expect(decoding.missing).toEqual([]);
});
