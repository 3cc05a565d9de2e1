// Decoding: a cache goes on where a text ended. It can be forked, set back, and stored; texts of any lengths go together.
import { decodeText, encodeText, generate, hybrid, mixers, rng, sample, scope } from 'twilljs';

const config = {
  model_type: 'gated_deltanet',
  hidden_size: 16,
  num_heads: 2,
  head_dim: 8,
  num_hidden_layers: 2,
  ratio: '1:1',
  vocab_size: 256,
  intermediate_size: 32,
};
const model = await hybrid(config, { mixers }).to(); // to the best device here
const row = (text: string) => {
  const data = encodeText(text);
  return { data, shape: [1, data.length] as const };
};

// Read a prompt once; `next` gives the logits after its last byte.
const cache = model.cache(1);
const logits = scope(() => model.next(row('Call me '), cache));
console.log(logits.shape); // => [1, 256]
console.log(...cache.positions); // => 8

// Two continuations of one prompt: what one of them reads, the other never sees.
const other = cache.fork();
scope(() => model.next(row('Ishmael'), cache));
scope(() => model.next(row('Ahab'), other));
console.log([...cache.positions, ...other.positions]); // => [15, 12]

// Try, and go back to where it was.
const mark = other.snapshot();
scope(() => model.next(row(' of Nantucket'), other));
mark.restore();
console.log(...other.positions); // => 12

// Stored and brought back, it says the same.
const restored = model.restore(await other.serialize());
const [a, b] = [other, restored].map((c) => scope(() => model.next(row('.'), c)));
console.log((await a.data()).join() === (await b.data()).join()); // => true

// A byte drawn at temperature 0.8; the seed decides it.
const id = sample(await a.data(), rng(3), { temperature: 0.8 });
console.log(id === sample(await b.data(), rng(3), { temperature: 0.8 })); // => true
console.log(decodeText([id]).length); // => 1

// A talk of several turns: each prompt follows what the cache holds, and afterwards it holds the answer too.
const talk = model.cache(1);
for (const said of ['Who are you? ', ' And he? ']) {
  const answer: number[] = [];
  for await (const id of generate(model, encodeText(said), { maxTokens: 8, cache: talk })) answer.push(id);
  console.log(answer.length, talk.positions[0] > 20); // => 8 true
}

// Prompts of different lengths, continued together: the ids that each has alone.
const prompts = ['Call me ', 'The whale', 'A'].map(encodeText);
const together: (number | null)[][] = prompts.map(() => []);
for await (const ids of generate(model, prompts, { maxTokens: 5 })) {
  for (const [i, id] of ids.entries()) together[i].push(id);
}
const alone: number[] = [];
for await (const id of generate(model, prompts[2], { maxTokens: 5 })) alone.push(id);
console.log(alone.join() === together[2].join()); // => true
