// Requests of benchmarks in, answers of a model out.
import { checkModel, type LanguageModel, requireIds } from '@twilljs/hybrid';
import { isTwillError, knownOnly, nextTurn, OptionError, whole } from '@twilljs/tensor';
import type { Tokenizer } from '@twilljs/tokenizers';
import { type Encoding, encodingOf } from './encoding.ts';
import { batchesOf, type Prompt, promptOf, written } from './generation.ts';
import { readTokens } from './read-tokens.ts';
import { type Answer, checkRequest, type GenerationRequest, keyOf, type Request } from './request.ts';
import { disjoint, rollingWindows } from './rolling.ts';
import { prefixOf, splitPair, truncated } from './split.ts';
import type { TokenAnswer, TokenRequest } from './token-request.ts';

/** Answers that are kept, such as those of a run that was killed. `openAnswers` of `@twilljs/eval/node` keeps them on disk. */
export interface AnswerStore {
  get(request: Request): Answer | undefined;
  /** Keeps the answers of a batch: all of them, or after a crash none. */
  put(batch: readonly (readonly [Request, Answer])[]): Promise<void>;
}

/** How far the answers are. */
export interface AnswerProgress {
  /** Requests that are answered, those that were known among them, and all; what is asked twice counts once. */
  readonly done: number;
  readonly of: number;
  /** Tokens that the requests answered by now have, without those that were known. */
  readonly tokens: number;
  /** Of the requests that are being answered. */
  readonly kind: Request['kind'];
}

/** A model, its tokenizer, and where its answers are kept. */
export interface Answering {
  readonly model: LanguageModel;
  readonly tokenizer: Tokenizer;
  /** Tokens that the model reads at once: longer contexts lose their beginning, longer texts are read in windows. */
  readonly maxLength: number;
  /** Where answers are looked up and kept. Default: nowhere. */
  readonly answers?: AnswerStore | null;
  /** Told after each batch, when its answers are kept: what it throws ends the work, and nothing is lost. */
  onProgress?(progress: AnswerProgress): void;
}

/**
 * Answers requests as lm-evaluation-harness does, in batches, each sequence as if it were alone. What is asked twice is answered once. All
 * requests are turned into ids before the first is read; which of them go together depends on all, not on what is known.
 *
 * @returns answers in the order of the requests.
 * @throws OptionError for a request that cannot be, by its place; for a tokenizer of other ids than the model has.
 */
export async function answerRequests(requests: readonly Request[], given: Answering): Promise<Answer[]> {
  knownOnly('answerRequests', given, ['model', 'tokenizer', 'maxLength', 'answers', 'onProgress']);
  checkModel('answerRequests', given.model);
  requireIds('answerRequests', given.model, given.tokenizer);
  whole('answerRequests: maxLength', given.maxLength, 1);
  const work = new Work(given);
  const keys = requests.map((request, i) => {
    try {
      return work.add(request);
    } catch (error) {
      if (!isTwillError(error)) throw error;
      throw new OptionError(`answerRequests: request ${i}: ${error.message}`);
    }
  });
  await work.read('loglikelihood');
  await work.read('loglikelihood_rolling');
  await work.write();
  return keys.map((key) => work.answers.get(key)!);
}

/** Prompts that are continued together have so many times the tokens that the device reads at once: they are read part by part. */
const READS = 8;

/** A request whose answer is read from what follows what. */
interface Reading {
  readonly request: Exclude<Request, GenerationRequest>;
  readonly parts: readonly TokenRequest[];
  /** By part. */
  readonly found: TokenAnswer[];
  /** Parts without an answer. */
  left: number;
}

/** A request whose answer is written. */
interface Writing {
  readonly request: GenerationRequest;
  readonly prompt: Prompt;
}

class Work {
  /** By key. */
  readonly answers = new Map<string, Answer>();
  private readonly given: Answering;
  private readonly encoding: Encoding;
  private readonly readings = new Map<string, Reading>();
  private readonly writings = new Map<string, Writing>();
  private tokens = 0;

  constructor(given: Answering) {
    this.given = given;
    this.encoding = encodingOf(given.tokenizer);
  }

