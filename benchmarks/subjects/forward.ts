// The forward of a model directory on one batch, up to the logits on the host.
import { load } from '@twilljs/hub/node';
import { device, mixers, scope } from 'twilljs';
import { serve } from '../lib/serve.ts';
import { batchIn } from '../lib/training.ts';
import type { TrainJob } from './train.ts';

/** The mean loss over the labels, of logits [B,T,vocabulary]. */
function lossOf(logits: ArrayLike<number>, labels: ArrayLike<number>): number {
  const vocabulary = logits.length / labels.length;
  let [sum, count] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] < 0) continue;
    let all = 0;
    for (let n = 0; n < vocabulary; n++) all += Math.exp(logits[i * vocabulary + n]);
    sum += Math.log(all) - logits[i * vocabulary + labels[i]];
    count++;
  }
  return sum / count;
}

await serve(async ({ model: path, batch: file }: TrainJob) => {
  const on = await device();
  const { model } = await load(path, { mixers, device: on });
  const { inputs, labels, B, T } = batchIn(file);
  const ids = { data: inputs, shape: [B, T] as const };
  return {
    hello: { label: on.label, flops: B * T * model.flopsPerToken(T) },
    async work({ steps }: { steps: number }) {
      const [ms, losses]: number[][] = [[], []];
      for (let n = 0; n < steps; n++) {
        const start = performance.now();
        const logits = scope(() => model.logits(ids));
        const values = await logits.data();
        logits.release();
        ms.push(performance.now() - start);
        losses.push(lossOf(values, labels));
      }
      return { ms, losses };
    },
  };
});
