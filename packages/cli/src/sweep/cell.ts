// A cell of a sweep as a call of `twill train` that anyone can repeat.
import { dirname, join, resolve } from 'node:path';
import { makeDirectory, writeAtomic } from '@twilljs/hub/node';
import type { SweepCell } from '@twilljs/sweep';
import { runChild } from '../child.ts';
import type { DeviceName } from '../command.ts';
import type { CorpusChoice } from '../corpus.ts';

export interface CellPlace {
  /** Of the sweep. */
  readonly out: string;
  /** The module that is `twill`. */
  readonly entry: string;
  readonly device: DeviceName;
  /** What language models read; null where there are none. */
  readonly corpus: CorpusChoice | null;
}

/** Takes a cell to its end, in a process of its own. The model's configuration is kept for it under `configs/`. */
export async function runCell(
  cell: SweepCell,
  run: string,
  { out, entry, device, corpus }: CellPlace,
  signal: AbortSignal,
): Promise<void> {
  const config = join(out, 'configs', `${cell.name}.json`);
  makeDirectory(dirname(config));
  writeAtomic(config, `${JSON.stringify(cell.config, null, 2)}\n`);
  const where = ['--config', config, '--device', device, '--out', run, '--resume'];
  await runChild(entry, ['train', ...argsOf(cell, corpus), ...where], signal);
}

/** Data, seed and settings. */
function argsOf({ task, data, training, seed }: SweepCell, corpus: CorpusChoice | null): string[] {
  const { steps, lr, warmup, decay, minRatio, weightDecay, decayed, maxNorm, microBatches } = training;
  const named = {
    ...(task === 'recall' && 'pairs' in data && { task: 'mqar', pairs: data.pairs, 'vocab-size': data.vocab }),
    ...{ length: data.length, batch: data.batch, steps, lr, warmup, decay, 'min-ratio': minRatio },
    ...{ 'weight-decay': weightDecay, decayed, clip: maxNorm, 'micro-batches': microBatches, seed },
  };
  const args = Object.entries(named).flatMap(([name, value]) => [`--${name}`, String(value)]);
  if (task !== 'language' || !corpus) return args;
  const split = corpus.split ? ['--split', corpus.split] : [];
  return [...args, ...split, '--data', ...corpus.patterns.map((pattern) => resolve(pattern))];
}
