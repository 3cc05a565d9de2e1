// How fast a model is trained on this machine, now: for a guess of how long a sweep will take.
import { windows } from '@twilljs/data';
import type { LanguageModel } from '@twilljs/hybrid';
import { rng } from '@twilljs/tensor';
import { Trainer } from '@twilljs/train';

/** Steps of the probe; the first one is not timed. */
const STEPS = 4;
const [BATCH, LENGTH] = [2, 512];

/** Floating-point operations per second in training a model where it lies. Its weights change. */
export async function trainingSpeed(model: LanguageModel): Promise<number> {
  const tokens = rng(0).ints(8 * LENGTH, model.config.model.vocab_size);
  const source = windows({ tokens, length: LENGTH, batch: BATCH, source: rng(0) });
  const times: number[] = [];
  using trainer = new Trainer(model, { steps: STEPS });
  for await (const _ of trainer.run(source)) times.push(performance.now());
  const seconds = (times[STEPS - 1] - times[0]) / 1000 / (STEPS - 1);
  return (3 * BATCH * LENGTH * model.flopsPerToken(LENGTH)) / seconds;
}
