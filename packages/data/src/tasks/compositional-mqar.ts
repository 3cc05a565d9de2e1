// Recall by keys of two tokens, each of which stands in several keys: neither alone says the value.
import { knownOnly, OptionError, whole } from '@twilljs/tensor';
import type { Batch } from '../batch.ts';
import type { Task } from './task.ts';
import { drawSlots, type ZoologyMqarOptions, zoologyNames, zoologyTask } from './zoology.ts';

const name = 'mqar-compositional';

/** What a row of it is written from. */
export interface CompositionalDraws {
  /** First and second token of each key. */
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  readonly slots: ArrayLike<number>;
}

/**
 * D keys of two tokens, all pairs of sqrt(D) first and sqrt(D) second ones in random order, each with its value; then in slots of three
 * tokens each key once at power-law distances. The label is the value, at the second token of the query.
 *
 * First tokens are ids 1..vocab/3-1, second ones those of the second third, values the rest. Difficulty: pairs, a square.
 *
 * @throws OptionError when the pairs are no square, do not fit the row (6D <= L), or the row or the pairs the vocabulary.
 * @see HazyResearch/zoology, compositional MQAR.
 */
export function compositionalMqar(options: ZoologyMqarOptions): Task {
  knownOnly('compositionalMqar', options, zoologyNames);
  const { length, vocab = 8192, pairs: most } = options;
  whole(`${name}: vocab`, vocab, 6);
  const third = Math.floor(vocab / 3);
  const check = (pairs: number) => {
    whole(`${name}: pairs`, pairs, 1);
    whole(`${name}: length`, length, 6);
    const side = Math.round(Math.sqrt(pairs));
    if (side * side !== pairs) {
      throw new OptionError(`${name}: pairs = ${pairs} is no square; give ${side * side}, or another square.`);
    }
    if (6 * pairs > length) {
      throw new OptionError(
        `${name}: ${pairs} pairs and a query for each take ${6 * pairs} tokens, and length is ${length}; give fewer pairs or a larger length.`,
      );
    }
    if (side < third && pairs <= vocab - 2 * third) return;
    throw new OptionError(
      `${name}: ${pairs} pairs need ${side} first tokens and ${pairs} values, and a third of the vocabulary is ${third}; give a larger vocab.`,
    );
  };
  check(most);
  const half = Math.floor(Math.sqrt(most) / 2);
  return zoologyTask(options, {
    name,
    chance: 1 / (vocab - 2 * third),
    difficulties: half > 0 ? [half * half, most] : [most],
    check,
    write(out, row, pairs, random, power) {
      const side = Math.round(Math.sqrt(pairs));
      const rows = random.choice(third - 1, side).map((id) => 1 + id);
      const columns = random.choice(third, side).map((id) => third + id);
      const cells = random.permutation(pairs);
      writeCompositional(out, row, {
        first: cells.map((cell) => rows[Math.floor(cell / side)]),
        second: cells.map((cell) => columns[cell % side]),
        values: random.choice(vocab - 2 * third, pairs).map((id) => 2 * third + id),
        slots: drawSlots(pairs, Math.floor(length / 3) - pairs, power, random),
      });
    },
  });
}

/** Writes the pairs and, in the slot of each key, the key with its value as label of the second token. */
export function writeCompositional({ inputs, labels, T }: Batch, row: number, draws: CompositionalDraws): void {
  const { first, second, values, slots } = draws;
  const pairs = values.length;
  for (let i = 0; i < pairs; i++) {
    inputs.set([first[i], second[i], values[i]], row * T + 3 * i);
    const query = row * T + 3 * (pairs + slots[i]);
    inputs.set([first[i], second[i]], query);
    labels[query + 1] = values[i];
  }
}
