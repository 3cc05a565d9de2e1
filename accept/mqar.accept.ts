// Learns: associative recall of 16 pairs by small models, with the settings and the seeds of the small study.
import { mqar } from '@twilljs/data';
import { rng } from '@twilljs/tensor';
import { sweepPresets } from '@twilljs/train';
import { describe, expect, it } from 'vitest';
import { accuracies, type Config, learn, report } from './learning.ts';

const { training, data, seeds } = sweepPresets.small.grids[0];
const { steps } = training;
const common = { hidden_size: 48, num_hidden_layers: 2, intermediate_size: 96 };
const softmax = { num_heads: 2 };
const half = { attn: { layers: [1], ...softmax } };
const deltanet = { ...common, model_type: 'delta_net', num_heads: 2 };
const gdn = { ...common, model_type: 'gated_deltanet', num_heads: 2, head_dim: 24, expand_v: 1 };

const cells: { name: string; config: Config; least: number }[] = [
  { name: 'Transformer', config: { ...common, model_type: 'transformer', ...softmax }, least: 0.98 },
  { name: 'DeltaNet', config: deltanet, least: 0.9 },
  { name: 'DeltaNet, one layer in two softmax', config: { ...deltanet, ...half }, least: 0.85 },
  { name: 'Gated DeltaNet, one layer in two softmax', config: { ...gdn, ...half }, least: 0.85 },
];

describe('multi-query associative recall, accuracy with 16 pairs', () => {
  it.each(cells)('$name: at least $least in every seed', async ({ name, config, least }) => {
    const shared = mqar({ source: rng(0) });
    const found: number[] = [];
    for (const seed of seeds) {
      const model = await learn(
        config,
        mqar({ steps, batch: data.batch, source: rng(seed).fork('data') }),
        training,
        seed,
      );
      const accuracy = await accuracies(model, shared, [4, 8, 16], 384);
      report(`${name}, seed ${seed}, 4 / 8 / 16 pairs`, accuracy);
      found.push(accuracy[2]);
    }
    report(`${name}, seeds ${seeds.join(' / ')}`, found);
    expect(Math.min(...found)).toBeGreaterThanOrEqual(least);
  });
});
