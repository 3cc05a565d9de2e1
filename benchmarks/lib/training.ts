// How a step of the benchmarks trains: AdamW as the peers have it, without clipping that would move anything.
import { readFileSync } from 'node:fs';

export const settings = {
  lr: 1e-3,
  warmup: 0,
  decay: 'constant',
  weightDecay: 0.1,
  decayed: 'all',
  maxNorm: 1e9,
} as const;

/** The batch of a file, each label the next id of its row. */
export function batchIn(path: string) {
  const { B, T, ids } = JSON.parse(readFileSync(path, 'utf8')) as { B: number; T: number; ids: number[] };
  const inputs = Int32Array.from(ids);
  return { inputs, labels: inputs.map((_, i) => ((i + 1) % T === 0 ? -100 : inputs[i + 1])), B, T };
}
