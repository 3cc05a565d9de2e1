// Replays the documents of a run: prompts and ids as they were, answers within their tolerance, decisions and metrics.
import {
  type BenchmarkResult,
  disjoint,
  encodingOf,
  promptOf,
  type Request,
  type Row,
  readTokens,
  rollingWindows,
  type Sample,
  splitPair,
} from '@twilljs/eval';
import { type Cases, different, type WrongCase } from './cases.ts';
import { type EvalModel, likelihoodTolerance } from './eval-model.ts';
import type { Measured } from './measured.ts';
import { generationEnds } from './replay-requests.ts';

/** A line of `<task>[.<variant>].jsonl`. */
export interface Recorded {
  readonly doc_id: number;
  readonly doc?: Row;
  readonly target?: unknown;
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly fewshot_indices?: readonly number[];
  /** Of choices and last words. */
  readonly contexts?: readonly { readonly text: string; readonly ids: readonly number[] }[];
  readonly requests?: readonly RecordedRequest[];
  /** Of all metrics of choices. */
  readonly lls?: readonly number[];
  readonly greedy?: readonly boolean[];
  /** Of whole texts: the text and its ids; of generation what was written. */
  readonly text?: string;
  readonly ids?: readonly number[];
  readonly ll?: number;
  readonly windows?: readonly RecordedWindow[];
  /** Of generation. */
  readonly context?: string;
  readonly gen_kwargs?: { readonly until: readonly string[]; readonly max_gen_toks: number };
  readonly context_ids?: readonly number[];
  readonly generated_ids?: readonly number[];
  readonly ended?: string;
}

interface RecordedRequest {
  readonly context: number;
  readonly continuation: string;
  readonly ids: readonly number[];
  readonly ll: number;
  readonly greedy: boolean;
}

interface RecordedWindow {
  readonly context: number;
  readonly predict: number;
  readonly ll: number;
  readonly context_ids?: readonly number[];
}

type Pair = readonly [what: string, ours: unknown, expected: unknown];

/** A document: what must be equal, and the log-likelihoods, which may be a little off. */
interface Compared {
  readonly pairs: readonly Pair[];
  readonly logprobs: readonly (readonly [ours: number, expected: number])[];
}

export async function replayDocuments(
  rows: readonly Recorded[],
  result: BenchmarkResult,
  pool: readonly Row[],
  maxLength: number,
  given: EvalModel,
): Promise<{ measured: Measured[]; cases: Cases }> {
  const wrong: WrongCase[] = [];
  const logprobs: (readonly [number, number])[] = [];
  for (const [index, row] of rows.entries()) {
    const sample = result.samples[row.doc_id];
    const compared = [common(row, sample, result, pool, given), await answersOf(row, sample, maxLength, given)];
    wrong.push(...compared.flatMap(({ pairs }) => different(index, textOf(sample), pairs)));
    logprobs.push(...compared.flatMap((one) => one.logprobs));
  }
  return { measured: measured(logprobs, given), cases: { count: rows.length, wrong } };
}

const textOf = ({ requests: [first] }: Sample): string =>
  first.kind === 'loglikelihood_rolling' ? first.text : first.context;

/** What every document has; prompts also with the examples that were recorded, for those of our own generator may be others. */
function common(
  { doc, target, metrics, fewshot_indices: shots }: Recorded,
  sample: Sample,
  { benchmark }: BenchmarkResult,
  pool: readonly Row[],
  given: EvalModel,
): Compared {
  const pairs: Pair[] = [
    ['metrics', near(sample.metrics, metrics, given), sorted(metrics)],
    ['target', sample.target, target],
  ];
  if (doc) pairs.push(['doc', sample.doc, doc]);
  if (shots) {
    const examples = shots.map((i) => benchmark.prepare(pool[i]));
    pairs.push([
      'requests with the examples that were recorded',
      benchmark.requests(sample.doc, examples),
      sample.requests,
    ]);
  }
  return { pairs: target === undefined ? pairs.filter(([what]) => what !== 'target') : pairs, logprobs: [] };
}

async function answersOf(row: Recorded, sample: Sample, maxLength: number, given: EvalModel): Promise<Compared> {
  if (row.windows) return windowsOf(row, sample, maxLength, given);
  if (row.generated_ids) return writtenOf(row, sample, maxLength, given);
  const { lls, greedy } = row;
  const answers = sample.answers.flatMap((one) => (one.kind === 'loglikelihood' ? [one] : []));
  const expected = lls ? lls.map((ll, i) => ({ ll, greedy: greedy?.[i] })) : (row.requests ?? []);
  return {
    pairs: [
      ...(row.requests ? requestsOf(row, sample, given) : []),
      ['greedy', answers.map((one) => one.greedy), expected.map((one) => one.greedy)],
    ],
    logprobs: expected.map(({ ll }, i) => [answers[i]?.logprob ?? Number.NaN, ll]),
  };
}

