// Answers to token requests: every stretch of tokens that several begin with is read once, and no logits are kept.
import { type Cache, checkModel, type LanguageModel } from '@twilljs/hybrid';
import { knownOnly, nextTurn, OptionError, whole } from '@twilljs/tensor';
import { type Batch, batchesOf, wantedOf } from './plan.ts';
import { type Segment, segmentsOf } from './prefix-tree.ts';
import type { TokenAnswer, TokenRequest } from './token-request.ts';

/** How many tokens are read at once, and what need not be read again. */
export interface ReadOptions {
  /** Tokens in one forward at most. Default: as many as keep the device busy. */
  readonly tokensAtOnce?: number;
  /** Told what a batch has answered, by index; awaited before the next is read. */
  onBatch?(answered: readonly number[], answers: readonly TokenAnswer[]): void | Promise<void>;
  /** Whether a request need not be answered. */
  readonly isKnown?: (index: number) => boolean;
}

/** An estimate of the tokens that one more sequence costs: a state that is copied, and tokens of few that keep a device less busy. */
const TOKENS_OF_SEQUENCE = 8;

/** Numbers of the states in a batch: 64 MiB in f32, or as many as a quarter of the parameters. */
const STATES = 2 ** 24;

/**
 * Log-probabilities of continuations after their contexts. Inputs that begin with the same tokens are read together as far as that pays;
 * requests that differ in their last id alone are one input.
 *
 * In which batches it reads depends on all requests, the model's sizes and `tokensAtOnce`, never on what is known: whoever goes on after
 * a part of the answers gets the same bits. A batch of which all is known is not read.
 *
 * @returns answers in the order of the requests; a hole where one is known.
 * @throws OptionError for a request without a context or a continuation, or an id that is none of the model's.
 */
export async function readTokens(
  model: LanguageModel,
  requests: readonly TokenRequest[],
  options: ReadOptions = {},
): Promise<TokenAnswer[]> {
  checkModel('readTokens', model);
  knownOnly('readTokens', options, ['tokensAtOnce', 'onBatch', 'isKnown']);
  const { tokensAtOnce = model.device.limits.tokensAtOnce } = options;
  whole('readTokens: tokensAtOnce', tokensAtOnce, 1);
  checkRequests(requests, model.config.model.vocab_size);
  const segments = segmentsOf(requests, (tokens, continued) => {
    return tokens * (continued - 1) > TOKENS_OF_SEQUENCE * (continued + 1);
  });
  const batches = batchesOf(segments, {
    tokens: tokensAtOnce,
    states: Math.max(STATES, model.report().parameters / 4),
    stateSize: (tokens) => model.stateSize(tokens),
  });
  const reading = new Reading(model, requests, options, tokensAtOnce, batches);
  await reading.read(batches, null);
  return reading.answers;
}

function checkRequests(requests: readonly TokenRequest[], vocabulary: number): void {
  for (const [i, request] of requests.entries()) {
    for (const part of ['context', 'continuation'] as const) {
      const ids = request[part];
      if (!(ids?.length > 0)) {
        throw new OptionError(`readTokens: request ${i}: ${part} has no id; give one or more.`);
      }
      for (let j = 0; j < ids.length; j++) {
        whole(`readTokens: request ${i}: ${part}[${j}]`, ids[j], 0, vocabulary - 1);
      }
    }
  }
}

/** A label, and whose it is. */
interface Ask {
  /** In the input. */
  readonly position: number;
  readonly label: number;
  readonly request: number;
  /** In the continuation. */
  readonly k: number;
}

class Reading {
  /** What was answered. */
  readonly answers: TokenAnswer[];
  private readonly model: LanguageModel;
  private readonly requests: readonly TokenRequest[];
  private readonly options: ReadOptions;
  private readonly tokensAtOnce: number;
  private readonly wanted: ReadonlySet<Batch>;
  private readonly isKnown: (index: number) => boolean;
  private readonly found: { readonly logprobs: Float64Array; greedy: boolean; left: number }[];

  constructor(
    model: LanguageModel,
    requests: readonly TokenRequest[],
    options: ReadOptions,
    tokensAtOnce: number,
    batches: readonly Batch[],
  ) {
    const { isKnown = () => false } = options;
    const known = requests.map((_, i) => isKnown(i));
    this.answers = new Array(requests.length);
    this.model = model;
    this.requests = requests;
    this.options = options;
    this.tokensAtOnce = tokensAtOnce;
    this.isKnown = (i) => known[i];
    this.wanted = wantedOf(batches, (i) => !known[i]);
    this.found = requests.map(({ continuation: { length } }) => ({
      logprobs: new Float64Array(length),
      greedy: true,
      left: length,
    }));
  }

