// Sequences that go on together: what each has read, which of them have ended, and the cache of those that have not.
import { type Data, keep, type Random, release, rng, scope } from '@twilljs/tensor';
import type { Cache } from './cache.ts';
import type { LanguageModel } from './model.ts';
import type { Read } from './recorded.ts';
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
  /** Goes on after what it holds; afterwards it holds all that was read and all that came. Null for an empty one. */
  readonly given: Cache | null;
}

/** An id, with its log-probability where that is asked for. */
type Next = number | Token;

const idOf = (next: Next): number => (typeof next === 'number' ? next : next.id);

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
  /** Places of those that go on, in the order in which the cache has them. */
  private going: readonly number[];
  /** Those of `going` that have ended since. */
  private readonly ended = new Set<number>();
  /** The given one until the first sequence has ended. */
  private cache: Cache;
  /** Of a given cache, what it is to hold of those that have ended. */
  private readonly left = new Map<number, Cache>();

  constructor(model: LanguageModel, plan: Plan) {
    const { prompts, seed, given } = plan;
    this.model = model;
    this.plan = plan;
    const random = rng(seed).fork('generate');
    this.sequences = prompts.map((ids, i) => ({
      random: i === 0 ? random : random.fork(i),
      ids: Array.from(ids),
      unread: ids,
    }));
    this.going = prompts.map((_, i) => i);
    this.cache = given ?? model.cache(prompts.length);
  }

  /** Whether any goes on. */
  get some(): boolean {
    return this.ended.size < this.going.length;
  }

  /** What comes next in each sequence; null in one that has ended. An id that ends one comes, and it has ended then. */
  async step(): Promise<(Next | null)[]> {
    this.dropEnded();
    const made = this.readAll(this.cache, this.going);
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

  /** Leaves a given cache with all that came, and gives back the others. */
  [Symbol.dispose](): void {
    const { given } = this.plan;
    try {
      if (!given) return;
      if (this.sequences[this.going[0]].unread.length > 0) release(this.readAll(this.cache, this.going));
      if (this.cache === given) return;
      for (const [row, i] of this.going.entries()) this.left.set(i, this.cache.rows([row]));
      given.become(this.sequences.map((_, i) => this.left.get(i)!));
    } finally {
      if (this.cache !== given) this.cache[Symbol.dispose]();
      for (const part of this.left.values()) part[Symbol.dispose]();
    }
  }

  /** Goes on with those that have not ended. */
  private dropEnded(): void {
    const { cache, going, ended } = this;
    const { given } = this.plan;
    if (ended.size === 0) return;
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
    const N = values.length / this.going.length;
    return this.going.map((i, row) => this.choose(i, row, values.subarray(row * N, row * N + this.plan.among)));
  }

  private choose(i: number, row: number, logits: Data): Next {
    const { plan, sequences, cache } = this;
    const { ids, random } = sequences[i];
    const where = `${plan.where}: after token ${cache.positions[row]}${sequences.length > 1 ? ` of prompt ${i}` : ''}`;
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
