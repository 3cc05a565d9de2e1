// Learns: associative recall of 16 pairs by small models in 300 steps, three seeds each.
import { mqar } from '@twilljs/data';
import { rng } from '@twilljs/tensor';
import { describe, expect, it } from 'vitest';
import { accuracies, type Config, learn, report } from './learning.ts';

const steps = 300;
/**
 * The calibration that the line was measured with, and its seeds, not chosen by their results. With 50 steps of warm-up it is a
 * race: of seeds 1 to 16 the Transformer passes 0.98 in twelve, and seed 2 is not among them, so its line fails here. The preset
 * `small` warms up longer (docs/decisions/0005) and is held to the same bounds by study.accept.ts.
 */
const seeds = [1, 2, 3];
const training = { steps, lr: 6e-3, warmup: 50, minRatio: 0.05, weightDecay: 0.01, decayed: 'all' } as const;
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
      const model = await learn(config, mqar({ steps, source: rng(seed).fork('data') }), training, seed);
      const accuracy = await accuracies(model, shared, [4, 8, 16], 384);
      report(`${name}, seed ${seed}, 4 / 8 / 16 pairs`, accuracy);
      found.push(accuracy[2]);
    }
    report(`${name}, seeds ${seeds.join(' / ')}`, found);
    expect(Math.min(...found)).toBeGreaterThanOrEqual(least);
  });
});
