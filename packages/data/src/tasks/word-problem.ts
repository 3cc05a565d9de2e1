// The word problem of a group: the product of all elements so far, which a model can only know by keeping a state.
import { knownOnly, OptionError, shown, whole } from '@twilljs/tensor';
import type { Batch } from '../batch.ts';
import type { RandomSource } from '../source.ts';
import { epochsOf } from './epochs.ts';
import { type Group, group } from './group.ts';
import { beyond, makeTask, type Task } from './task.ts';

/** Options of word problems of groups. */
export interface WordProblemOptions {
  /** `S3`, `A5`, `Z60`, `A4xZ5`, as `group` takes it. Default S5. */
  group?: string;
  /** Which elements occur: all, or of permutations those that move at most two points (swaps) or three. Default all. */
  elements?: 'all' | 'swaps' | 'three';
  /** Tokens per training row, T. Default 32. */
  length?: number;
  /** Distinct rows of training, each once an epoch; null for new ones for ever. Default null. */
  examples?: number | null;
  /** Rows per batch, B. Default 64. */
  batch?: number;
  source: RandomSource;
}

const name = 'word-problem';

/**
 * Random elements g1 ... gT of a group; the label of every position is the product so far, y_t = y_(t-1) g_t, which is `op(state, g)`.
 *
 * Difficulty: tokens, any number. The default ones are 1, 2, 4 and 8 times the training length.
 *
 * @throws OptionError for an unknown group, and for elements of which fewer than two occur.
 * @see Merrill et al. 2024, https://arxiv.org/abs/2404.08819; the subsets: Grazzi et al. 2024, https://arxiv.org/abs/2411.12537.
 */
export function wordProblem(options: WordProblemOptions): Task {
  knownOnly('wordProblem', options, ['group', 'elements', 'length', 'examples', 'batch', 'source']);
  const { group: named = 'S5', elements = 'all', length = 32, examples, batch = 64, source } = options;
  const check = (tokens: number) => whole(`${name}: length`, tokens, 1);
  check(length);
  const of = group(named);
  const occurring = occurringIn(of, elements);
  return makeTask({
    ...{ name, vocab: of.order, batch, source, check },
    ...epochsOf(name, examples, source),
    chance: 1 / of.order,
    difficulties: beyond(length),
    length: (tokens) => tokens,
    difficulty: () => length,
    write(out, row, _, random) {
      const drawn = random.ints(out.T, occurring.length).map((i) => occurring[i]);
      writeProducts(out, row, of, drawn);
    },
  });
}

const MOVED = { swaps: 2, three: 3 };

function occurringIn({ name: of, order, moved }: Group, elements: 'all' | 'swaps' | 'three'): number[] {
  const all = Array.from({ length: order }, (_, i) => i);
  if (elements !== 'all' && !Object.hasOwn(MOVED, elements)) {
    throw new OptionError(`${name}: elements is ${shown(elements)}; give 'all', 'swaps' or 'three'.`);
  }
  if (elements !== 'all' && moved === null) {
    throw new OptionError(`${name}: elements is '${elements}' but ${of} is no group of permutations; give 'all'.`);
  }
  const found = elements === 'all' ? all : all.filter((i) => (moved as readonly number[])[i] <= MOVED[elements]);
  if (found.length > 1) return found;
  throw new OptionError(
    `${name}: of ${of} only the identity occurs with elements '${elements}'; give others, or a larger group.`,
  );
}

/** Writes elements and, at each, the product so far. */
export function writeProducts({ inputs, labels, T }: Batch, row: number, of: Group, elements: ArrayLike<number>): void {
  let state = 0;
  for (let t = 0; t < T; t++) {
    state = of.op(state, elements[t]);
    inputs[row * T + t] = elements[t];
    labels[row * T + t] = state;
  }
}
