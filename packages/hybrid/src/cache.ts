// What a model remembers while it decodes: the states of its layers, in buffers of its own.
import type { State } from '@twilljs/nn';
import {
  concat,
  embedding,
  OptionError,
  Owned,
  scope,
  shown,
  type Tensor,
  tensor,
  untracked,
  whole,
} from '@twilljs/tensor';
import { writeCache } from './cache-file.ts';
import type { Place } from './place.ts';
import { copy, type Room, type StateLayout } from './state-layout.ts';

/** Positions are i32. */
const MOST = 2 ** 31 - 1;

/**
 * States by layer, for a batch of sequences that may be of different lengths. Its buffers are there from the beginning and are written
 * in place; those that a fork or a snapshot still sees are copied first. One that nobody disposes of is given back late.
 */
export class Cache {
  /** How many sequences. */
  readonly batch: number;
  /** Internal: where the model was when it made this. */
  readonly owner: Place;
  private readonly tokens: Int32Array;
  private readonly layers: readonly Owned<State>[];
  private capacity: number;

  /** Takes over `states`, which have room for `capacity` tokens. Use `model.cache(batch)`. */
  constructor(owner: Place, positions: ArrayLike<number>, { states, capacity }: Room) {
    this.owner = owner;
    this.batch = positions.length;
    this.tokens = Int32Array.from(positions);
    this.layers = states.map((state) => new Owned(state));
    this.capacity = capacity;
  }

  /** Tokens seen, of each sequence. */
  get positions(): Int32Array {
    return this.tokens.slice();
  }

  /**
   * Internal: the states for a step that writes them, nobody else's and with room for as many tokens more of each sequence.
   *
   * @throws OptionError for another model, another number of sequences, a cache that was given back, or more tokens than i32 counts.
   */
  roomFor(owner: Place, more: ArrayLike<number>): Room {
    this.requireFit(owner, more.length);
    const longest = this.tokens.reduce((most, tokens, i) => Math.max(most, tokens + more[i]), 0);
    if (longest > MOST)
      throw new OptionError(`cache: a sequence would have ${longest} tokens, above ${MOST}; begin another one.`);
    const capacity = longest > this.capacity ? owner.layouts.capacityFor(longest) : this.capacity;
    const grows = capacity > this.capacity;
    for (const [i, layer] of this.layers.entries()) {
      const state = layer.value!;
      if (grows || Object.values(state).some(isShared)) layer.replace(ownOf(owner.layouts.layers[i], state, capacity));
    }
    this.capacity = capacity;
    return { states: this.layers.map(({ value }) => value!), capacity };
  }

  /** Internal: that many more tokens of each sequence were read. */
  advance(more: ArrayLike<number>): void {
    for (let i = 0; i < this.batch; i++) this.tokens[i] += more[i];
  }

  /** An independent continuation from here. It shares what is there until one of both reads on. */
  fork(): Cache {
    return this.copyOf((state) => state);
  }

  /**
   * Sequences of it, in this order and any number of times, to go on apart from each other: several continuations of one, or those of
   * several that have not ended.
   *
   * @param which places in the batch.
   * @throws OptionError for none at all, or a place that is none.
   */
  rows(which: readonly number[]): Cache {
    this.requireLive();
    if (!Array.isArray(which) || which.length === 0) {
      throw new OptionError(`cache.rows: ${shown(which)} names no sequence; give places, such as [0, 0].`);
    }
    for (const [i, row] of which.entries()) whole(`cache.rows: place ${i}`, row, 0, this.batch - 1);
    if (which.length === this.batch && which.every((row, i) => row === i)) return this.fork();
    const states = this.layers.map(({ value }) => rowsOf(value!, which));
    return new Cache(
      this.owner,
      which.map((row) => this.tokens[row]),
      { states, capacity: this.capacity },
    );
  }

  /** Internal: becomes what `parts` hold together, in their order. */
  become(parts: readonly Cache[]): void {
    this.requireLive();
    const capacity = Math.max(...parts.map((part) => part.capacity));
    const together = () => {
      const rooms = parts.map((part) => part.roomOf(capacity));
      return this.layers.map((_, i) => joined(rooms.map((states) => states[i])));
    };
    const states = untracked(() => scope(together));
    for (const [i, layer] of this.layers.entries()) layer.replace(states[i]);
    this.tokens.set(parts.flatMap(({ tokens }) => [...tokens]));
    this.capacity = capacity;
  }

