// In-context recall of MAD: pairs that come again and again, with noise between them if wished, and every value seen before asked for.
import { finite, knownOnly, OptionError, shown, whole } from '@twilljs/tensor';
import { type Batch, IGNORE } from '../../batch.ts';
import type { RandomSource } from '../../source.ts';
import { epochsOf } from '../epochs.ts';
import { makeTask, type Task } from '../task.ts';

/** Options of MAD's recall in context, with noise and without. */
export interface MadRecallOptions {
  /** Tokens of a whole sequence, L, even. Default 128. */
  length?: number;
  /** Ids: keys, as many values, noise. Default 16. */
  vocab?: number;
  /** Whether every value that was seen before is asked for, or the last one alone, behind a sign. Default many. */
  queries?: 'many' | 'one';
  /** Ids of noise, the last of the vocabulary. Default 0. */
  noiseVocab?: number;
  /** Share of the pairs that are two tokens of noise instead. Default 0. */
  noise?: number;
  /** Distinct rows of training, each once an epoch; null for new ones for ever. Default 12800. */
  examples?: number | null;
  /** Rows per batch, B. Default 128. */
  batch?: number;
  source: RandomSource;
}

/** Where the ids of a vocabulary lie. */
interface Ids {
  /** Keys are 0..keys-1, values keys..noise-1, noise from there to `end`. */
  readonly keys: number;
  readonly noise: number;
  readonly end: number;
}

const name = 'mad-recall';
const names = ['length', 'vocab', 'queries', 'noiseVocab', 'noise', 'examples', 'batch', 'source'];

/**
 * L/2 - 1 pairs of a random key and the value that it got when it came first, then a key that was there. In training the label is every next
 * token; in evaluation the value after each key that was seen before (`many`), or after the last key (`one`), which a sign precedes.
 * With noise a pair is two random tokens of noise instead, but for one at least. Two keys may share a value.
 *
 * Difficulty: tokens.
 *
 * @throws OptionError when the vocabulary has no two keys, or noise without ids of it.
 * @see Poli et al. 2024, https://arxiv.org/abs/2403.17844: in-context recall, and noisy in-context recall.
 */
export function madRecall(options: MadRecallOptions): Task {
  knownOnly('madRecall', options, names);
  const { length = 128, vocab = 16, queries = 'many', noiseVocab = 0, noise = 0, source } = options;
  const { examples = 12800, batch = 128 } = options;
  if (queries !== 'many' && queries !== 'one') {
    throw new OptionError(`${name}: queries is ${shown(queries)}; give 'many' or 'one'.`);
  }
  whole(`${name}: vocab`, vocab, 4);
  whole(`${name}: noiseVocab`, noiseVocab, 0);
  finite(`${name}: noise`, noise);
  const sign = queries === 'one' ? vocab - 1 : null;
  const end = sign ?? vocab;
  const ids = { keys: (end - noiseVocab) >> 1, noise: end - noiseVocab, end };
  if (ids.keys < 2) {
    throw new OptionError(
      `${name}: vocab = ${vocab} leaves fewer than two keys beside ${noiseVocab} ids of noise; give a larger vocab.`,
    );
  }
  if (noise < 0 || noise > 1 || (noise > 0 && noiseVocab === 0)) {
    throw new OptionError(
      `${name}: noise is ${noise} and noiseVocab is ${noiseVocab}; give a share from 0 to 1, and ids of noise for it.`,
    );
  }
  const check = (tokens: number) => {
    whole(`${name}: length`, tokens, 4);
    if (tokens % 2 !== 0) {
      throw new OptionError(`${name}: length = ${tokens} is odd and tokens come in pairs; give an even number.`);
    }
  };
  check(length);
  const write = (isTraining: boolean) => (out: Batch, row: number, tokens: number, random: RandomSource) => {
    const sequence = drawPairs(tokens / 2 - 1, ids, noise, random);
    writeMadRecall(out, row, sequence, { keys: ids.keys, sign, isTraining });
  };
  return makeTask({
    ...{ name, vocab, batch, source, check },
    ...epochsOf(name, examples, source),
    chance: 1 / (ids.noise - ids.keys),
    difficulties: [length],
    length: (tokens) => (sign === null ? tokens - 1 : tokens),
    difficulty: () => length,
    write: write(false),
    writeTraining: write(true),
  });
}

/** So many pairs, then one of those that are none of noise. */
function drawPairs(
  count: number,
  { keys, noise: firstNoise, end }: Ids,
  noise: number,
  random: RandomSource,
): number[] {
  const values = random.ints(keys, firstNoise - keys).map((value) => keys + value);
  const drawn = random.ints(count, keys);
  const isNoise = Array.from(random.uniform(count), (u) => u < noise);
  if (isNoise.every(Boolean)) isNoise[random.int(count)] = false;
  const real = [...drawn].filter((_, i) => !isNoise[i]);
  const noises = noise > 0 ? random.ints(2 * count, end - firstNoise) : [];
  const pairs = [...drawn].map((key, i) =>
    isNoise[i] ? [firstNoise + noises[2 * i], firstNoise + noises[2 * i + 1]] : [key, values[key]],
  );
  const last = real[random.int(real.length)];
  return [...pairs.flat(), last, values[last]];
}

/**
 * Writes a sequence of pairs.
 *
 * @param sequence pairs, the last of which is asked for. @param sign what stands before that one; null for nothing, and then every value that
 * was seen before is asked for.
 */
export function writeMadRecall(
  { inputs, labels, T }: Batch,
  row: number,
  sequence: readonly number[],
  { keys, sign, isTraining }: { keys: number; sign: number | null; isTraining: boolean },
): void {
  const probe = sequence.length - 2;
  const all = sign === null ? sequence : [...sequence.slice(0, probe), sign, ...sequence.slice(probe)];
  const seen = new Set<number>();
  for (let t = 0; t < T; t++) {
    inputs[row * T + t] = all[t];
    const isKey = t % 2 === 0 && all[t] < keys;
    const isAsked = t === T - 1 || (sign === null && isKey && seen.has(all[t]));
    if (isKey) seen.add(all[t]);
    labels[row * T + t] = isTraining || isAsked ? all[t + 1] : IGNORE;
  }
}
