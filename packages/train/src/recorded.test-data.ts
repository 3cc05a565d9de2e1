// Trainings of small models with all that may happen in between, for tests that compare devices bit by bit.
import { attention } from '@twilljs/attention';
import type { Batch } from '@twilljs/data';
import { deltanet } from '@twilljs/deltanet';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { gla } from '@twilljs/gla';
import { hgrn } from '@twilljs/hgrn';
import { hgrn2 } from '@twilljs/hgrn2';
import { readWeights } from '@twilljs/hub';
import { hybrid, type LanguageModel } from '@twilljs/hybrid';
import { initializer, params } from '@twilljs/nn';
import { retnet } from '@twilljs/retnet';
import { type Device, rng } from '@twilljs/tensor';
import type { TrainSettings } from './options.ts';
import { Trainer } from './trainer.ts';

const mixers = [attention, deltanet, gatedDeltanet, gla, hgrn, hgrn2, retnet];
const [N, T] = [24, 20];

/** One model of each mixer, and a hybrid of two. */
export const models = {
  attention: { model_type: 'transformer', num_heads: 2 },
  deltanet: { model_type: 'delta_net', num_heads: 2 },
  'gated-deltanet': { model_type: 'gated_deltanet', num_heads: 2, head_dim: 8 },
  gla: { model_type: 'gla', num_heads: 2 },
  hgrn: { model_type: 'hgrn' },
  hgrn2: { model_type: 'hgrn2', expand_ratio: 8 },
  retnet: { model_type: 'retnet', num_heads: 2, use_l2warp: true },
  hybrid: { model_type: 'gla', num_heads: 2, attn: { layers: [1], num_heads: 2 } },
} as const;

export interface TrainedAs extends Pick<TrainSettings, 'optimizer' | 'groups'> {
  readonly model: keyof typeof models;
  readonly tied: boolean;
  readonly microBatches: number;
  readonly recompute?: boolean;
  readonly steps: number;
}

export const modelOn = (
  device: Device,
  name: keyof typeof models,
  tied = false,
  layers = 2,
): Promise<LanguageModel> => {
  const widths = { hidden_size: 16, num_hidden_layers: layers, intermediate_size: 24, vocab_size: N };
  const config = { ...widths, tie_word_embeddings: tied, ...models[name] };
  return hybrid(config, { mixers, init: initializer(7, 0.1) }).to(device);
};

/** Ids of a step, a third of the positions without a label; rows differ in how many they have. */
export function batchOf(step: number, B = 4): Batch {
  const random = rng(100 + step);
  const inputs = random.ints(B * T, N);
  return { inputs, labels: random.ints(B * T, N).map((id, i) => (i % 3 === 0 || i < 7 ? -100 : id)), B, T };
}

/** Steps whose loss is not finite: one, and two in a row. */
const isBad = (step: number) => step % 10 === 4 || step % 10 === 7 || step % 10 === 8;

/**
 * Trains with skipped steps, validation between, and batches of two sizes.
 *
 * @returns all that the host can see of it, without the clock.
 */
export async function trained(device: Device, { model: name, tied, steps, ...settings }: TrainedAs) {
  using model = await modelOn(device, name, tied);
  using trainer = new Trainer(model, { steps, lr: 1e-2, maxNorm: 0.5, ...settings });
  const [scale] = [...params(model).values()].filter(({ shape }) => shape.length === 1);
  const seen: unknown[] = [];
  for (let step = 0; step < steps; step++) {
    const before = await scale.data();
    if (isBad(step))
      device.write(
        scale.buffer,
        before.map(() => Number.NaN),
      );
    const { tokensPerSecond: _, ...record } = await trainer.train(batchOf(step, step % 6 === 5 ? 2 : 4));
    if (isBad(step)) device.write(scale.buffer, before);
    seen.push(record);
    if (step % 7 === 3) seen.push(await model.evaluate([Array.from({ length: T }, (_, i) => (i * step) % N)]));
  }
  return { seen, ...(await trainer.snapshot()), frozen: await readWeights(trainer.frozen) };
}
