// What a model remembers while it decodes: the states of its layers, owned until they are replaced.
import type { State } from '@twilljs/nn';
import { keep, OptionError, release, Tensor } from '@twilljs/tensor';
import { type Remembered, writeCache } from './cache-file.ts';

/** States by layer, for a batch of sequences of equal length. */
export class Cache {
  readonly batch: number;
  /** Internal: stands for the model at the place where it was when it made this. */
  readonly owner: symbol;
  private tokens: number;
  /** Null once given back. */
  private states: Remembered['states'] | null;

  /** Takes over `states`. Use `model.cache(batch)`. */
  constructor(owner: symbol, { batch, position, states }: Remembered) {
    this.owner = owner;
    this.batch = batch;
    this.tokens = position;
    this.states = keep(states);
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
  statesFor(owner: symbol, rows: number): Remembered['states'] {
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
    const old = this.live().states;
    this.states = keep(states);
    this.tokens += tokens;
    release(old);
  }

  /** An independent continuation from here. States are values, so this copies no numbers. */
  fork(): Cache {
    const { batch, position, states } = this.live();
    const handles = states.map((state) => state && mapTensors(state, (t) => t.handle()));
    return new Cache(this.owner, { batch, position, states: handles });
  }

  /** A function that sets this cache back to where it is now, any number of times. */
  snapshot(): { restore(): void; [Symbol.dispose](): void } {
    const saved = this.fork();
    return {
      restore: () => {
        const { states: old } = this.live();
        const copy = saved.fork();
        this.states = copy.states;
        this.tokens = copy.tokens;
        release(old);
      },
      [Symbol.dispose]: () => saved[Symbol.dispose](),
    };
  }

  /** All states as they are now as bytes, for `model.restore`. */
  async serialize(): Promise<Uint8Array> {
    using now = this.fork(); // this cache may go on while the states are read
    return await writeCache(now.live());
  }

  /** Gives the states back; the cache cannot be used any more. */
  [Symbol.dispose](): void {
    release(this.states);
    this.states = null;
  }

  private live(): Remembered {
    const { batch, tokens: position, states } = this;
    if (states) return { batch, position, states };
    throw new OptionError('cache: it was given back by dispose and holds no states; make one with model.cache(batch).');
  }
}

function mapTensors(state: State, f: (t: Tensor) => Tensor): State {
  return Object.fromEntries(Object.entries(state).map(([name, v]) => [name, v instanceof Tensor ? f(v) : v]));
}
