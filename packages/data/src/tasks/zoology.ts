// What Zoology's recall tasks share: options, slots at power-law distances, and the ids between the queries.
import { finite, OptionError, shown } from '@twilljs/tensor';
import type { Batch } from '../batch.ts';
import type { RandomSource } from '../source.ts';
import { epochsOf } from './epochs.ts';
import { makeTask, type Task, type TaskParts } from './task.ts';

/** Options of recall as Zoology asks for it. */
export interface ZoologyMqarOptions {
  /** Tokens per row, L, even. */
  length: number;
  /** Keys are ids 1..vocab/2-1, values vocab/2..vocab-1; larger than `length`, even. Default 8192. */
  vocab?: number;
  /** Pairs per row, D. */
  pairs: number;
  /** Exponent a of the distances, p(x) proportional to x^(a-1); 1 is uniform. Default 0.01. */
  power?: number;
  /** What stands where no pair and no query does: uniform random ids, or id 0. Default random. */
  filler?: 'random' | 'zero';
  /** Distinct rows of training, each once an epoch; null for new ones for ever. Default null. */
  examples?: number | null;
  /** Rows per batch, B. Default 256. */
  batch?: number;
  source: RandomSource;
}

export const zoologyNames = ['length', 'vocab', 'pairs', 'power', 'filler', 'examples', 'batch', 'source'];

/** What a variant has of its own. */
interface Variant extends Pick<TaskParts, 'name' | 'chance' | 'difficulties' | 'check'> {
  /** Writes pairs, and queries at distances of this power; everything else of the row is 0. */
  write(out: Batch, row: number, pairs: number, random: RandomSource, power: number): void;
}

/** @throws OptionError for options that no variant can have. */
export function zoologyTask({ length, vocab = 8192, pairs, ...options }: ZoologyMqarOptions, variant: Variant): Task {
  const { name, check, write } = variant;
  const { power = 0.01, filler = 'random', batch = 256, examples, source } = options;
  check(pairs);
  if (vocab <= length) {
    throw new OptionError(`${name}: vocab = ${vocab} is not above length = ${length}; give a larger vocab.`);
  }
  finite(`${name}: power`, power);
  if (power <= 0) {
    throw new OptionError(`${name}: power = ${power} is not positive; give 0.01, or 1 for uniform distances.`);
  }
  if (filler !== 'random' && filler !== 'zero') {
    throw new OptionError(`${name}: filler is ${shown(filler)}; give 'random' or 'zero'.`);
  }
  return makeTask({
    ...variant,
    ...{ vocab, batch, source },
    ...epochsOf(name, examples, source),
    length: () => length,
    difficulty: () => pairs,
    write(out, row, difficulty, random) {
      write(out, row, difficulty, random, power);
      if (filler === 'random') fillZeros(out.inputs.subarray(row * length, (row + 1) * length), vocab, random);
    },
  });
}

/** Distinct slots 0..space-1 for the keys in their order, slot i with weight (i + 1)^(power - 1). */
export function drawSlots(count: number, space: number, power: number, random: RandomSource): Int32Array {
  // ** may differ in the last bit between engines; that moves a draw only if it falls within 1e-15 of a border.
  const weights = Float64Array.from({ length: space }, (_, i) => (i + 1) ** (power - 1));
  return Int32Array.from(random.uniform(count), (u) => {
    let left = u * weights.reduce((a, b) => a + b, 0);
    let slot = -1;
    for (let i = 0; i < space; i++) {
      if (weights[i] === 0) continue;
      slot = i;
      left -= weights[i];
      if (left < 0) break;
    }
    weights[slot] = 0;
    return slot;
  });
}

/** Keys and values are never 0, so what is still 0 is free. */
function fillZeros(row: Int32Array, vocab: number, random: RandomSource): void {
  const filler = random.ints(row.length, vocab);
  for (let i = 0; i < row.length; i++) if (row[i] === 0) row[i] = filler[i];
}
