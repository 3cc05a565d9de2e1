// Only the gates of a model are trained: every other parameter keeps its bits, and has neither gradient nor moments.
import { device, hybrid, initializer, mixers, mqar, params, rng, Trainer } from 'twilljs';

const config = {
  model_type: 'gated_deltanet',
  hidden_size: 32,
  num_heads: 1,
  head_dim: 32,
  expand_v: 1,
  num_hidden_layers: 2,
  intermediate_size: 64,
  vocab_size: 16,
};
const model = await hybrid(config, { mixers, init: initializer(1, 0.05) }).to(await device());
const before = await Promise.all(model.arena.tensors.map((t) => t.data()));

// Patterns of whole names. The last group that matches and says something of it decides.
const groups = [
  { match: '*', trainable: false },
  { match: '*.attn.a_proj.*', trainable: true }, // how much is forgotten
  { match: '*.attn.b_proj.*', trainable: true }, // how much is written
  { match: '*.attn.g_proj.*', trainable: true, lr: 0.5 }, // what is let out
];
const source = mqar({ length: 32, vocab: 16, pairs: 2, batch: 8, source: rng(1) });
using trainer = new Trainer(model, { steps: 20, lr: 0.02, groups });
for await (const _ of trainer.run(source));

const after = await Promise.all(model.arena.tensors.map((t) => t.data()));
const moved = model.arena.names.filter((_, i) => after[i].some((x, j) => x !== before[i][j]));
console.log(moved.slice(0, 3)); // => ['model.layers.0.attn.a_proj.weight', 'model.layers.0.attn.b_proj.weight', 'model.layers.0.attn.g_proj.weight']
console.log(trainer.frozen.size + moved.length === params(model).size); // => true

// A snapshot is of what the steps change.
const { parameters, m } = await trainer.snapshot();
console.log(parameters.size === moved.length, m.size === moved.length); // => true true
