// A language model of bytes: learn a text, write on from a few words.
import { decodeText, device, encodeText, generate, hybrid, mixers, rng, Trainer, windows } from 'twilljs';

const text = encodeText('Over three threads, under one; over three threads, under one. '.repeat(20));
const config = {
  model_type: 'gated_deltanet',
  hidden_size: 48,
  num_heads: 2,
  head_dim: 24,
  expand_v: 1,
  num_hidden_layers: 4,
  ratio: '3:1',
  intermediate_size: 128,
  vocab_size: 256,
  initializer_range: 0.05,
};
const model = await hybrid(config, { mixers }).to(await device());

const trainer = new Trainer(model, { steps: 80, lr: 1e-2 });
const source = windows({ tokens: text, length: 64, batch: 4, source: rng(0) });
let bits = 8;
for await (const { loss } of trainer.run(source)) bits = loss / Math.LN2;
console.log(bits < 0.2); // => true

const ids: number[] = [];
for await (const id of generate(model, encodeText('over three '), { maxTokens: 18 })) ids.push(id);
console.log(decodeText(ids)); // => 'threads, under one'
