// Learns: the hybrid thesis. A layer that sees 8 tokens, then one softmax layer, recalls; two layers of 8 tokens do not.
import { uniformMqar } from '@twilljs/data';
import { rng } from '@twilljs/tensor';
import { expect, it } from 'vitest';
import { accuracies, learn, median, report } from './learning.ts';

const training = { steps: 600, lr: 2e-3, warmup: 100, weightDecay: 0.01 };
const common = { hidden_size: 64, num_hidden_layers: 2, intermediate_size: 128 };
const heads = { num_heads: 2 };
const local = { ...heads, window_size: 8 };

async function medianOf(name: string, attn: object[]): Promise<number> {
  const shared = uniformMqar({ source: rng(0) });
  const found: number[] = [];
  for (const seed of [1, 2, 3]) {
    // Both layers are named in attn, so the linear mixer that model_type names stands nowhere.
    const config = { ...common, model_type: 'gated_deltanet', num_heads: 2, head_dim: 32, attn };
    const model = await learn(config, uniformMqar({ source: rng(seed).fork('data') }), training, seed);
    found.push(...(await accuracies(model, shared, [8], 512)));
  }
  report(`${name}, seeds 1 / 2 / 3`, found);
  return median(found);
}

it('window 8, then softmax: at least 0.99 in 600 steps, median of three seeds', async () => {
  const accuracy = await medianOf('window 8 -> softmax', [
    { layers: [0], ...local },
    { layers: [1], ...heads },
  ]);
  expect(accuracy).toBeGreaterThanOrEqual(0.99);
});

it('window 8 twice: at most 0.6', async () => {
  expect(await medianOf('window 8 x 2', [{ layers: [0, 1], ...local }])).toBeLessThanOrEqual(0.6);
});
