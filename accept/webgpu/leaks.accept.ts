// 2,000 training steps on WebGPU: what the device holds does not change by a byte from the third on, and all of it comes back.
import { cpu, lateReturns } from '@twilljs/tensor';
import { device, hybrid, initializer, mixers, rng, Trainer } from 'twilljs';
import { expect, it } from 'vitest';

const STEPS = 2000;
const [B, T] = [1, 16];
const config = {
  ...{ model_type: 'gated_deltanet', hidden_size: 8, num_heads: 1, head_dim: 8, expand_v: 1, intermediate_size: 16 },
  ...{ num_hidden_layers: 2, ratio: '1:1', vocab_size: 16 },
};

it('2,000 steps hold the same bytes and buffers, and all is given back', async () => {
  const on = await device({ name: 'webgpu' });
  const empty = on.report();
  const model = await hybrid(config, { mixers, init: initializer(1, 0.05) }).to(on);
  const late = lateReturns();
  const held = new Set<string>();
  {
    using trainer = new Trainer(model, { steps: STEPS, lr: 1e-3 });
    const random = rng(3);
    const ids = () => random.ints(B * T, config.vocab_size);
    for (let step = 0; step < STEPS; step++) {
      await trainer.train({ inputs: ids(), labels: ids(), B, T });
      const { bytes, buffers } = on.report();
      if (step >= 2) held.add(`${bytes} bytes in ${buffers} buffers`);
    }
  }
  console.log([...held].join('; '));
  expect([...held]).toHaveLength(1);
  await model.to(cpu());
  expect(on.report()).toEqual(empty);
  expect(lateReturns() - late).toBe(0);
});
