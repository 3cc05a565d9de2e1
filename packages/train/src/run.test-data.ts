// Small runs in directories of their own, for tests.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attention } from '@twilljs/attention';
import { mqar } from '@twilljs/data';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { hybrid, type LanguageModel } from '@twilljs/hybrid';
import { initializer } from '@twilljs/nn';
import { rng } from '@twilljs/tensor';
import { device } from 'twilljs';
import { trainRun } from './run.ts';
import type { RunOptions, RunResult } from './run-options.ts';

export const onDevice = device({ name: 'wasm' });
export const mixers = [attention, gatedDeltanet];

export const config = {
  model_type: 'gated_deltanet',
  hidden_size: 8,
  num_hidden_layers: 2,
  num_heads: 1,
  head_dim: 4,
  expand_v: 1,
  intermediate_size: 8,
  attn: { layers: [1], num_heads: 2 },
  vocab_size: 16,
};

export const freshModel = async (seed = 1): Promise<LanguageModel> =>
  hybrid(config, { mixers, init: initializer(seed, 0.1) }).to(await onDevice);

export const sourceOf = (seed = 1) => mqar({ length: 16, vocab: 16, pairs: 4, batch: 4, source: rng(seed) });

/** A run of 25 steps, but for what is said otherwise. */
export async function runIn(directory: string, more: Partial<RunOptions> = {}): Promise<RunResult> {
  const seed = more.seed ?? 1;
  return trainRun({
    directory,
    model: more.model ?? (await freshModel(seed)),
    source: sourceOf(seed),
    training: { steps: 25, lr: 1e-2 },
    seed,
    data: { task: 'mqar' },
    command: ['twill', 'train'],
    ...more,
  });
}

/** Stops a run after a step, as Ctrl-C does. */
export function stopAfter(step: number, more: Partial<RunOptions> = {}): Partial<RunOptions> {
  const controller = new AbortController();
  const onStep = (record: { step: number }) => {
    if (record.step === step) controller.abort();
  };
  return { signal: controller.signal, onStep, ...more };
}

/** A temporary directory for runs, and what is in them by their names. */
export function runHome() {
  const path = mkdtempSync(join(tmpdir(), 'twill-run-'));
  const at = (...names: string[]) => join(path, ...names);
  const linesOf = (directory: string) =>
    readFileSync(at(directory, 'metrics.jsonl'), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  const recordOf = (directory: string) => JSON.parse(readFileSync(at(directory, 'run.json'), 'utf8'));
  return {
    path,
    at,
    remove: () => rmSync(path, { recursive: true }),
    run: (directory: string, more?: Partial<RunOptions>) => runIn(at(directory), more),
    weights: (directory: string) => readFileSync(at(directory, 'model.safetensors')),
    recordOf,
    /** Writes a record again with some fields changed, as an earlier version would: without a checksum. */
    edit: (directory: string, change: object) => {
      const { self: _, ...record } = recordOf(directory);
      writeFileSync(at(directory, 'run.json'), JSON.stringify({ ...record, ...change }));
    },
    linesOf,
    /** What does not depend on the clock. */
    factsOf: (directory: string) => linesOf(directory).map(({ tokensPerSecond: _, ...facts }) => facts),
  };
}
