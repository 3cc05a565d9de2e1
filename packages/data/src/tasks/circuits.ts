// Boolean and counting functions of all tokens so far: parity and majority, at the end of a row or at every position.
import { knownOnly, OptionError, shown, whole } from '@twilljs/tensor';
import type { Batch } from '../batch.ts';
import type { RandomSource } from '../source.ts';
import { beyond, makeTask, type Task } from './task.ts';

/** The functions of `circuits`. */
export const circuitNames = [
  'parity',
  'majority',
  'vocab-majority',
  'cumulative-parity',
  'cumulative-majority',
] as const;

/** What is computed of all tokens so far. */
export type CircuitName = (typeof circuitNames)[number];

/** Options of `circuits`. */
export interface CircuitsOptions {
  /** Default parity. */
  circuit?: CircuitName;
  /** Tokens per training row, of cumulative parity one fewer. Default 32. */
  length?: number;
  /** Ids, of vocab-majority alone: 0 is the question, all others are counted. Default 8. */
  vocab?: number;
  /** Rows per batch, B. Default 64. */
  batch?: number;
  source: RandomSource;
}

interface Circuit {
  /** Ids of the symbols: [from, to). */
  readonly symbols: readonly [from: number, to: number];
  /** What stands at the end of the row, where the answer is asked for; null where it is at every position. */
  readonly question: number | null;
  /** Tokens beside the symbols. */
  readonly further: number;
  /** The answer to symbols so far. */
  answer(counts: ArrayLike<number>): number;
}

const isOdd = (counts: ArrayLike<number>) => counts[1] % 2;

const circuitOf = (vocab: number): Readonly<Record<CircuitName, Circuit>> => ({
  parity: { symbols: [0, 2], question: 2, further: 1, answer: isOdd },
  majority: { symbols: [0, 2], question: 2, further: 1, answer: (counts) => Number(counts[1] > counts[0]) },
  'vocab-majority': { symbols: [1, vocab], question: 0, further: 1, answer: mostOften },
  // One token fewer than the others of a length, as the original has it.
  'cumulative-parity': { symbols: [0, 2], question: null, further: 1, answer: isOdd },
  'cumulative-majority': {
    symbols: [0, 2],
    question: null,
    further: 0,
    answer: (counts) => Number(counts[1] >= counts[0]),
  },
});

/**
 * Random symbols and, as labels: `parity` whether the ones are odd in number, `majority` whether there are more ones than zeros,
 * `vocab-majority` the most frequent id, of several the smallest, each at the end of the row, where a question stands; or at every
 * position `cumulative-parity` and `cumulative-majority`, where as many ones as zeros count as 1.
 *
 * Difficulty: tokens of a row. The default ones are 1, 2, 4 and 8 times the training length.
 *
 * @see HazyResearch/zoology, circuits.
 */
export function circuits(options: CircuitsOptions): Task {
  knownOnly('circuits', options, ['circuit', 'length', 'vocab', 'batch', 'source']);
  const { circuit = 'parity', length = 32, vocab = 8, batch = 64, source } = options;
  if (!circuitNames.includes(circuit)) {
    throw new OptionError(
      `circuits: circuit is ${shown(circuit)} where one of ${circuitNames.join(', ')} is needed; correct it.`,
    );
  }
  whole('circuits: vocab', vocab, 3);
  const check = (tokens: number) => whole('circuits: length', tokens, 2);
  check(length);
  const { symbols, further, question } = circuitOf(vocab)[circuit];
  const [from, to] = symbols;
  return makeTask({
    ...{ name: 'circuits', batch, source, check },
    vocab: Math.max(to, (question ?? 0) + 1),
    chance: 1 / (to - from),
    difficulties: beyond(length),
    length: (tokens) => tokens - (question === null ? further : 0),
    difficulty: () => length,
    write(out, row, tokens, random) {
      const drawn = random.ints(tokens - further, to - from).map((id) => from + id);
      writeCircuit(out, row, circuit, drawn, vocab);
    },
  });
}

/** Writes symbols, and the answer at the question after them or at each of them. */
export function writeCircuit(
  { inputs, labels, T }: Batch,
  row: number,
  circuit: CircuitName,
  symbols: ArrayLike<number>,
  vocab: number,
): void {
  const { question, answer } = circuitOf(vocab)[circuit];
  const counts = new Int32Array(Math.max(2, vocab));
  let at = row * T;
  for (let i = 0; i < symbols.length; i++) {
    counts[symbols[i]]++;
    if (question === null) labels[at] = answer(counts);
    inputs[at++] = symbols[i];
  }
  if (question === null) return;
  inputs[at] = question;
  labels[at] = answer(counts);
}

/** The id that occurs most often, of several the smallest. */
function mostOften(counts: ArrayLike<number>): number {
  let best = 0;
  for (let id = 1; id < counts.length; id++) if (counts[id] > counts[best]) best = id;
  return best;
}
