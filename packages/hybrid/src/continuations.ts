// Sequences that go on together: what each has read, which of them have ended, and the cache of those that have not.
import { type Data, keep, type Random, release, rng, scope, type Tensor } from '@twilljs/tensor';
import type { Cache } from './cache.ts';
import type { LanguageModel } from './model.ts';
import type { Prefixes } from './prefixes.ts';
import { type Token, tokenOf } from './sampling/logprobs.ts';
import { isGreedy, type SamplingOptions } from './sampling/options.ts';
import { draw } from './sampling/sample.ts';

/** What was checked before. */
export interface Plan {
  /** For messages. */
  readonly where: string;
  readonly prompts: readonly Int32Array[];
  readonly sampling: SamplingOptions;
  readonly seed: number;
  /** Ids are below it. */
  readonly among: number;
  /** How many of the most likely ids are told beside each, with log-probabilities; null for neither. */
  readonly logprobs: number | null;
  /** Ids after which a sequence ends. */
  readonly ends: ReadonlySet<number>;
  /** How many continuations of the prompt, which is read once; 1 of several prompts. */
  readonly n: number;
  /** Where to find what was read before, and to keep what is; null for nowhere. Not beside `given`. */
  readonly prefixes: Prefixes | null;
  /** Goes on after what it holds; afterwards it holds all that was read and all that came. Null for an empty one. */
  readonly given: Cache | null;
}

/** What was read of the sequences that go on: logits [n,N], and the most likely ids where the model has chosen them. */
interface Read {
  readonly logits: Tensor;
  readonly ids: Tensor | null;
}

/** An id, with its log-probability where that is asked for. */
export type Next = number | Token;

export const idOf = (next: Next): number => (typeof next === 'number' ? next : next.id);

/** One of the sequences. */
interface Sequence {
  readonly random: Random;
  /** The prompt, and what came. */
  readonly ids: number[];
  /** Its last ids, which no cache has read; none once that was tried. */
  unread: Int32Array;
}

export class Continuations {
  private readonly model: LanguageModel;
  private readonly plan: Plan;
  private readonly sequences: readonly Sequence[];
  /** Places of those that go on, in the order in which the cache has them; until the first step one for all of a prompt. */
  private going: readonly number[];
  /** Those of `going` that have ended since. */
  private readonly ended = new Set<number>();
  /** The given one until the first sequence has ended. */
  private cache: Cache;
  /** Whether the prompts were read. */
  private hasBegun = false;
  /** Of a given cache, what it is to hold of those that have ended. */
  private readonly left = new Map<number, Cache>();

  constructor(model: LanguageModel, plan: Plan) {
    const { prompts, seed, given, n } = plan;
    this.model = model;
    this.plan = plan;
    const random = rng(seed).fork('generate');
    const all = n > 1 ? new Array<Int32Array>(n).fill(prompts[0]) : prompts;
    this.sequences = all.map((ids, i) => ({
      random: i === 0 ? random : random.fork(i),
      ids: Array.from(ids),
      unread: ids,
    }));
    this.going = prompts.map((_, i) => i);
    this.cache = given ?? this.begun(prompts);
  }

  /** Whether any goes on. */
  get some(): boolean {
    return this.ended.size < this.going.length;
  }

  /** What comes next in each sequence; null in one that has ended. An id that ends one comes, and it has ended then. */
  async step(): Promise<(Next | null)[]> {
    this.dropEnded();
    const made = this.readAll(this.cache, this.going);
    if (!this.hasBegun) this.begin();
    const all = new Array<Next | null>(this.sequences.length).fill(null);
    try {
      for (const [row, next] of (await this.chosen(made)).entries()) all[this.going[row]] = next;
    } finally {
      release(made);
    }
    for (const i of this.going) {
      const id = idOf(all[i]!);
      this.sequences[i].ids.push(id);
      this.sequences[i].unread = Int32Array.of(id);
      if (this.plan.ends.has(id)) this.end(i);
    }
    return all;
  }

  /** No more is wanted of a sequence. */
  end(i: number): void {
    this.ended.add(i);
  }

  /** Leaves a given cache with all that came, keeps what begins other prompts, and gives back the rest. */
  [Symbol.dispose](): void {
    const { given } = this.plan;
    const isBehind = this.sequences[this.going[0]].unread.length > 0; // else a read has failed
    try {
      if (isBehind && this.hasBegun) this.going.forEach((i) => void this.remember(i));
      if (!given) return;
      if (isBehind) release(this.readAll(this.cache, this.going));
      if (this.cache === given) return;
      for (const [row, i] of this.going.entries()) this.left.set(i, this.cache.rows([row]));
      given.become(this.sequences.map((_, i) => this.left.get(i)!));
    } finally {
      if (this.cache !== given) this.cache[Symbol.dispose]();
      for (const part of this.left.values()) part[Symbol.dispose]();
    }
  }

