// A process that opens a corpus and trains on it, and says what it took: the corpus, a tokenizer.json or `bytes`, an order, and steps.
import { readFileSync } from 'node:fs';
import { argv, memoryUsage, stdout } from 'node:process';
import { taskSettings, textTask } from '@twilljs/eval';
import { countParams, initializer } from '@twilljs/nn';
import { tokenizerFromJson } from '@twilljs/tokenizers';
import { Trainer } from '@twilljs/train';
import { device, hybrid, mixers } from 'twilljs';
import { corpusRecord, readCorpus } from 'twilljs/node';

/** What training on a corpus took. */
export interface Trained {
  /** What a record says of the corpus. */
  readonly record: object;
  /** Whether the text became tokens. */
  readonly tokenised: boolean;
  /** Seconds until the corpus was open, and from there until the first batch. */
  readonly open: number;
  readonly first: number;
  /** Bytes of memory: of the process before, at most, and what model and optimiser hold. */
  readonly idle: number;
  readonly peak: number;
  readonly kept: number;
  readonly losses: readonly number[];
}

/** The most that the process has held. */
const highest = (): number => 1024 * Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]);

const [path, name, order, steps] = argv.slice(2);
const on = await device({ name: 'wasm' });
const tokenizer = name === 'bytes' ? undefined : tokenizerFromJson(readFileSync(name, 'utf8'), { path: name });
const idle = memoryUsage.rss();
let tokenised = false;
let start = performance.now();
const corpus = await readCorpus(path, {
  tokenizer,
  onProgress: ({ doing }) => {
    tokenised ||= doing === 'tokenising';
  },
});
const open = (performance.now() - start) / 1000;
start = performance.now();
const settings = taskSettings(textTask as never, { length: 256, batch: 8, order } as never, 'accept') as never;
const batches = textTask.batches(settings, { seed: 1, steps: 10, text: corpus });
batches.batch(0);
const first = (performance.now() - start) / 1000;
const model = hybrid(
  {
    ...{ model_type: 'gated_deltanet', hidden_size: 48, num_hidden_layers: 2, num_heads: 2, head_dim: 24, expand_v: 1 },
    ...{ intermediate_size: 96, vocab_size: tokenizer?.vocabSize ?? 256 },
  },
  { mixers, init: initializer(1) },
);
await model.to(on);
const losses: number[] = [];
using trainer = new Trainer(model, { steps: Number(steps) });
for await (const { loss } of trainer.run(batches)) losses.push(loss);
const kept = 4 * 4 * countParams(model); // f32: weights, gradients and two moments
const told: Trained = { record: corpusRecord(corpus), tokenised, open, first, idle, peak: highest(), kept, losses };
stdout.write(JSON.stringify(told));
