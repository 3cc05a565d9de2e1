// The upper two of four layers are trained, by Muon: the gradient stops where nothing below is trained, so a step is shorter.
import { device, hybrid, initializer, mixers, mqar, muon, rng, Trainer } from 'twilljs';

const config = {
  model_type: 'delta_net',
  hidden_size: 32,
  num_heads: 2,
  num_hidden_layers: 4,
  intermediate_size: 64,
  vocab_size: 16,
};
const source = mqar({ length: 32, vocab: 16, pairs: 2, batch: 8, source: rng(1) });
const upper = [
  { match: '*', trainable: false },
  { match: 'model.layers.2.*', trainable: true },
  { match: 'model.layers.3.*', trainable: true },
];

async function train(groups: typeof upper) {
  const model = await hybrid(config, { mixers, init: initializer(1, 0.05) }).to(await device());
  // Matrices of blocks by Muon, what else is trained by AdamW, at one learning rate.
  using trainer = new Trainer(model, { steps: 60, lr: 0.01, optimizer: muon({ weightDecay: 0 }), groups });
  const losses: number[] = [];
  for await (const { loss } of trainer.run(source)) losses.push(loss);
  return { losses, ops: trainer.inspect().ops.length, state: await trainer.snapshot() };
}

const part = await train(upper);
const whole = await train([]);
console.log(part.losses[59] < part.losses[0], whole.losses[59] < part.losses[59]); // => true true
console.log(part.ops < 0.75 * whole.ops); // => true

// What each optimiser remembers, by the names of parameters.
const { m, momentum } = part.state;
console.log([...m.keys()].slice(0, 2)); // => ['model.layers.2.attn.q_conv1d.weight', 'model.layers.2.attn.k_conv1d.weight']
console.log([...momentum!.keys()].slice(0, 2)); // => ['model.layers.2.attn.q_proj.weight', 'model.layers.2.attn.k_proj.weight']