/** Texts of requests, and their ids before truncation. */
function requestsOf({ contexts = [], requests = [] }: Recorded, sample: Sample, given: EvalModel): Pair[] {
  const encoding = encodingOf(given.tokenizer);
  const ours = sample.requests.flatMap((one) => (one.kind === 'loglikelihood' ? [one] : []));
  const ids = ours.map(({ context, continuation }) => splitPair(encoding, context, continuation));
  return [
    ['contexts', ours.map(({ context }) => context), requests.map(({ context }) => contexts[context].text)],
    ['continuations', ours.map(({ continuation }) => continuation), requests.map(({ continuation }) => continuation)],
    ['ids of contexts', ids.map(({ context }) => [...context]), requests.map(({ context }) => contexts[context].ids)],
    ['ids of continuations', ids.map(({ continuation }) => [...continuation]), requests.map((one) => one.ids)],
  ];
}

/** A whole text in the windows in which it is read. */
async function windowsOf(row: Recorded, sample: Sample, maxLength: number, given: EvalModel): Promise<Compared> {
  const { windows = [], ll = Number.NaN } = row;
  const [{ text }] = sample.requests as readonly (Request & { kind: 'loglikelihood_rolling' })[];
  const [answer] = sample.answers;
  const encoding = encodingOf(given.tokenizer);
  const ids = encoding.encode(text);
  const parts = rollingWindows(ids, { maxLength, prefix: encoding.prefix! }).map(disjoint);
  const found = await readTokens(given.model, parts);
  const sums = found.map(({ logprobs }) => logprobs.reduce((sum, x) => sum + x, 0));
  const pairs: Pair[] = [
    [
      'windows',
      parts.map((part) => [part.context.length, part.continuation.length]),
      windows.map((w) => [w.context, w.predict]),
    ],
    ...windows.flatMap((w, i): Pair[] =>
      w.context_ids ? [[`ids before window ${i}`, parts[i] && [...parts[i].context], w.context_ids]] : [],
    ),
  ];
  if (row.text !== undefined) pairs.push(['whole text', text, row.text]);
  if (row.ids) pairs.push(['ids', [...ids], row.ids]);
  return {
    pairs,
    logprobs: [
      ['logprob' in answer ? answer.logprob : Number.NaN, ll],
      ...windows.map((w, i): [number, number] => [sums[i] ?? Number.NaN, w.ll]),
    ],
  };
}

/** What is written after a prompt. */
function writtenOf(row: Recorded, sample: Sample, maxLength: number, given: EvalModel): Compared {
  const [{ context, options }] = sample.requests as readonly (Request & { kind: 'generate_until' })[];
  const [answer] = sample.answers;
  if (answer.kind !== 'generate_until') return { pairs: [['kind', answer.kind, 'generate_until']], logprobs: [] };
  const { ids } = promptOf(encodingOf(given.tokenizer), context, options, maxLength);
  return {
    pairs: [
      ['context', context, row.context],
      ['until', options.until, row.gen_kwargs?.until],
      ['max_gen_toks', options.maxTokens, row.gen_kwargs?.max_gen_toks],
      ['context_ids', [...ids], row.context_ids],
      ['generated_ids', answer.ids, row.generated_ids],
      ['ended', generationEnds[answer.end], row.ended],
      ['written', answer.text, row.text],
    ],
    logprobs: [],
  };
}

/** Ours, but the expected value where a number is within its tolerance. */
function near(ours: unknown, expected: unknown, given: EvalModel): unknown {
  if (typeof ours === 'number' && typeof expected === 'number') {
    const isNear = Math.abs(ours - expected) <= likelihoodTolerance(expected, given);
    return isNear && !Number.isInteger(expected) ? expected : ours;
  }
  if (Array.isArray(ours) && Array.isArray(expected)) return ours.map((one, i) => near(one, expected[i], given));
  if (typeof ours !== 'object' || ours === null) return ours;
  return sorted(
    Object.fromEntries(
      Object.entries(ours).map(([name, one]) => [name, near(one, (expected as Record<string, unknown>)[name], given)]),
    ),
  );
}

const sorted = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));

/** The log-likelihood that is furthest off, of itself where it is above 1. */
function measured(all: Compared['logprobs'], given: EvalModel): Measured[] {
  if (all.length === 0) return [];
  let [error, worst] = [0, 0];
  for (const [i, [ours, expected]] of all.entries()) {
    const off = Math.abs(ours - expected) / Math.max(1, Math.abs(expected));
    if (off <= error) continue;
    [error, worst] = [Number.isNaN(off) ? Number.POSITIVE_INFINITY : off, i];
  }
  return [{ tensor: 'log-likelihoods', error, tolerance: likelihoodTolerance(0, given), worst }];
}