  /** A function that sets this cache back to where it is now, any number of times. */
  snapshot(): { restore(): void; [Symbol.dispose](): void } {
    return this.wayBack((state) => state);
  }

  /** Internal: the same until something else than reading on within its room has happened: rows of rings need not be kept for that. */
  mark(): { restore(): void; [Symbol.dispose](): void } {
    return this.wayBack((state, i) => this.owner.layouts.layers[i].overwritten(state, this.capacity));
  }

  /** All states as they are now as bytes, for `model.restore`. */
  async serialize(): Promise<Uint8Array> {
    using now = this.fork(); // this cache may go on while the states are read
    const { positions, layers, owner } = now;
    return await writeCache({ positions, states: layers.map(({ value }) => value!) }, owner);
  }

  /** Gives the states back; the cache cannot be used any more. */
  [Symbol.dispose](): void {
    for (const layer of this.layers) layer.release();
  }

  /** A cache with handles of its own on what is chosen of the states. */
  private copyOf(choose: (state: State, layer: number) => State): Cache {
    this.requireLive();
    const states = this.layers.map(({ value }, i) => handlesOf(choose(value!, i)));
    return new Cache(this.owner, this.tokens, { states, capacity: this.capacity });
  }

  /** The states by layer with room for `capacity` tokens, which is not less than they have. */
  private roomOf(capacity: number): State[] {
    this.requireLive();
    return this.layers.map(({ value }, i) => this.owner.layouts.layers[i].withRoom(value!, capacity));
  }

  private wayBack(choose: (state: State, layer: number) => State) {
    const saved = this.copyOf(choose);
    return {
      restore: () => {
        this.requireLive();
        saved.requireLive();
        this.layers.forEach((layer, i) => {
          layer.replace({ ...layer.value!, ...handlesOf(saved.layers[i].value!) });
        });
        this.tokens.set(saved.tokens);
        this.capacity = saved.capacity;
      },
      [Symbol.dispose]: () => saved[Symbol.dispose](),
    };
  }

  private requireLive(): void {
    if (this.layers.every(({ value }) => value)) return;
    throw new OptionError('cache: it was given back by dispose and holds no states; make one with model.cache(batch).');
  }

  private requireFit(owner: Place, rows: number): void {
    this.requireLive();
    if (owner !== this.owner) {
      throw new OptionError(
        'cache: it was made by another model, or before this one was moved by to(); make one with model.cache(batch).',
      );
    }
    if (rows === this.batch) return;
    throw new OptionError(
      `cache: it holds ${this.batch} sequences but the ids have ${rows}; make one with cache(${rows}).`,
    );
  }
}

/** @throws OptionError for what is no cache. */
export function requireCache(value: unknown): Cache {
  if (value instanceof Cache) return value;
  throw new OptionError(
    `cache: ${shown(value)} is no cache; make one with model.cache(batch), or give undefined for none.`,
  );
}

/** Handles of their own on the same numbers. */
const handlesOf = (state: State): State =>
  Object.fromEntries(Object.entries(state).map(([name, t]) => [name, t.handle()]));

/** Those of some sequences. */
function rowsOf(state: State, which: readonly number[]): State {
  const rows = (t: Tensor) => {
    const flat = t.reshape([t.shape[0], t.size / t.shape[0]]);
    const ids = tensor(Int32Array.from(which), [which.length], { device: t.device });
    return embedding(flat, ids).reshape([which.length, ...t.shape.slice(1)]);
  };
  return untracked(() => scope(() => Object.fromEntries(Object.entries(state).map(([name, t]) => [name, rows(t)]))));
}

/** Those of all sequences, one state after the other. */
function joined(states: readonly State[]): State {
  const together = (name: string) =>
    concat(
      states.map((state) => state[name]),
      0,
    );
  return Object.fromEntries(Object.keys(states[0]).map((name) => [name, together(name)]));
}

/** The same numbers with room for `capacity` tokens, copied where others see them too. */
function ownOf(layout: StateLayout, state: State, capacity: number): State {
  const own = (t: Tensor) => (isShared(t) ? copy(t) : t);
  const made = () => Object.entries(layout.withRoom(state, capacity)).map(([name, t]) => [name, own(t)] as const);
  return untracked(() => scope(() => Object.fromEntries(made())));
}

const isShared = (t: Tensor): boolean => t.requireMemory().handles > 1;
