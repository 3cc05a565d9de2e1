// Replays cases of sampling: the probabilities that options make of logits, and which ids may come.
import { join } from 'node:path';
import { probabilities, type SamplingOptions } from '@twilljs/hybrid';
import { FileError, shown } from '@twilljs/tensor';
import { type Cases, casesIn, type WrongCase } from './cases.ts';
import type { SamplingTarget } from './targets.ts';

/** By how much a probability may be off. */
const TOLERANCE = 1e-6;

interface Case {
  readonly logits: readonly number[];
  /** Those before. */
  readonly ids: readonly number[];
  /** In the names of Transformers. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly probabilities: readonly number[];
  /** How many ids may come. */
  readonly kept: number;
}

const FIELDS = 'logits, ids, options, probabilities, as many as logits, and kept';

const names: Readonly<Record<string, keyof SamplingOptions>> = {
  temperature: 'temperature',
  top_k: 'topK',
  top_p: 'topP',
  min_p: 'minP',
  repetition_penalty: 'repetitionPenalty',
  no_repeat_ngram_size: 'noRepeatNgramSize',
};

/** With these values Transformers leaves a step out which can do nothing else here. */
const off: Readonly<Record<string, unknown>> = { top_k: 0, no_repeat_ngram_size: 0 };

export function replaySampling({ path }: SamplingTarget): Cases {
  const file = join(path, 'cases.json');
  const cases = casesIn<Case>(file, FIELDS, isCase);
  return { count: cases.length, wrong: cases.flatMap((one, index) => wrongIn(one, index, file)) };
}

function wrongIn({ logits, ids, options, kept, ...one }: Case, index: number, file: string): WrongCase[] {
  const ours = probabilities(Float64Array.from(logits), ids, optionsOf(options, `${file}: case ${index}`));
  const pairs: [what: string, ours: unknown, expected: unknown][] = [];
  for (const [id, expected] of one.probabilities.entries()) {
    if (!(Math.abs(ours[id] - expected) <= TOLERANCE)) pairs.push([`probability of ${id}`, ours[id], expected]);
  }
  const [come, expected] = [ours, one.probabilities].map(idsThatCome);
  if (`${come}` !== `${expected}` || come.length !== kept) pairs.push(['kept', come, expected]);
  return pairs.map(([what, ours, expected]) => ({ index, text: JSON.stringify(options), what, ours, expected }));
}

const idsThatCome = (probabilities: ArrayLike<number>): number[] =>
  Array.from(probabilities).flatMap((p, id) => (p > 0 ? [id] : []));

function optionsOf(given: Case['options'], where: string): SamplingOptions {
  const entries = Object.entries(given).filter(([name, value]) => value !== null && value !== off[name]);
  const unknown = entries.find(([name]) => !Object.hasOwn(names, name));
  if (unknown) throw new FileError(`${where}: option ${shown(unknown[0])} is not in this version.`);
  return Object.fromEntries(entries.map(([name, value]) => [names[name], value]));
}

function isCase({ logits, ids, options, probabilities, kept }: Record<string, unknown>): boolean {
  const isNumbers = (value: unknown): value is number[] =>
    Array.isArray(value) && value.every((x) => typeof x === 'number');
  return (
    isNumbers(logits) &&
    isNumbers(ids) &&
    isNumbers(probabilities) &&
    probabilities.length === logits.length &&
    typeof options === 'object' &&
    options !== null &&
    typeof kept === 'number'
  );
}
