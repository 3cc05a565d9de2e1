// Documents with their requests and answers, in the lines of `samples_*.jsonl` of the lm-evaluation-harness 0.4.13.
import { floatText } from '../python/float.ts';
import type { Answer, Request } from '../requests/request.ts';
import type { BenchmarkResult, Sample } from './results.ts';

/** A line of `samples_<task>_<date>.jsonl`; the metrics stand beside the other fields under their own names. */
export interface HarnessSample {
  readonly doc_id: number;
  readonly doc: unknown;
  readonly target: string;
  /** What was asked: `{ gen_args_0: { arg_0: context, arg_1: continuation } }`. */
  readonly arguments: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** By request, then by repetition; numbers and truth values as Python writes them. */
  readonly resps: readonly unknown[];
  readonly filtered_resps: readonly unknown[];
  readonly filter: 'none';
  readonly metrics: readonly string[];
  /** SHA-256. */
  readonly doc_hash: string;
  readonly prompt_hash: string;
  readonly target_hash: string;
  readonly [metric: string]: unknown;
}

/** The lines of a benchmark, in the order of its documents. */
export async function harnessSamples({ samples }: BenchmarkResult): Promise<HarnessSample[]> {
  return Promise.all(samples.map(lineOf));
}

/** What of a benchmark's samples is in its hash. */
export async function taskHash(result: BenchmarkResult): Promise<string> {
  const lines = await harnessSamples(result);
  return sha256(lines.map((line) => line.doc_hash + line.prompt_hash + line.target_hash).join(''));
}

async function lineOf({ doc_id, doc, target, requests, answers, metrics }: Sample): Promise<HarnessSample> {
  const asked = requests.map(argumentsOf);
  const said = answers.map(responseOf);
  return {
    ...{ doc_id, doc, target: String(target) },
    arguments: Object.fromEntries(asked.map((list, i) => [`gen_args_${i}`, named(list)])),
    resps: said.map((one) => [one]),
    filtered_resps: said,
    filter: 'none',
    metrics: Object.keys(metrics),
    doc_hash: await sha256(JSON.stringify(doc, null, 2)),
    prompt_hash: await sha256(String(asked[0][0])),
    target_hash: await sha256(String(target)),
    ...metrics,
  };
}

const named = (list: readonly unknown[]): Record<string, unknown> =>
  Object.fromEntries(list.map((one, i) => [`arg_${i}`, one]));

function argumentsOf(request: Request): unknown[] {
  if (request.kind === 'loglikelihood') return [request.context, request.continuation];
  if (request.kind === 'loglikelihood_rolling') return [request.text];
  return [request.context, generationFacts(request.options)];
}

/** The options of a generation under the names of the harness. */
export function generationFacts({
  until,
  maxTokens,
  temperature = 0,
}: (Request & { kind: 'generate_until' })['options']): Record<string, unknown> {
  return { until, max_gen_toks: maxTokens, do_sample: temperature > 0, temperature };
}

function responseOf(answer: Answer): unknown {
  if (answer.kind === 'loglikelihood') return [floatText(answer.logprob), answer.greedy ? 'True' : 'False'];
  return answer.kind === 'loglikelihood_rolling' ? floatText(answer.logprob) : answer.text;
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
