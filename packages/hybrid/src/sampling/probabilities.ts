// Logits into the probabilities of the next id: the processors of Transformers in their order, in f64.
import { type Data, exactExp, OptionError, shown } from '@twilljs/tensor';
import { type IdList, promptIds } from '../ids.ts';
import { mostLikely } from '../most-likely.ts';
import { keepMinP, keepTopK, keepTopP, largestOf } from './cuts.ts';
import { checkSamplingBag, type SamplingOptions } from './options.ts';
import { forbidRepeats, penalise } from './repeats.ts';

/**
 * How likely each id is to come next: repetition penalty, no-repeat n-gram, temperature, top-k, top-p, min-p, softmax, in this order and
 * with the rules of Transformers for equal logits.
 *
 * @param logits [N]; -inf for an id that must not come.
 * @param ids those before, oldest first, which repetitions are counted by; none where there are none.
 * @param options default: the softmax of the logits. At temperature 0 all is on the first of the largest logits.
 * @returns [N], of sum 1; the same bits in every engine.
 * @throws OptionError for an unknown or impossible option, and for logits that are no numbers to choose by.
 */
export function probabilities(logits: Data, ids: IdList = [], options: SamplingOptions = {}): Float64Array {
  checkSamplingBag('probabilities', options);
  requireLogits('probabilities:', logits);
  return probabilitiesOf('probabilities:', logits, idsBefore(ids, logits), options);
}

/** Ids before the next one, which may be none. @throws OptionError for what are no ids of these logits. */
export const idsBefore = (ids: IdList, logits: Data): IdList =>
  (ids as IdList | null)?.length === 0 && typeof ids !== 'string'
    ? ids
    : promptIds(ids, { what: 'ids', vocabulary: logits.length });

/** The same of what was checked. @param where whose logits they are, for messages. */
export function probabilitiesOf(where: string, logits: Data, ids: IdList, options: SamplingOptions): Float64Array {
  requireNumbers(where, logits);
  const { temperature = 1, topK, topP, minP, repetitionPenalty = 1, noRepeatNgramSize } = options;
  const left = new Float64Array(logits);
  if (repetitionPenalty !== 1) penalise(left, ids, repetitionPenalty);
  if (noRepeatNgramSize !== undefined) forbidRepeats(left, ids, noRepeatNgramSize);
  const best = mostLikely(left);
  if (best === -1) throw nothingLeft(where, options);
  if (temperature === 0) return new Float64Array(left.length).fill(1, best, best + 1);
  scale(left, temperature);
  if (topK !== undefined) keepTopK(left, topK);
  if (topP !== undefined) keepTopP(left, topP);
  if (minP !== undefined) keepMinP(left, minP);
  return softmax(left);
}

/** Against the largest, so that a temperature near 0 overflows nothing: what softmax and all cuts see are differences. */
function scale(logits: Float64Array, temperature: number): void {
  if (temperature === 1) return;
  const largest = largestOf(logits);
  for (let i = 0; i < logits.length; i++) logits[i] = (logits[i] - largest) / temperature;
}

function softmax(logits: Float64Array): Float64Array {
  const largest = largestOf(logits);
  const weights = logits.map((x) => exactExp(x - largest));
  const total = weights.reduce((sum, x) => sum + x, 0);
  return weights.map((x) => x / total);
}

/** @throws OptionError for what is no typed array with a number in it. */
export function requireLogits(where: string, logits: Data): void {
  if (ArrayBuffer.isView(logits) && !(logits instanceof DataView) && logits.length > 0) return;
  throw new OptionError(
    `${where} the logits are ${shown(logits)}; give a typed array, such as logits.data() resolves to.`,
  );
}

function requireNumbers(where: string, logits: Data): void {
  if (mostLikely(logits) !== -1) return;
  const at = logits.findIndex((x) => !(x < Number.POSITIVE_INFINITY));
  const found = at === -1 ? 'all -Infinity' : `${logits[at]} for id ${at}`;
  throw new OptionError(`${where} the logits are ${found}, no numbers to choose by; use a model that is not damaged.`);
}

const nothingLeft = (where: string, { repetitionPenalty, noRepeatNgramSize }: SamplingOptions): OptionError =>
  new OptionError(
    noRepeatNgramSize !== undefined
      ? `${where} every id would repeat ${noRepeatNgramSize} ids, as noRepeatNgramSize forbids; give a larger one, or none.`
      : `${where} repetitionPenalty ${repetitionPenalty} makes logits infinite; give one nearer to 1.`,
  );
