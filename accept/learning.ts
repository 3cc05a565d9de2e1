// What the learning tests share: training one small model on one task, on the default device.
import type { Task } from '@twilljs/data';
import { evaluateTask } from '@twilljs/eval';
import { hybrid, type LanguageModel } from '@twilljs/hybrid';
import { initializer } from '@twilljs/nn';
import { Trainer, type TrainSettings } from '@twilljs/train';
import { device, mixers } from 'twilljs';

/** Every matrix, convolution and embedding N(0, 0.05^2): 0.02 is too small for models and runs of this size. */
const RANGE = 0.05;

export type Config = Readonly<Record<string, unknown>>;

const onDevice = device();

/** Trains a model of the configuration from a seed. */
export async function learn(config: Config, task: Task, settings: TrainSettings, seed: number): Promise<LanguageModel> {
  const fields = {
    initializer_range: RANGE,
    vocab_size: task.vocab,
    bos_token_id: null,
    eos_token_id: null,
    ...config,
  };
  const model = await hybrid(fields, { mixers, init: initializer(seed, RANGE) }).to(await onDevice);
  using trainer = new Trainer(model, settings);
  for await (const { step, loss, tokensPerSecond } of trainer.run(task)) {
    if (step % 100 === 0) {
      process.stdout.write(`  step ${step}: loss ${loss.toFixed(3)}, ${Math.round(tokensPerSecond)} tokens/s\n`);
    }
  }
  return model;
}

/** Accuracy at each difficulty. */
export async function accuracies(model: LanguageModel, task: Task, difficulties: number[], rows: number) {
  const results = await evaluateTask(model, task, { difficulties, rows });
  return results.map(({ accuracy }) => accuracy.mean);
}

export function report(line: string, values: readonly number[]): void {
  process.stdout.write(`${line}: ${values.map((x) => x.toFixed(3)).join(' / ')}\n`);
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
