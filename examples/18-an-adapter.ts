// An adapter on one's own text: the model stays as it is; what is learned lies beside it in PEFT's files, then becomes part of the weights.
import { byteTokenizer, device, encodeText, generateText, hybrid, mixers, rng, Trainer, windows } from 'twilljs';
import { load, loadAdapter, loadRun, readRunRecord, save, trainRun } from 'twilljs/node';

const rows = (text: string) => windows({ tokens: encodeText(text.repeat(20)), length: 32, batch: 4, source: rng(1) });

// A base, which elsewhere is loaded from 'org/name'.
const config = {
  ...{ model_type: 'gated_deltanet', hidden_size: 48, num_heads: 2, head_dim: 24, expand_v: 1, num_hidden_layers: 2 },
  ...{ ratio: '1:1', intermediate_size: 128, vocab_size: 256, initializer_range: 0.05 },
};
const fresh = await hybrid(config, { mixers }).to(await device());
using trainer = new Trainer(fresh, { steps: 60, lr: 1e-2 });
let nats = 0;
for await (const { loss } of trainer.run(rows('Over three threads, under one; under three, over one. '))) nats = loss;
console.log(nats < 1); // => true
await save('base', fresh);

// Only the adapter is trained. Where the base is large, dtype: 'bf16' keeps it in half the bytes.
const losses: number[] = [];
await trainRun({
  directory: 'run',
  model: async () => (await load('base', { mixers })).model,
  adapter: { peft_type: 'LORA', r: 8, lora_alpha: 16, target_modules: 'all-linear' },
  init: { directory: 'base' },
  source: rows('Call me Ishmael. Some years ago, never mind how long, I had no money. '),
  training: { steps: 150, lr: 1e-2 },
  seed: 1,
  data: { text: 'the whale' },
  command: ['examples/18-an-adapter.ts'],
  onStep: ({ loss }) => losses.push(loss),
});
const { parameters } = readRunRecord('run');
console.log(parameters!.all, parameters!.trained); // => 99372 16160
console.log(losses[0] > 6, losses[149] < 1.5); // => true true

// Of the run: the base with its adapter. PEFT loads run/adapter, and so does any model here.
const { model, adapter } = await loadRun('run', { mixers, device: await device() });
const say = async (of: typeof model) =>
  (await generateText(of, byteTokenizer(), 'Call me ', { maxTokens: 24 }).result()).text;
const adapted = await say(model);
console.log(adapted); // => Ishmael. Some years ago,
const other = (await load('base', { mixers })).model;
await loadAdapter(other, 'run/adapter');
console.log((await say(other)) === adapted); // => true

await adapter!.merge();
await save('merged', model); // a model like any other
console.log((await say((await load('merged', { mixers })).model)) === adapted); // => true