  /** @returns the key of its answer. */
  add(request: Request): string {
    checkRequest(request);
    const key = keyOf(request);
    const { readings, writings, encoding, given } = this;
    if (readings.has(key) || writings.has(key)) return key;
    if (request.kind === 'generate_until') {
      const prompt = promptOf(encoding, request.context, request.options, given.maxLength);
      writings.set(key, { request, prompt });
    } else {
      const parts = this.partsOf(request);
      readings.set(key, { request, parts, found: [], left: parts.length });
      if (parts.length === 0) this.answers.set(key, { kind: 'loglikelihood_rolling', logprob: 0 });
    }
    const known = given.answers?.get(request);
    if (known) this.answers.set(key, known);
    return key;
  }

  private partsOf(request: Exclude<Request, GenerationRequest>): TokenRequest[] {
    const { encoding } = this;
    const { maxLength } = this.given;
    if (request.kind === 'loglikelihood') {
      return [truncated(splitPair(encoding, request.context, request.continuation), maxLength)];
    }
    const ids = encoding.encode(request.text);
    if (ids.length === 0) return [];
    return rollingWindows(ids, { maxLength, prefix: prefixOf(encoding) }).map(disjoint);
  }

  /** Answers all of a kind that is read. */
  async read(kind: Reading['request']['kind']): Promise<void> {
    const all = [...this.readings].filter(([, { request }]) => request.kind === kind);
    const parts = all.flatMap(([key, reading]) => reading.parts.map((part, at) => ({ key, reading, part, at })));
    if (parts.length === 0) return;
    this.report(kind);
    const known = new Set(this.answers.keys());
    await readTokens(
      this.given.model,
      parts.map(({ part }) => part),
      {
        isKnown: (i) => known.has(parts[i].key),
        onBatch: async (indices, answers) => {
          const batch: [Request, Answer][] = [];
          for (const [n, i] of indices.entries()) {
            const { key, reading, at } = parts[i];
            if (known.has(key)) continue;
            reading.found[at] = answers[n];
            reading.left--;
            if (reading.left > 0) continue;
            batch.push([reading.request, answerOf(reading)]);
            this.tokens += tokensOf(reading);
          }
          await this.keep(kind, batch);
        },
      },
    );
  }

  /** Answers all that is written. */
  async write(): Promise<void> {
    const all = [...this.writings];
    if (all.length === 0) return;
    this.report('generate_until');
    const { model, tokenizer } = this.given;
    const batches = batchesOf(
      all.map(([, { prompt }]) => prompt),
      READS * model.device.limits.tokensAtOnce,
    );
    for (const places of batches) {
      const these = places.map((i) => all[i]);
      if (these.every(([key]) => this.answers.has(key))) continue;
      const prompts = these.map(([, { prompt }]) => prompt);
      const answers = await written(model, tokenizer, prompts);
      const batch: [Request, Answer][] = [];
      for (const [n, [key, { request, prompt }]] of these.entries()) {
        if (this.answers.has(key)) continue;
        batch.push([request, answers[n]]);
        this.tokens += prompt.ids.length + answers[n].ids.length;
      }
      await this.keep('generate_until', batch);
    }
  }

  private async keep(kind: Request['kind'], batch: readonly (readonly [Request, Answer])[]): Promise<void> {
    if (batch.length === 0) return;
    await this.given.answers?.put(batch);
    for (const [request, answer] of batch) this.answers.set(keyOf(request), answer);
    await nextTurn(); // else a signal such as that of Ctrl-C waits until all is answered
    this.report(kind);
  }

  private report(kind: Request['kind']): void {
    const of = this.readings.size + this.writings.size;
    this.given.onProgress?.({ done: this.answers.size, of, tokens: this.tokens, kind });
  }
}

function answerOf({ request, found }: Reading): Answer {
  let logprob = 0;
  for (const { logprobs } of found) for (const x of logprobs) logprob += x;
  if (request.kind === 'loglikelihood_rolling') return { kind: request.kind, logprob };
  return { kind: request.kind, logprob, greedy: found.every(({ greedy }) => greedy) };
}

const tokensOf = ({ parts }: Reading): number =>
  parts.reduce((n, { context, continuation }) => n + context.length + continuation.length - 1, 0);
