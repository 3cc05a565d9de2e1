// Length extrapolation: trained on 24 bits, asked for the parity of 192. A delta rule whose eigenvalues reach below 0 goes on; one without does not.
import { device, evaluateTask, hybrid, initializer, mixers, parity, rng, Trainer } from 'twilljs';

const on = await device();
const task = parity({ length: 24, batch: 64, source: rng(1) });

/** Accuracy at 1 and 8 times the length of training. */
async function trained(allow_neg_eigval: boolean): Promise<number[]> {
  const config = {
    ...{ model_type: 'delta_net', hidden_size: 32, num_heads: 2, num_hidden_layers: 1, intermediate_size: 64 },
    ...{ vocab_size: 2, use_short_conv: false, allow_neg_eigval, initializer_range: 0.05 },
  };
  using model = hybrid(config, { mixers, init: initializer(1, config.initializer_range) });
  await model.to(on);
  using trainer = new Trainer(model, { steps: 150, lr: 1e-2, warmup: 50 });
  for await (const _ of trainer.run(task));
  const found = await evaluateTask(model, task, { difficulties: [24, 192], rows: 64 });
  return found.map(({ accuracy }) => accuracy.mean);
}

// A bit that is 1 turns the sign of the state: the factor 1 - beta has to be -1, and beta reaches 2.
const [short, long] = await trained(true);
console.log([short > 0.99, long > 0.99]); // => [true, true]

// With beta below 1 what is learned ends with the rows that were trained on.
const [, without] = await trained(false);
console.log(without < 0.6); // => true
