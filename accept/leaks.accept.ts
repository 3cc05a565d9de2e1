// 2,000 recorded steps of training and as many of decoding: what the device holds does not change by a byte, and all of it comes back.
import { cpu, keep, lateReturns, release, scope } from '@twilljs/tensor';
import { device, hybrid, initializer, mixers, rng, Trainer } from 'twilljs';
import { expect, it } from 'vitest';

const STEPS = 2000;
const [B, T] = [2, 24];
const sizes = { hidden_size: 16, num_hidden_layers: 3, intermediate_size: 32, vocab_size: 32, num_heads: 2 };
/** The window is shorter than what is decoded, so that keys and values have their final room. */
const window_size = 32;

const models = {
  transformer: { model_type: 'transformer', window_size },
  hybrid: { model_type: 'gated_deltanet', head_dim: 8, expand_v: 1, ratio: '2:1', attn: { num_heads: 2, window_size } },
  hgrn: { model_type: 'hgrn' },
};

it.each(Object.keys(models) as (keyof typeof models)[])('%s', { timeout: 600_000 }, async (name) => {
  const on = await device({ name: 'wasm' });
  const empty = on.report();
  const model = await hybrid({ ...sizes, ...models[name] }, { mixers, init: initializer(1, 0.05) }).to(on);
  const trainer = new Trainer(model, { steps: STEPS, lr: 1e-3, microBatches: 2 });
  const random = rng(3);
  const ids = () => random.ints(B * T, sizes.vocab_size);
  const late = lateReturns();
  const seen = { training: new Set<string>(), decoding: new Set<string>() };
  const note = (set: Set<string>) => {
    const { bytes, buffers } = on.report();
    set.add(`${bytes} bytes in ${buffers} buffers, ${lateReturns() - late} given back late`);
  };
  for (let step = 0; step < STEPS; step++) {
    await trainer.train({ inputs: ids(), labels: ids(), B, T });
    if (step > 3) note(seen.training);
  }
  expect([...seen.training]).toHaveLength(1);

  const cache = model.cache(1);
  for (let n = 0; n < STEPS; n++) {
    const logits = keep(scope(() => model.next([[n % sizes.vocab_size]], cache)));
    await logits.data();
    release(logits);
    if (n > window_size + 3) note(seen.decoding);
  }
  expect([...seen.decoding]).toHaveLength(1);

  cache[Symbol.dispose]();
  trainer[Symbol.dispose]();
  await model.to(cpu());
  expect(on.report()).toEqual(empty);
  model[Symbol.dispose]();
  on[Symbol.dispose]();
  expect(on.report()).toMatchObject({ bytes: 0, buffers: 0 });
});
