// The generator: Threefry keyed by a seed and a path, on the host. Equal bits in every engine.
import { OptionError } from './errors.ts';
import { inverseNormal } from './inverse-normal.ts';
import { shown, whole } from './options.ts';
import { hostArray } from './shape.ts';
import { threefry } from './threefry.ts';

export { exactExp, exactLog } from './exact.ts';

/** Marks in the high counter word: streams leave both bits 0, so a fork never meets the numbers of its parent. */
const FORK_NUMBER = 0x80000000;
const FORK_TEXT = 0xc0000000;

/**
 * A stream of random numbers. Drawing advances the stream; forking reads only its key, so what a fork yields depends
 * neither on how much was drawn before nor on the order of the forks.
 */
export class Random {
  private readonly k0: number;
  private readonly k1: number;
  /** The next block of two words, and whether its second word is the next to come. */
  private block = 0;
  private half = false;
  private readonly words = new Uint32Array(2);

  constructor(k0: number, k1: number) {
    this.k0 = k0;
    this.k1 = k1;
  }

  /**
   * An independent stream named by a path: `fork('layers.0').fork(3)`.
   * The number 3 and the text '3' are different paths, and so are `fork('a').fork('b')` and `fork('ab')`.
   *
   * @throws OptionError for what is neither a text nor a whole number from 0 to 2^53 - 1.
   */
  fork(path: string | number): Random {
    const key = new Uint32Array(2);
    if (typeof path === 'number') {
      whole('rng.fork', path, 0, Number.MAX_SAFE_INTEGER);
      threefry(this.k0, this.k1, path, FORK_NUMBER + Math.floor(path / 2 ** 32), key, 0);
    } else {
      if (typeof path !== 'string')
        throw new OptionError(`rng.fork: the path is ${shown(path)}; give a text or a whole number.`);
      threefry(this.k0, this.k1, path.length, FORK_TEXT, key, 0);
      for (let i = 0; i < path.length; i += 2) {
        const next = i + 1 < path.length ? path.charCodeAt(i + 1) : 0;
        threefry(key[0], key[1], path.charCodeAt(i) | (next << 16), FORK_TEXT, key, 0);
      }
    }
    return new Random(key[0], key[1]);
  }

  /** The next `n` words of 32 bits. */
  uint32(n: number): Uint32Array {
    whole('rng.uint32', n, 0, 2 ** 32);
    const out = new Uint32Array(hostArray('rng.uint32', 'i32', n).buffer);
    for (let i = 0; i < n; i++) out[i] = this.word();
    return out;
  }

  /** `n` numbers in [0, 1), multiples of 2^-53, two words each. */
  uniform(n: number): Float64Array {
    whole('rng.uniform', n, 0, 2 ** 32);
    const out = hostArray('rng.uniform', 'f64', n);
    for (let i = 0; i < n; i++) out[i] = ((this.word() >>> 5) * 2 ** 26 + (this.word() >>> 6)) / 2 ** 53;
    return out;
  }

  /** `n` standard normal deviates by the inverse distribution function of 52 bits, two words each; all within 8.3. */
  normal(n: number): Float64Array {
    whole('rng.normal', n, 0, 2 ** 32);
    const out = hostArray('rng.normal', 'f64', n);
    for (let i = 0; i < n; i++) {
      // Centred on the grid, so that p and 1 - p are both exact and 0 and 1 do not occur.
      out[i] = inverseNormal(((this.word() >>> 6) * 2 ** 26 + (this.word() >>> 6) + 0.5) / 2 ** 52);
    }
    return out;
  }

  /** A whole number in [0, bound), every one equally likely. */
  int(bound: number): number {
    whole('rng.int', bound, 1, 2 ** 32);
    const limit = 2 ** 32 - (2 ** 32 % bound); // words from here on would favour the small remainders
    let word = this.word();
    while (word >= limit) word = this.word();
    return word % bound;
  }

  /** `n` independent whole numbers in [0, bound). */
  ints(n: number, bound: number): Int32Array {
    whole('rng.ints', n, 0, 2 ** 32);
    whole('rng.ints', bound, 1, 2 ** 31);
    const out = hostArray('rng.ints', 'i32', n);
    for (let i = 0; i < n; i++) out[i] = this.int(bound);
    return out;
  }

  /** Shuffles in place; every order is equally likely. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    if (!Array.isArray(items) && !ArrayBuffer.isView(items)) {
      throw new OptionError(`rng.shuffle: the items are ${shown(items)}; give an array.`);
    }
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const item = items[i];
      items[i] = items[j];
      items[j] = item;
    }
    return items;
  }

  /** 0..n-1 in random order. */
  permutation(n: number): Int32Array {
    return this.choice(n, n);
  }

  /**
   * `k` distinct numbers of 0..n-1 in random order.
   *
   * @throws OptionError when k exceeds n.
   */
  choice(n: number, k: number): Int32Array {
    whole('rng.choice', n, 0, 2 ** 31);
    if (typeof k === 'number' && k > n)
      throw new OptionError(`rng.choice: cannot draw ${k} distinct numbers out of ${n}; ask for at most ${n}.`);
    whole('rng.choice', k, 0, n);
    const out = hostArray('rng.choice', 'i32', k);
    if (k === n) {
      for (let i = 0; i < n; i++) out[i] = i;
      for (let i = 0; i < n; i++) {
        const j = i + this.int(n - i);
        [out[i], out[j]] = [out[j], out[i]];
      }
      return out;
    }
    const moved = new Map<number, number>(); // the same, where few of the places of 0..n-1 no longer hold their own number
    for (let i = 0; i < k; i++) {
      const j = i + this.int(n - i);
      out[i] = moved.get(j) ?? j;
      moved.set(j, moved.get(i) ?? i);
    }
    return out;
  }

  private word(): number {
    if (this.half) {
      this.half = false;
      return this.words[1];
    }
    threefry(this.k0, this.k1, this.block, Math.floor(this.block / 2 ** 32), this.words, 0);
    this.block++;
    this.half = true;
    return this.words[0];
  }
}

/**
 * The stream of a seed, the key of JAX's `PRNGKey(seed)`.
 *
 * @param seed A whole number from 0 to 2^53 - 1.
 * @example
 * rng(0).fork('data').int(100)
 */
export function rng(seed: number): Random {
  whole('rng', seed, 0, Number.MAX_SAFE_INTEGER);
  return new Random(Math.floor(seed / 2 ** 32), seed >>> 0);
}
