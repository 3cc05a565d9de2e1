// Training steps of a model directory on one batch.
import { load } from '@twilljs/hub/node';
import { Trainer } from '@twilljs/train';
import { device, mixers } from 'twilljs';
import { serve } from '../lib/serve.ts';
import { batchIn, settings } from '../lib/training.ts';

export interface TrainJob {
  /** A directory with config.json and model.safetensors. */
  readonly model: string;
  /** A file with `{ B, T, ids }`. */
  readonly batch: string;
  /** Default: the best there is. */
  readonly device?: 'gpujs';
}

await serve(async ({ model: path, batch: file, device: name }: TrainJob) => {
  const on = await device(name && { name });
  const { model } = await load(path, { mixers, device: on });
  const trainer = new Trainer(model, { steps: 100_000, ...settings });
  const batch = batchIn(file);
  const tokens = batch.B * batch.T;
  return {
    hello: { label: on.label, flops: 3 * tokens * model.flopsPerToken(batch.T), parameters: model.arena.flat.shape[0] },
    async work({ steps }: { steps: number }) {
      const [ms, losses]: number[][] = [[], []];
      for (let n = 0; n < steps; n++) {
        const start = performance.now();
        losses.push((await trainer.train(batch)).loss);
        ms.push(performance.now() - start);
      }
      return { ms, losses };
    },
  };
});
