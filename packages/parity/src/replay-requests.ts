// Replays requests at the level of text: how pairs are split, what they are worth, and what is written after prompts.
import {
  type Answer,
  answerRequests,
  encodingOf,
  generationOptions,
  promptOf,
  type Request,
  splitPair,
  truncated,
} from '@twilljs/eval';
import { isTwillError } from '@twilljs/tensor';
import { type Cases, different, linesIn, type WrongCase } from './cases.ts';
import { type EvalModel, likelihoodTolerance } from './eval-model.ts';

/** `max_length` of the goldens, which say it nowhere. */
const [READ, WRITTEN] = [32, 64];

interface Pair {
  readonly context: string;
  readonly continuation: string;
  /** The original raises. */
  readonly error?: true;
  /** Before truncation. */
  readonly context_ids: readonly number[];
  readonly continuation_ids: readonly number[];
  readonly input_length: number;
  readonly ll: number;
  readonly greedy: boolean;
}

/** A file `requests-<model>.jsonl`: all that can be answered at once, what raises one by one. */
export async function replayRequests(path: string, given: EvalModel): Promise<Cases> {
  const pairs = linesIn<Pair>(path, 'context, continuation, and ll and greedy, or error', isPair);
  const requestOf = ({ context, continuation }: Pair): Request => ({ kind: 'loglikelihood', context, continuation });
  return replayed(pairs, requestOf, READ, given, (pair, index, answer) => {
    if (answer.kind !== 'loglikelihood') return [];
    const { context, continuation, ll } = pair;
    const ids = splitPair(encodingOf(given.tokenizer), context, continuation);
    const read = truncated(ids, READ);
    const isOff = !(Math.abs(answer.logprob - ll) <= likelihoodTolerance(ll, given));
    return different(index, `${context} | ${continuation}`, [
      ['context_ids', [...ids.context], pair.context_ids],
      ['continuation_ids', [...ids.continuation], pair.continuation_ids],
      ['input_length', read.context.length + read.continuation.length - 1, pair.input_length],
      ['ll', isOff ? answer.logprob : ll, ll],
      ['greedy', answer.greedy, pair.greedy],
    ]);
  });
}

interface Generation {
  readonly context: string;
  readonly gen_kwargs: Readonly<Record<string, unknown>>;
  readonly error?: true;
  /** After truncation. */
  readonly context_ids: readonly number[];
  readonly generated_ids: readonly number[];
  readonly ended: string;
  readonly text: string;
}

/** The ends of generations in the words of the goldens. */
export const generationEnds = { eos: 'eos', stop: 'stop string', length: 'length' };

/** A file `generate-<model>.jsonl`. */
export async function replayGenerations(path: string, given: EvalModel): Promise<Cases> {
  const all = linesIn<Generation>(
    path,
    'context, gen_kwargs, and generated_ids, ended and text, or error',
    isGeneration,
  );
  const optionsOf = ({ gen_kwargs }: Generation) => generationOptions(gen_kwargs);
  const requestOf = (one: Generation): Request => ({
    kind: 'generate_until',
    context: one.context,
    options: optionsOf(one),
  });
  return replayed(all, requestOf, WRITTEN, given, (one, index, answer) => {
    if (answer.kind !== 'generate_until') return [];
    const { ids } = promptOf(encodingOf(given.tokenizer), one.context, optionsOf(one), WRITTEN);
    return different(index, one.context, [
      ['context_ids', [...ids], one.context_ids],
      ['generated_ids', answer.ids, one.generated_ids],
      ['ended', generationEnds[answer.end], one.ended],
      ['written', answer.text, one.text],
    ]);
  });
}

async function replayed<T extends { readonly context: string; readonly error?: true }>(
  all: readonly T[],
  requestOf: (one: T) => Request,
  maxLength: number,
  given: EvalModel,
  compare: (one: T, index: number, answer: Answer) => WrongCase[],
): Promise<Cases> {
  const indexed = all.map((one, index) => ({ one, index }));
  const [raising, answering] = [true, false].map((error) =>
    indexed.filter(({ one }) => (one.error ?? false) === error),
  );
  const answers = await answerRequests(
    answering.map(({ one }) => requestOf(one)),
    { ...given, maxLength },
  );
  const wrong = answering.flatMap(({ one, index }, i) => compare(one, index, answers[i]));
  for (const { one, index } of raising) {
    const raises = await answerRequests([requestOf(one)], { ...given, maxLength }).then(() => false, isTwillError);
    wrong.push(...different(index, one.context, [['error', raises, true]]));
  }
  return { count: all.length, wrong: wrong.sort((a, b) => a.index - b.index) };
}

const isIds = (value: unknown): boolean => Array.isArray(value) && value.every((id) => Number.isInteger(id));

function isPair({ context, continuation, error, ...one }: Record<string, unknown>): boolean {
  if (typeof context !== 'string' || typeof continuation !== 'string') return false;
  if (error === true) return true;
  const isNumbered = typeof one.ll === 'number' && typeof one.input_length === 'number';
  return isNumbered && typeof one.greedy === 'boolean' && isIds(one.context_ids) && isIds(one.continuation_ids);
}

function isGeneration({ context, gen_kwargs, error, ...one }: Record<string, unknown>): boolean {
  if (typeof context !== 'string' || typeof gen_kwargs !== 'object' || gen_kwargs === null) return false;
  if (error === true) return true;
  return (
    typeof one.text === 'string' && typeof one.ended === 'string' && isIds(one.context_ids) && isIds(one.generated_ids)
  );
}
