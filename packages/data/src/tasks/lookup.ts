// Look-up of an n-gram: a string, then a few of its symbols; what stood beside them there is to be said.
import { knownOnly, OptionError, shown, whole } from '@twilljs/tensor';
import type { Batch } from '../batch.ts';
import type { RandomSource } from '../source.ts';
import { beyond, makeTask, type Task } from './task.ts';

/** Options of the look-up of n-grams. */
export interface LookupOptions {
  /** Symbols of the longest string of training. Default 64. */
  length?: number;
  /** Symbols, ids 0..alphabet-1. Default 26. */
  alphabet?: number;
  /** Symbols of the key. Default 3. */
  gram?: number;
  /** Symbols of the answer. Default 3. */
  answer?: number;
  /** Whether the answer stands after the key in the string (prefix) or before it (suffix). Default prefix. */
  key?: 'prefix' | 'suffix';
  /** Rows per batch, B. Default 64. */
  batch?: number;
  source: RandomSource;
}

const name = 'ngram-lookup';

/** Strings drawn for a row before it is said that none has a key. */
const DRAWS = 100;

/**
 * A string of uniform symbols, a sign, a key that stands once in it, and the answer; the label is every next token from the end of the key on.
 * In training strings have `gram + answer` to `length` symbols, in evaluation all of a difficulty. The sign, which also pads, is id alphabet.
 *
 * Difficulty: symbols of the string. The default ones are 1, 2, 4 and 8 times the training length.
 *
 * @throws OptionError when key and answer are longer than the string, and when no string has a key that stands once in it.
 * @see Jelassi et al. 2024, https://arxiv.org/abs/2402.01032. The ids are our own.
 */
export function ngramLookup(options: LookupOptions): Task {
  knownOnly('ngramLookup', options, ['length', 'alphabet', 'gram', 'answer', 'key', 'batch', 'source']);
  const { length = 64, alphabet = 26, gram = 3, answer = 3, key = 'prefix', batch = 64, source } = options;
  whole(`${name}: alphabet`, alphabet, 2);
  whole(`${name}: gram`, gram, 1);
  whole(`${name}: answer`, answer, 1);
  if (key !== 'prefix' && key !== 'suffix') {
    throw new OptionError(`${name}: key is ${shown(key)}; give 'prefix' or 'suffix'.`);
  }
  const least = gram + answer;
  const check = (symbols: number) => {
    whole(`${name}: length`, symbols, 1);
    if (symbols >= least) return;
    throw new OptionError(
      `${name}: a key of ${gram} and an answer of ${answer} do not fit in length = ${symbols}; give at least ${least}.`,
    );
  };
  check(length);
  const [keyAt, answerAt] = key === 'prefix' ? [0, gram] : [answer, 0];
  const write = (out: Batch, row: number, symbols: number, random: RandomSource) => {
    for (let draw = 0; draw < DRAWS; draw++) {
      const string = random.ints(symbols, alphabet);
      const places = placesOf(string, gram).filter((at) => at >= keyAt && at - keyAt + least <= symbols);
      if (places.length === 0) continue;
      const place = places[random.int(places.length)];
      const from = place - keyAt + answerAt;
      writeLookup(out, row, string, {
        key: string.subarray(place, place + gram),
        answer: string.subarray(from, from + answer),
        sign: alphabet,
      });
      return;
    }
    throw new OptionError(
      `${name}: in strings of ${symbols} of ${alphabet} symbols no key of ${gram} stands once; give a larger alphabet or gram.`,
    );
  };
  return makeTask({
    ...{ name, batch, source, check, write },
    vocab: alphabet + 1,
    chance: 1 / alphabet,
    difficulties: beyond(length),
    length: (symbols) => symbols + gram + answer,
    difficulty: () => length,
    writeTraining: (out, row, symbols, random) => write(out, row, least + random.int(symbols - least + 1), random),
  });
}

/** Where the n-grams begin that stand once in a string. */
function placesOf(string: Int32Array, gram: number): number[] {
  const places = new Map<string, number | null>();
  for (let at = 0; at + gram <= string.length; at++) {
    const key = string.subarray(at, at + gram).join();
    places.set(key, places.has(key) ? null : at);
  }
  return [...places.values()].filter((at) => at !== null);
}

function writeLookup(
  { inputs, labels, T }: Batch,
  row: number,
  string: Int32Array,
  { key, answer, sign }: { key: Int32Array; answer: Int32Array; sign: number },
): void {
  const start = row * T;
  const asked = start + string.length + key.length;
  inputs.fill(sign, start, start + T);
  inputs.set(string, start);
  inputs.set(key, start + string.length + 1);
  inputs.set(answer.subarray(0, -1), asked + 1);
  labels.set(answer, asked);
}