  /** A cache of what was read of the prompts before, and of nothing for the others. */
  private begun(prompts: readonly Int32Array[]): Cache {
    const { model } = this;
    const found = prompts.map((ids) => this.plan.prefixes?.longest(model, ids) ?? null);
    for (const [i, cache] of found.entries()) {
      this.sequences[i].unread = prompts[i].subarray(cache?.positions[0] ?? 0);
    }
    if (found.every((cache) => cache === null)) return model.cache(prompts.length);
    if (found.length === 1) return found[0]!;
    const all = model.cache(prompts.length);
    const parts = found.map((cache) => cache ?? model.cache(1));
    all.become(parts);
    for (const part of parts) part[Symbol.dispose]();
    return all;
  }

  /** When the prompts were read. */
  private begin(): void {
    const { plan, cache } = this;
    this.hasBegun = true;
    for (const i of this.going) this.remember(i);
    if (plan.n === 1) return;
    this.going = this.sequences.map((_, i) => i);
    this.cache = cache.rows(this.going.map(() => 0));
    cache[Symbol.dispose]();
  }

  /** Keeps what a sequence has read, for other prompts. Of several continuations the prompt alone: no more than one is gone on with. */
  private remember(i: number): void {
    const { prefixes, n } = this.plan;
    const { ids, unread } = this.sequences[i];
    if (!prefixes || (n > 1 && unread.length > 0)) return;
    using one = this.cache.rows([this.going.indexOf(i)]);
    prefixes.keep(ids.slice(0, ids.length - unread.length), one);
  }

  /** Goes on with those that have not ended. */
  private dropEnded(): void {
    const { cache, going, ended } = this;
    const { given } = this.plan;
    if (ended.size === 0) return;
    for (const i of ended) this.remember(i);
    if (given) {
      for (const i of ended) this.left.set(i, cache.rows([going.indexOf(i)]));
      for (const i of ended) release(this.readAll(this.left.get(i)!, [i]));
    }
    const rows = [...going.keys()].filter((row) => !ended.has(going[row]));
    this.cache = cache.rows(rows);
    this.going = rows.map((row) => going[row]);
    ended.clear();
    if (cache !== given) cache[Symbol.dispose]();
  }

  /** What some sequences have not read, in a cache of theirs. What fails is not tried again. */
  private readAll(cache: Cache, which: readonly number[]): Read {
    const { model, plan, sequences } = this;
    const ids = which.map((i) => sequences[i].unread);
    for (const i of which) sequences[i].unread = NONE;
    const lengths = ids.map(({ length }) => length);
    const where = lengths.every((length) => length === lengths[0]) ? {} : { lengths };
    const onDevice = plan.logprobs === null && isGreedy(plan.sampling);
    const next = () => ({ logits: model.next(filledUp(ids), cache, where), ids: null });
    return scope(() => keep(onDevice ? model.choose(filledUp(ids), cache, where, plan.among) : next()));
  }

  /** One for each that goes on. */
  private async chosen({ logits, ids }: Read): Promise<readonly Next[]> {
    const best = ids && Array.from(await ids.data());
    if (best && !best.includes(-1)) return best;
    const values = await logits.data(); // [n,N]
    const [rows, N] = logits.shape;
    return this.going.map((i, at) => {
      const row = Math.min(at, rows - 1); // several continuations of a prompt begin with one
      return this.choose(i, at, values.subarray(row * N, row * N + this.plan.among));
    });
  }

  private choose(i: number, row: number, logits: Data): Next {
    const { plan, sequences, cache } = this;
    const { ids, random } = sequences[i];
    const of = sequences.length > 1 ? ` of ${plan.n > 1 ? 'continuation' : 'prompt'} ${i}` : '';
    const where = `${plan.where}: after token ${cache.positions[row]}${of}`;
    const id = draw(where, logits, ids, plan.sampling, random);
    return plan.logprobs === null ? id : tokenOf(logits, id, plan.logprobs);
  }
}

const NONE = /* @__PURE__ */ new Int32Array(0);

/** Lists in rows of one length: what is behind their ends is not looked at. */
function filledUp(lists: readonly Int32Array[]): { data: Int32Array; shape: [number, number] } {
  const T = Math.max(...lists.map(({ length }) => length));
  const data = new Int32Array(lists.length * T);
  for (const [i, ids] of lists.entries()) data.set(ids, i * T);
  return { data, shape: [lists.length, T] };
}
