// What a model remembers while it decodes: the states of its layers, as values or in place.
import type { State } from '@twilljs/nn';
import { OptionError, Owned, shown, Tensor } from '@twilljs/tensor';
import { type Remembered, writeCache } from './cache-file.ts';
import type { Buffers } from './in-place.ts';
import type { Place } from './place.ts';

/** One layer's: a value, absent before the first token, or buffers of the cache alone with room for `capacity` tokens. */
type Held =
  | { readonly state: State | undefined; readonly capacity?: never }
  | { readonly state: Buffers; readonly capacity: number };

/** The buffers of all layers, and for how many tokens they have room. */
export interface Room {
  readonly buffers: readonly Buffers[];
  readonly capacity: number;
}

/** States by layer, for a batch of sequences of equal length. One that nobody disposes of is given back late. */
export class Cache {
  readonly batch: number;
  /** Internal: where the model was when it made this. */
  readonly owner: Place;
  private tokens: number;
  private readonly layers: readonly Owned<Held>[];
  /** Null while a state is a value. */
  private room: Room | null = null;

  /** Takes over `states`. Use `model.cache(batch)`. */
  constructor(owner: Place, { batch, position, states }: Remembered) {
    this.owner = owner;
    this.batch = batch;
    this.tokens = position;
    this.layers = states.map((state) => new Owned<Held>({ state }));
  }

  /** Tokens seen per sequence. */
  get position(): number {
    return this.tokens;
  }

  /**
   * Internal: the states by layer as values, absent before the first token, for the model that stands behind `owner`.
   *
   * @throws OptionError for another model, another number of sequences, or a cache that was given back.
   */
  statesFor(owner: Place, rows: number): Remembered['states'] {
    this.requireFit(owner, rows);
    this.room = null;
    return this.layers.map((layer, i) => {
      if (layer.value!.capacity !== undefined) layer.replace({ state: this.valueOf(i) });
      return layer.value!.state;
    });
  }

  /**
   * Internal: the states in place with room for one more token, in buffers that stay the same until there is none. Null where
   * they cannot lie so, as before the first token.
   *
   * @throws OptionError as `statesFor`.
   */
  roomFor(owner: Place, rows: number): Room | null {
    this.requireFit(owner, rows);
    const { inPlace } = owner;
    if (!inPlace || owner.decodesByValue) return null;
    if (this.room && this.tokens < this.room.capacity) return this.room;
    const capacity = inPlace.capacityFor(this.tokens + 1);
    const { tokens, batch } = this;
    const fit = this.layers.every(({ value }, i) => {
      const { state, capacity } = value!;
      return capacity !== undefined || inPlace.layers[i].fits(state, batch, tokens);
    });
    if (!fit) return null;
    this.layers.forEach((layer, i) => {
      const { state, capacity: before } = layer.value!;
      const form = inPlace.layers[i];
      if (before === capacity) return;
      layer.replace({
        state: before === undefined ? form.enter(state!, tokens, capacity) : form.grow(state, capacity),
        capacity,
      });
    });
    this.room = { buffers: this.layers.map(({ value }) => value!.state as Buffers), capacity };
    return this.room;
  }

  /** Internal: the states after `tokens` more tokens, where they are values; the old ones are given back. */
  advance(tokens: number, states?: readonly State[]): void {
    this.requireLive();
    states?.forEach((state, i) => {
      this.layers[i].replace({ state });
    });
    this.tokens += tokens;
  }

  /** An independent continuation from here. States that are values are shared; what lies in place is copied. */
  fork(): Cache {
    this.requireLive();
    const { batch, tokens: position } = this;
    return new Cache(this.owner, { batch, position, states: this.layers.map((_, i) => this.valueOf(i)) });
  }

  /** A function that sets this cache back to where it is now, any number of times. */
  snapshot(): { restore(): void; [Symbol.dispose](): void } {
    const saved = this.fork();
    return {
      restore: () => {
        this.requireLive();
        saved.requireLive();
        this.layers.forEach((layer, i) => {
          layer.replace({ state: saved.valueOf(i) });
        });
        this.room = null;
        this.tokens = saved.tokens;
      },
      [Symbol.dispose]: () => saved[Symbol.dispose](),
    };
  }

  /** All states as they are now as bytes, for `model.restore`. */
  async serialize(): Promise<Uint8Array> {
    using now = this.fork(); // this cache may go on while the states are read
    const { batch, tokens: position, layers } = now;
    return await writeCache({ batch, position, states: layers.map(({ value }) => value!.state) }, this.owner.computed);
  }

  /** Gives the states back; the cache cannot be used any more. */
  [Symbol.dispose](): void {
    for (const layer of this.layers) layer.release();
    this.room = null;
  }

  /** The value of a layer's state: handles of its own on it, or a copy of what lies in place. */
  private valueOf(i: number): State | undefined {
    const { state, capacity } = this.layers[i].value!;
    if (capacity !== undefined) return this.owner.inPlace!.layers[i].leave(state, this.tokens);
    return state && handlesOf(state);
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
      `cache: it holds ${this.batch} sequences but the ids have ${rows} rows; make one with cache(${rows}).`,
    );
  }
}

/** @throws OptionError for what is no cache. */
export function requireCache(value: unknown): Cache {
  if (value instanceof Cache) return value;
  throw new OptionError(`cache: ${shown(value)} is no cache; make one with model.cache(batch).`);
}

/** Handles of their own on the same numbers. */
function handlesOf(state: State): State {
  const own = ([name, v]: [string, Tensor | number]) => [name, v instanceof Tensor ? v.handle() : v] as const;
  return Object.fromEntries(Object.entries(state).map(own));
}
