// Recall of what was bound last: some keys get another value before they are asked for.
import { knownOnly, OptionError, whole } from '@twilljs/tensor';
import type { Batch } from '../batch.ts';
import { checkHalves, checkPairs, quarters, type Task } from './task.ts';
import { drawSlots, type ZoologyMqarOptions, zoologyNames, zoologyTask } from './zoology.ts';

const name = 'mqar-forgetting';

/** Options of recall in which values of keys change. */
export interface ForgettingMqarOptions extends ZoologyMqarOptions {
  /** Keys that are bound again, U; of fewer pairs, all of them. Default 4. */
  updates?: number;
}

/** What a row of it is written from. */
export interface ForgettingDraws {
  readonly keys: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  /** Which keys are bound again, in order, and to what. */
  readonly updated: ArrayLike<number>;
  readonly newValues: ArrayLike<number>;
  readonly slots: ArrayLike<number>;
}

/**
 * k1 v1 ... kD vD, then U of the keys again with another value each, then queries as in `zoologyMqar`; the label is the value that
 * a key was bound to last. Here a new value always differs from the old one; in the original one in vocab / 2 is equal.
 *
 * Difficulty: pairs.
 *
 * @throws OptionError when pairs and updates do not fit the row (4D + 2U <= L), or the row or the pairs the vocabulary.
 * @see HazyResearch/zoology, forgetting MQAR.
 */
export function forgettingMqar(options: ForgettingMqarOptions): Task {
  knownOnly('forgettingMqar', options, [...zoologyNames, 'updates']);
  const { length, vocab = 8192, pairs: most, updates = 4, ...rest } = options;
  checkHalves(name, vocab);
  const half = vocab / 2;
  whole(`${name}: updates`, updates, 1);
  whole(`${name}: pairs`, most, 1);
  if (updates > most) {
    throw new OptionError(`${name}: updates = ${updates} is more than the ${most} pairs; give fewer, or more pairs.`);
  }
  return zoologyTask(
    { ...rest, length, vocab, pairs: most },
    {
      name,
      chance: 1 / half,
      difficulties: quarters(most),
      check(pairs) {
        checkPairs(name, pairs, length, half - 1);
        const further = 2 * Math.min(updates, pairs);
        if (4 * pairs + further <= length) return;
        throw new OptionError(
          `${name}: ${pairs} pairs, a query for each and ${further} tokens of updates take ${4 * pairs + further} tokens, and length is ${length}; give fewer, or a larger length.`,
        );
      },
      write(out, row, pairs, random, power) {
        const again = Math.min(updates, pairs);
        const keys = random.choice(half - 1, pairs).map((k) => 1 + k);
        const values = random.choice(half, pairs).map((v) => half + v);
        const updated = random.choice(pairs, again);
        const moved = random.ints(again, half - 1);
        const newValues = updated.map((key, i) => half + ((values[key] - half + 1 + moved[i]) % half));
        const slots = drawSlots(pairs, (length - 2 * pairs - 2 * again) / 2, power, random);
        writeForgetting(out, row, { keys, values, updated, newValues, slots });
      },
    },
  );
}

/** Writes the pairs, the updates and, in the slot of each key, the key with its last value as label. */
export function writeForgetting({ inputs, labels, T }: Batch, row: number, draws: ForgettingDraws): void {
  const { keys, values, updated, newValues, slots } = draws;
  const last = Int32Array.from(values);
  let at = row * T;
  const bind = (key: number, value: number) => {
    last[key] = value;
    inputs[at++] = keys[key];
    inputs[at++] = value;
  };
  for (let i = 0; i < keys.length; i++) bind(i, values[i]);
  for (let i = 0; i < updated.length; i++) bind(updated[i], newValues[i]);
  for (let i = 0; i < keys.length; i++) {
    inputs[at + 2 * slots[i]] = keys[i];
    labels[at + 2 * slots[i]] = last[i];
  }
}
