// What a model remembers while it decodes: the states of its layers, owned until they are replaced.
import type { State } from '@twilljs/nn';
import { OptionError, Owned, shown, Tensor } from '@twilljs/tensor';
import { type Remembered, writeCache } from './cache-file.ts';
import type { Computed } from './computed.ts';

/** The model at the place where it is; after `to()` it has another one. */
export interface Place {
  readonly computed: Computed;
}

/** States by layer, for a batch of sequences of equal length. One that nobody disposes of is given back late. */
export class Cache {
  readonly batch: number;
  /** Internal: where the model was when it made this. */
  readonly owner: Place;
  private tokens: number;
  private readonly states: Owned<Remembered['states']>;

  /** Takes over `states`. Use `model.cache(batch)`. */
  constructor(owner: Place, { batch, position, states }: Remembered) {
    this.owner = owner;
    this.batch = batch;
    this.tokens = position;
    this.states = new Owned(states);
  }

  /** Tokens seen per sequence. */
  get position(): number {
    return this.tokens;
  }

  /**
   * Internal: the states by layer, absent before the first token, for the model that stands behind `owner`.
   *
   * @throws OptionError for another model, another number of sequences, or a cache that was given back.
   */
  statesFor(owner: Place, rows: number): Remembered['states'] {
    const { states } = this.live();
    if (owner !== this.owner) {
      throw new OptionError(
        'cache: it was made by another model, or before this one was moved by to(); make one with model.cache(batch).',
      );
    }
    if (rows === this.batch) return states;
    throw new OptionError(
      `cache: it holds ${this.batch} sequences but the ids have ${rows} rows; make one with cache(${rows}).`,
    );
  }

  /** Internal: the states after `tokens` more tokens; the old ones are given back. */
  advance(states: readonly State[], tokens: number): void {
    this.live();
    this.states.replace(states);
    this.tokens += tokens;
  }

  /** An independent continuation from here. States are values, so this copies no numbers. */
  fork(): Cache {
    const { batch, position, states } = this.live();
    return new Cache(this.owner, { batch, position, states: handlesOf(states) });
  }

  /** A function that sets this cache back to where it is now, any number of times. */
  snapshot(): { restore(): void; [Symbol.dispose](): void } {
    const saved = this.fork();
    return {
      restore: () => {
        this.live();
        const { position, states } = saved.live();
        this.states.replace(handlesOf(states));
        this.tokens = position;
      },
      [Symbol.dispose]: () => saved[Symbol.dispose](),
    };
  }

  /** All states as they are now as bytes, for `model.restore`. */
  async serialize(): Promise<Uint8Array> {
    using now = this.fork(); // this cache may go on while the states are read
    return await writeCache(now.live(), this.owner.computed);
  }

  /** Gives the states back; the cache cannot be used any more. */
  [Symbol.dispose](): void {
    this.states.release();
  }

  private live(): Remembered {
    const { batch, tokens: position } = this;
    const states = this.states.value;
    if (states) return { batch, position, states };
    throw new OptionError('cache: it was given back by dispose and holds no states; make one with model.cache(batch).');
  }
}

/** @throws OptionError for what is no cache. */
export function requireCache(value: unknown): Cache {
  if (value instanceof Cache) return value;
  throw new OptionError(`cache: ${shown(value)} is no cache; make one with model.cache(batch).`);
}

/** Handles of their own on the same numbers. */
function handlesOf(states: Remembered['states']): Remembered['states'] {
  const own = ([name, v]: [string, Tensor | number]) => [name, v instanceof Tensor ? v.handle() : v] as const;
  return states.map((state) => state && Object.fromEntries(Object.entries(state).map(own)));
}
