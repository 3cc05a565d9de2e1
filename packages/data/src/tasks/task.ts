// What every synthetic task is.

import { OptionError, whole } from '@twilljs/tensor';
import { type Batch, type Batches, emptyBatch } from '../batch.ts';
import { checkSource } from '../check.ts';
import type { RandomSource } from '../source.ts';

/** A generator of exercises with known answers. Labels stand where the answer is predicted and are IGNORE elsewhere. */
export interface Task extends Batches {
  readonly name: string;
  /** Ids that occur, N; also the size of the head. */
  readonly vocab: number;
  /** The accuracy of guessing among all possible answers. */
  readonly chance: number;
  /** Difficulties worth reporting, in rising order. */
  readonly difficulties: readonly number[];
  /**
   * A fixed set: row i depends on the seed, the difficulty and i alone, and none of it is ever in a training batch but by chance.
   *
   * @param count Rows.
   * @param difficulty What it counts is the task's own: pairs, or tokens.
   */
  evaluation(count: number, difficulty: number): Batch;
}

/** Writes one exercise into a row. */
export type WriteRow = (out: Batch, row: number, difficulty: number, source: RandomSource) => void;

/** What `makeTask` makes a task of. */
export interface TaskParts {
  name: string;
  vocab: number;
  chance: number;
  difficulties: readonly number[];
  batch: number;
  source: RandomSource;
  /** Tokens of a row at a difficulty. */
  length(difficulty: number): number;
  /** The difficulty of a training step. */
  difficulty(step: number): number;
  /** Refuses a difficulty that the task has not. */
  check(difficulty: number): void;
  write: WriteRow;
  /** Writes a row of training, where it is not as one of evaluation: it may ask for every next token. */
  writeTraining?: WriteRow;
  /** Which row of an endless source sequence i of training is, such as `epochsOf` says. Default: row i, always a new one. */
  rowOf?: (i: number) => number;
}

/** A task from what is its own: how one row is written. */
export function makeTask({ name, vocab, chance, difficulties, ...own }: TaskParts): Task {
  const { batch: B, check, write, writeTraining = write, rowOf = (i) => i } = own;
  whole(`${name}: batch`, B, 1);
  checkSource(`${name}: source`, own.source);
  const training = own.source.fork('train');
  const evaluating = own.source.fork('evaluation');
  return {
    name,
    vocab,
    chance,
    difficulties,
    B,
    T: own.length(own.difficulty(0)),
    batch(step) {
      whole(`${name}: step`, step, 0);
      const difficulty = own.difficulty(step);
      const out = emptyBatch(B, own.length(difficulty));
      for (let row = 0; row < B; row++) writeTraining(out, row, difficulty, training.fork(rowOf(step * B + row)));
      return out;
    },
    evaluation(count, difficulty) {
      whole(`${name}: count`, count, 1);
      check(difficulty);
      const out = emptyBatch(count, own.length(difficulty));
      const rows = evaluating.fork(difficulty);
      for (let row = 0; row < count; row++) write(out, row, difficulty, rows.fork(row));
      return out;
    },
  };
}

/** One, two, four and eight times a length: that of training, and how far beyond it a model still answers. */
export const beyond = (length: number): number[] => [length, 2 * length, 4 * length, 8 * length];

/** A quarter and all of the largest difficulty, without repeats. */
export function quarters(largest: number): number[] {
  return [...new Set([largest / 4, largest / 2, largest].map((d) => Math.max(1, Math.round(d))))];
}

/** Refuses an odd or empty vocabulary: its halves are keys and values. */
export function checkHalves(name: string, vocab: number): void {
  whole(`${name}: vocab`, vocab, 4);
  if (vocab % 2 !== 0) {
    throw new OptionError(`${name}: vocab = ${vocab} has no two halves, keys and values; give an even number.`);
  }
}

/** Refuses pairs that have no place in the row, where each is shown once (two tokens) and asked for once (two tokens). */
export function checkPairs(name: string, pairs: number, length: number, keys: number): void {
  whole(`${name}: pairs`, pairs, 1);
  whole(`${name}: length`, length, 4);
  if (length % 2 !== 0) {
    throw new OptionError(`${name}: length = ${length} is odd and tokens come in pairs; give an even number.`);
  }
  if (4 * pairs > length) {
    throw new OptionError(
      `${name}: ${pairs} pairs and a query for each take ${4 * pairs} tokens, and length is ${length}; ` +
        `give at most ${Math.floor(length / 4)} pairs or a length of at least ${4 * pairs}.`,
    );
  }
  if (pairs > keys) {
    throw new OptionError(
      `${name}: ${pairs} pairs need as many distinct keys and the vocabulary has ${keys}; give fewer pairs or a larger vocab.`,
    );
  }
}
