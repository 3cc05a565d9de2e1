// Copying of a whole string, which needs a memory that grows with it.
import { knownOnly, whole } from '@twilljs/tensor';
import type { Batch } from '../batch.ts';
import type { RandomSource } from '../source.ts';
import { beyond, makeTask, type Task } from './task.ts';

/** Options of string copying. */
export interface CopyingOptions {
  /** Symbols of the longest string of training; a row has twice as many tokens and one. Default 64. */
  length?: number;
  /** Symbols, ids 0..alphabet-1. Default 26. */
  alphabet?: number;
  /** Rows per batch, B. Default 64. */
  batch?: number;
  source: RandomSource;
}

const name = 'string-copying';

/**
 * A string of uniform symbols, a sign, and the string again, followed by an end; the label is every next token from the sign on. In training
 * strings have 1 to `length` symbols, in evaluation all of a difficulty. The sign is id alphabet, the end alphabet + 1, which also pads.
 *
 * Difficulty: symbols. The default ones are 1, 2, 4 and 8 times the training length.
 *
 * @see Jelassi et al. 2024, https://arxiv.org/abs/2402.01032. The ids are our own.
 */
export function stringCopying(options: CopyingOptions): Task {
  knownOnly('stringCopying', options, ['length', 'alphabet', 'batch', 'source']);
  const { length = 64, alphabet = 26, batch = 64, source } = options;
  whole(`${name}: alphabet`, alphabet, 2);
  const check = (symbols: number) => whole(`${name}: length`, symbols, 1);
  check(length);
  const write = (out: Batch, row: number, symbols: number, random: RandomSource) =>
    writeCopy(out, row, random.ints(symbols, alphabet), alphabet);
  return makeTask({
    ...{ name, batch, source, check, write },
    vocab: alphabet + 2,
    chance: 1 / (alphabet + 1),
    difficulties: beyond(length),
    length: (symbols) => 2 * symbols + 1,
    difficulty: () => length,
    writeTraining: (out, row, symbols, random) => write(out, row, 1 + random.int(symbols), random),
  });
}

function writeCopy({ inputs, labels, T }: Batch, row: number, symbols: ArrayLike<number>, alphabet: number): void {
  const n = symbols.length;
  const start = row * T;
  inputs.fill(alphabet + 1, start, start + T);
  inputs.set(symbols, start);
  inputs[start + n] = alphabet;
  inputs.set(symbols, start + n + 1);
  labels.set(symbols, start + n);
  labels[start + 2 * n] = alphabet + 1;
}
