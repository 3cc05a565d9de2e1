// Fuzzy in-context recall of MAD: keys and values are motifs of several tokens, so a model has to find out where they begin.
import { knownOnly, OptionError, whole } from '@twilljs/tensor';
import { type Batch, IGNORE } from '../../batch.ts';
import type { RandomSource } from '../../source.ts';
import { epochsOf } from '../epochs.ts';
import { makeTask, type Task } from '../task.ts';

/** Options of MAD's fuzzy recall. */
export interface FuzzyRecallOptions {
  /** Tokens of a row, L. Default 128. */
  length?: number;
  /** Ids: keys, as many values or one more, and padding, the last. Default 16. */
  vocab?: number;
  /** Tokens of a key at most; in evaluation, always. Default 3. */
  keySize?: number;
  /** Tokens of a value at most. Default 3. */
  valueSize?: number;
  /** Distinct rows of training, each once an epoch; null for new ones for ever. Default 12800. */
  examples?: number | null;
  /** Rows per batch, B. Default 128. */
  batch?: number;
  source: RandomSource;
}

/** A key and its value, each of distinct tokens. */
export type Motifs = readonly [key: readonly number[], value: readonly number[]];

const name = 'mad-fuzzy-recall';

/**
 * Pairs of motifs as long as they fit, a key always with the value that it got when it came first, then one pair that was there; padding
 * before them. In training the label is every next token; in evaluation the value of each key that was seen before, all its tokens.
 *
 * The pair asked for at the end always stands in the row; in the original it is missing in 1.8 % of the rows of 128 tokens.
 *
 * Difficulty: tokens.
 *
 * @throws OptionError when motifs need more ids than there are, or two pairs more tokens.
 * @see Poli et al. 2024, https://arxiv.org/abs/2403.17844: fuzzy in-context recall.
 */
export function fuzzyRecall(options: FuzzyRecallOptions): Task {
  knownOnly('fuzzyRecall', options, ['length', 'vocab', 'keySize', 'valueSize', 'examples', 'batch', 'source']);
  const { length = 128, vocab = 16, keySize = 3, valueSize = 3, examples = 12800, batch = 128, source } = options;
  whole(`${name}: vocab`, vocab, 4);
  whole(`${name}: keySize`, keySize, 1);
  whole(`${name}: valueSize`, valueSize, 1);
  const keys = (vocab - 1) >> 1;
  const values = vocab - 1 - keys;
  if (keys < 2 || keySize > keys || valueSize > values) {
    throw new OptionError(
      `${name}: motifs of ${keySize} and ${valueSize} distinct tokens, and vocab = ${vocab} has ${keys} ids of keys and ${values} of values; give a larger vocab.`,
    );
  }
  const pair = keySize + valueSize;
  const check = (tokens: number) => {
    whole(`${name}: length`, tokens, 1);
    if (tokens + 1 >= 2 * pair) return;
    throw new OptionError(
      `${name}: two pairs of up to ${pair} tokens do not fit in length = ${tokens}; give at least ${2 * pair - 1}.`,
    );
  };
  check(length);
  const motif = (ids: number, size: number, from: number, random: RandomSource) =>
    [...random.choice(ids, size)].map((id) => from + id);
  const write = (isTraining: boolean) => (out: Batch, row: number, tokens: number, random: RandomSource) => {
    const bound = new Map<string, Motifs>();
    const body: Motifs[] = [];
    for (let left = tokens + 1 - pair; ; ) {
      const key = motif(keys, isTraining ? 1 + random.int(keySize) : keySize, 0, random);
      const value = motif(values, 1 + random.int(valueSize), keys, random);
      const next = bound.get(key.join()) ?? [key, value];
      left -= next[0].length + next[1].length;
      if (left < 0) break;
      bound.set(key.join(), next);
      body.push(next);
    }
    writeFuzzy(out, row, [...body, body[random.int(body.length)]], { pad: vocab - 1, isTraining });
  };
  return makeTask({
    ...{ name, vocab, batch, source, check },
    ...epochsOf(name, examples, source),
    chance: 1 / values,
    difficulties: [length],
    length: (tokens) => tokens,
    difficulty: () => length,
    write: write(false),
    writeTraining: write(true),
  });
}

/** Writes pairs of motifs at the end of a row, all but the last token. */
export function writeFuzzy(
  { inputs, labels, T }: Batch,
  row: number,
  pairs: readonly Motifs[],
  { pad, isTraining }: { pad: number; isTraining: boolean },
): void {
  const seen = new Set<string>();
  const tokens: number[] = [];
  const isAsked: boolean[] = [];
  for (const [key, value] of pairs) {
    const again = seen.has(key.join());
    seen.add(key.join());
    tokens.push(...key, ...value);
    isAsked.push(...key.map(() => false), ...value.map(() => again));
  }
  const before = T + 1 - tokens.length;
  for (let t = 0; t < T; t++) {
    inputs[row * T + t] = t < before ? pad : tokens[t - before];
    const next = t + 1 - before;
    const label = next < 0 ? pad : tokens[next];
    labels[row * T + t] = isTraining || isAsked[next] ? label : IGNORE;
  }
}
