// A tokenizer of one's own: trained, kept beside the model, read again with it.
import { device, generate, hybrid, mixers, rng, Trainer, tokenizerFromJson, trainBpe, windows } from 'twilljs';
import { load, save } from 'twilljs/node';

const text = 'Over three threads, under one; over three threads, under one. '.repeat(20);
const file = await trainBpe([text], { vocabSize: 300 }); // the text of a tokenizer.json, which Python reads too
const tokenizer = tokenizerFromJson(file);
const tokens = tokenizer.encode(text);
console.log(tokenizer.vocabSize <= 300, tokens.length < text.length / 4); // => true true
console.log(tokenizer.decode(tokens) === text); // => true

const config = {
  ...{ model_type: 'gated_deltanet', hidden_size: 48, num_heads: 2, head_dim: 24, expand_v: 1, num_hidden_layers: 4 },
  ...{ ratio: '3:1', intermediate_size: 128, vocab_size: tokenizer.vocabSize, initializer_range: 0.05 },
};
const model = await hybrid(config, { mixers }).to(await device());
const trainer = new Trainer(model, { steps: 60, lr: 1e-2 });
let nats = 0;
for await (const { loss } of trainer.run(windows({ tokens, length: 16, batch: 4, source: rng(0) }))) nats = loss;
const bytesPerToken = new TextEncoder().encode(text).length / tokens.length;
console.log(nats / Math.LN2 / bytesPerToken < 0.2); // => true

// A model directory as Hugging Face lays it out: weights, configuration and tokenizer.
await save('woven', model, { files: new Map([['tokenizer.json', new TextEncoder().encode(file)]]) });
const { model: loaded, tokenizer: read } = await load('woven', { mixers });

const stream = read!.decodeStream();
let said = '';
for await (const id of generate(loaded, read!.encode('over three'), { maxTokens: 8 })) said += stream.push(id);
console.log(said.startsWith(' threads, under one')); // => true
