// A run on disk: stopped in the middle, resumed, and equal bit by bit to one that was not.
import { readFileSync } from 'node:fs';
import { device, hybrid, mixers, parity, rng } from 'twilljs';
import { trainRun } from 'twilljs/node';

const config = {
  model_type: 'gated_deltanet',
  hidden_size: 16,
  num_heads: 1,
  head_dim: 16,
  num_hidden_layers: 1,
  vocab_size: 2,
  intermediate_size: 16,
  bos_token_id: null,
  eos_token_id: null,
  allow_neg_eigval: true,
};

async function run(directory: string, stopAfter = Number.POSITIVE_INFINITY) {
  const stop = new AbortController();
  return trainRun({
    directory,
    model: await hybrid(config, { mixers }).to(await device()),
    source: parity({ length: 8, batch: 4, source: rng(1) }),
    training: { steps: 20 },
    seed: 1,
    data: { task: 'parity', length: 8 },
    command: ['examples/09-runs.ts'],
    resume: true,
    signal: stop.signal,
    onStep: ({ step }) => {
      if (step === stopAfter) stop.abort();
    },
  });
}

console.log((await run('whole')).status); // => 'finished'
console.log((await run('cut', 7)).status); // => 'interrupted'
console.log((await run('cut')).from); // => 7
console.log((await run('cut')).status); // => 'complete'
const [whole, cut] = ['whole', 'cut'].map((name) => readFileSync(`${name}/model.safetensors`));
console.log(whole.equals(cut)); // => true
