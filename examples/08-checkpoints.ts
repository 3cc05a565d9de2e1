// Model directories as FLA and Hugging Face lay them out: saved and loaded with no key map.
import { readdirSync } from 'node:fs';
import { cpu, device, hybrid, initializer, mixers, params, scope } from 'twilljs';
import { load, save } from 'twilljs/node';

const config = {
  model_type: 'delta_net',
  hidden_size: 16,
  num_heads: 2,
  num_hidden_layers: 2,
  pattern: 'GA',
  vocab_size: 64,
  intermediate_size: 32,
};
const model = await hybrid(config, { mixers, init: initializer(7) }).to(cpu());
console.log([...params(model).keys()].slice(0, 3)); // => ['model.embeddings.weight', 'model.layers.0.attn_norm.weight', 'model.layers.0.attn.q_proj.weight']

await save('small', model);
console.log(readdirSync('small').sort()); // => ['config.json', 'model.safetensors']

// On any device; what was ignored or rearranged in the files is in `notes`.
const { model: loaded, notes } = await load('small', { mixers, device: await device() });
console.log(notes.length); // => 0
const ids = [[1, 2, 3, 4]];
const [ours, theirs] = await Promise.all([model, loaded].map((m) => scope(() => m.forward(ids)).data()));
console.log(ours.every((x, i) => Math.abs(x - theirs[i]) < 1e-5)); // => true
