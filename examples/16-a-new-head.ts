// A loaded model gets a new head for other ids, which is trained alone at first, then with the rest at a tenth of its rate.
import {
  adamw,
  device,
  hybrid,
  initializer,
  matchWeights,
  mixers,
  type ParameterGroup,
  params,
  parity,
  readWeights,
  rng,
  Trainer,
  writeWeights,
} from 'twilljs';
import { load, save } from 'twilljs/node';

const config = {
  model_type: 'gated_deltanet',
  hidden_size: 16,
  num_heads: 1,
  head_dim: 16,
  expand_v: 1,
  num_hidden_layers: 2,
  intermediate_size: 32,
  vocab_size: 8,
  allow_neg_eigval: true,
};
await save('loaded', await hybrid(config, { mixers, init: initializer(1, 0.05) }).to(await device()));

// The body is that of the file; head and embeddings, of another vocabulary, are fresh.
const { model: loaded } = await load('loaded', { mixers, device: await device() });
const model = await hybrid({ ...config, vocab_size: 2 }, { mixers, init: initializer(2, 0.05) }).to(await device());
const isBody = (name: string) => name.startsWith('model.layers.') || name.startsWith('model.norm.');
const bodyOf = (of: typeof model) => new Map([...params(of)].filter(([name]) => isBody(name)));
writeWeights(bodyOf(model), matchWeights(bodyOf(model), await readWeights(bodyOf(loaded)), 'loaded'));

const source = parity({ length: 8, batch: 8, source: rng(1) });
async function train(groups: readonly ParameterGroup[]) {
  using trainer = new Trainer(model, { steps: 30, lr: 0.02, optimizer: adamw({ weightDecay: 0.01 }), groups });
  const losses: number[] = [];
  for await (const { loss } of trainer.run(source)) losses.push(loss);
  return losses;
}
const body = [...(await readWeights(bodyOf(model)))];
const head = await train([
  { match: 'model.layers.*', trainable: false },
  { match: 'model.norm.*', trainable: false },
]);
const still = await readWeights(bodyOf(model));
console.log(body.every(([name, { bytes }]) => Buffer.compare(bytes, still.get(name)!.bytes) === 0)); // => true

const all = await train([{ match: 'model.layers.*', lr: 0.1 }]);
console.log(head.length + all.length, all[29] < head[0]); // => 60 true
