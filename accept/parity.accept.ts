// Learns: running parity, trained on 24 tokens, asked for on 96; only with eigenvalues below 0 does it carry that far.
import { parity } from '@twilljs/data';
import { rng } from '@twilljs/tensor';
import { expect, it } from 'vitest';
import { accuracies, learn, median, report } from './learning.ts';

const training = { steps: 1200, lr: 2e-3, warmup: 100, weightDecay: 0.01 };
const config = {
  model_type: 'gated_deltanet',
  hidden_size: 64,
  num_hidden_layers: 1,
  num_heads: 2,
  head_dim: 32,
  expand_v: 1,
  intermediate_size: 128,
};

async function medianAt96(allow_neg_eigval: boolean): Promise<number> {
  const shared = parity({ source: rng(0) });
  const found: number[] = [];
  for (const seed of [1, 2, 3]) {
    const task = parity({ source: rng(seed).fork('data') });
    const model = await learn({ ...config, allow_neg_eigval }, task, training, seed);
    const accuracy = await accuracies(model, shared, [24, 96], 512);
    report(`allow_neg_eigval ${allow_neg_eigval}, seed ${seed}, 24 / 96 tokens`, accuracy);
    found.push(accuracy[1]);
  }
  return median(found);
}

it('with allow_neg_eigval: at least 0.90 at 96 tokens, median of three seeds', async () => {
  expect(await medianAt96(true)).toBeGreaterThanOrEqual(0.9);
});

it('without: at most 0.75', async () => {
  expect(await medianAt96(false)).toBeLessThanOrEqual(0.75);
});