  /** @param before the states after which they are read, which are given back; null for none. */
  async read(batches: readonly Batch[], before: Cache | null): Promise<void> {
    const wanted = batches.filter((batch) => this.wanted.has(batch));
    for (const [i, batch] of wanted.entries()) {
      const cache = before ? before.rows(batch.after) : this.firstCache(batch);
      if (i === wanted.length - 1) before?.[Symbol.dispose]();
      try {
        await this.readBatch(batch.segments, cache);
        if (cache) await this.read(batch.next, cache);
      } finally {
        cache?.[Symbol.dispose]();
      }
    }
  }

  /** One where the states are needed afterwards. */
  private firstCache({ segments, next }: Batch): Cache | null {
    const isOne = segments[0].to - segments[0].from <= this.tokensAtOnce;
    return isOne && !next.some((batch) => this.wanted.has(batch)) ? null : this.model.cache(segments.length);
  }

  /** A segment that is too long for one forward is alone, and read part by part. */
  private async readBatch(segments: readonly Segment[], cache: Cache | null): Promise<void> {
    const [{ from, to }] = segments;
    const answered: number[] = [];
    if (segments.length > 1 || to - from <= this.tokensAtOnce)
      answered.push(...(await this.readParts(segments, cache)));
    else {
      for (let at = from; at < to; at += this.tokensAtOnce) {
        const part = { ...segments[0], from: at, to: Math.min(to, at + this.tokensAtOnce) };
        answered.push(...(await this.readParts([part], cache)));
      }
    }
    const fresh = answered.filter((i) => !this.isKnown(i));
    for (const i of fresh) this.answers[i] = { logprobs: this.found[i].logprobs, greedy: this.found[i].greedy };
    const answers = fresh.map((i) => this.answers[i]);
    if (fresh.length > 0) await this.options.onBatch?.(fresh, answers);
    await nextTurn();
  }

  /** @returns requests of which everything has been read now. */
  private async readParts(parts: readonly Segment[], cache: Cache | null): Promise<number[]> {
    const { ids, where, begins } = laidOut(parts);
    const positions: number[] = [];
    const labels: number[] = [];
    const asks: (readonly [ask: Ask, at: number])[] = [];
    for (const [i, part] of parts.entries()) {
      for (const ask of this.asksIn(part)) {
        const position = begins[i] + ask.position - part.from;
        if (positions.at(-1) !== position || labels.at(-1) !== ask.label) {
          positions.push(position);
          labels.push(ask.label);
        }
        asks.push([ask, positions.length - 1]);
      }
    }
    const { logprobs, best } = await this.model.logprobs(ids, { positions, labels }, cache ?? undefined, where);
    const answered: number[] = [];
    for (const [{ request, k, label }, at] of asks) {
      const one = this.found[request];
      one.logprobs[k] = logprobs[at];
      if (best[at] !== label) one.greedy = false;
      one.left--;
      if (one.left === 0) answered.push(request);
    }
    return answered;
  }

  /** In order of their positions, and of labels at each. */
  private asksIn({ members, from, to }: Segment): Ask[] {
    const asks: Ask[] = [];
    for (const request of members) {
      const { context, continuation } = this.requests[request];
      const begin = context.length - 1; // the position of the first label
      for (let position = Math.max(begin, from); position < Math.min(begin + continuation.length, to); position++) {
        const k = position - begin;
        asks.push({ position, label: continuation[k], request, k });
      }
    }
    return asks.sort((a, b) => a.position - b.position || a.label - b.label || a.request - b.request);
  }
}

/** Positions of a packed row are a multiple of this, so that few shapes are recorded. */
const STEP = 64;

/** Tokens of segments in rows where they are of one length, else one after the other. */
function laidOut(parts: readonly Segment[]) {
  const tokens = parts.map(({ input, from, to }) => input.subarray(from, to));
  const length = tokens[0].length;
  const isEven = tokens.every((each) => each.length === length);
  const begins: number[] = [];
  let end = 0;
  for (const each of tokens) {
    begins.push(end);
    end += each.length;
  }
  const data = new Int32Array(isEven ? end : STEP * Math.ceil(end / STEP));
  for (const [i, each] of tokens.entries()) data.set(each, begins[i]);
  const shape = isEven ? ([parts.length, length] as const) : ([1, data.length] as const);
  const ranges = tokens.map((each, i): [number, number] => [begins[i], begins[i] + each.length]);
  return { ids: { data, shape }, where: isEven ? {} : { ranges }, begins };
}
