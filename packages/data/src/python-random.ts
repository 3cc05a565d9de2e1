// The generator of CPython's `random` module, number for number: what few-shot examples and bootstraps of other tools were drawn with.
import { OptionError, shown, whole } from '@twilljs/tensor';

/** The methods of Python's `random.Random` that draw with all alike likely, under its names. Each takes numbers from one stream, in order. */
export interface PythonRandom {
  /** A number in [0, 1) of 53 bits. */
  random(): number;
  /** A whole number of so many random bits: 128 of them are a UUID. */
  getrandbits(bits: number): bigint;
  /** One of start, start + step, ... below stop; of 0, 1, ... below the first number where it is alone. */
  randrange(start: number, stop?: number, step?: number): number;
  /** One of a, ..., b, both included. */
  randint(a: number, b: number): number;
  /** a + (b - a) random(). */
  uniform(a: number, b: number): number;
  choice<T>(from: readonly T[]): T;
  /** `k` of them, with replacement. */
  choices<T>(from: readonly T[], k: number): T[];
  /** `k` of them, none twice, in random order. */
  sample<T>(from: readonly T[], k: number): T[];
  /** Puts a list into random order, in place. */
  shuffle(list: unknown[]): void;
}

/** Words of the state of the twister, and how far apart those are that are mixed. */
const [WORDS, APART] = [624, 397];

/**
 * What Python's `random.Random(seed)` is: a Mersenne twister with the seeding and the draws of CPython 3.11 and later (those of before
 * draw the same, but for `randrange` of fractions).
 *
 * @param seed any whole number, also a large one; its sign does not count, as there.
 * @throws OptionError for a seed that is no whole number, and of the methods for what cannot be drawn.
 * @see Matsumoto & Nishimura 1998, https://doi.org/10.1145/272991.272995; https://docs.python.org/3/library/random.html.
 * @example
 * pythonRandom(1234).sample(['a', 'b', 'c', 'd'], 2) // => ['d', 'a']
 */
export function pythonRandom(seed: number | bigint): PythonRandom {
  if (typeof seed !== 'bigint' && !Number.isSafeInteger(seed)) {
    throw new OptionError(`pythonRandom: the seed is ${shown(seed)}; give a whole number, a large one as 123n.`);
  }
  const word = twister(wordsOf(BigInt(seed)));

  /** At most 53 bits. */
  const bits = (count: number): number => {
    if (count === 0) return 0;
    if (count <= 32) return word() >>> (32 - count);
    const low = word();
    return (word() >>> (64 - count)) * 2 ** 32 + low;
  };

  /** Below `n`, which is at least 1: numbers of as many bits until one is. */
  const below = (n: number): number => {
    const count = n.toString(2).length;
    let drawn = bits(count);
    while (drawn >= n) drawn = bits(count);
    return drawn;
  };

  const randrange = (start: number, stop?: number, step = 1): number => {
    const [from, to] = stop === undefined ? [0, start] : [start, stop];
    for (const [name, value] of Object.entries({ start: from, stop: to, step })) {
      whole(`randrange: ${name}`, value, -Number.MAX_SAFE_INTEGER);
    }
    const count = step === 0 ? 0 : Math.ceil((to - from) / step);
    if (count > 0) return from + step * below(count);
    throw new OptionError(`randrange: no number lies between ${from} and ${to} in steps of ${step}; give a range.`);
  };

  const random = (): number => {
    const high = word() >>> 5;
    return (high * 2 ** 26 + (word() >>> 6)) / 2 ** 53;
  };

  return {
    random,
    randrange,
    randint: (a, b) => randrange(a, b + 1),
    uniform: (a, b) => a + (b - a) * random(),
    getrandbits(count) {
      whole('getrandbits: bits', count, 0);
      let drawn = 0n;
      for (let at = 0; at < count; at += 32) drawn |= BigInt(bits(Math.min(32, count - at))) << BigInt(at);
      return drawn;
    },
    choice: (from) => from[below(some('choice', from))],
    choices(from, k) {
      whole('choices: k', k, 0);
      if (k === 0) return [];
      const n = some('choices', from);
      return Array.from({ length: k }, () => from[Math.floor(random() * n)]);
    },
    sample(from, k) {
      whole(`sample: k of ${from.length}`, k, 0, from.length);
      return placesOf(from.length, k, below).map((place) => from[place]);
    },
    shuffle(list) {
      for (let i = list.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [list[i], list[j]] = [list[j], list[i]];
      }
    },
  };
}

function some(where: string, from: readonly unknown[]): number {
  if (from.length > 0) return from.length;
  throw new OptionError(`${where}: the list is empty and one of it is asked for; give a list of some.`);
}

/** `k` different places of `n`: those that were drawn are remembered where that takes less room than a list of all. */
function placesOf(n: number, k: number, below: (n: number) => number): number[] {
  let room = 21;
  if (k > 5) {
    let power = 1;
    while (power < 3 * k) power *= 4;
    room += power;
  }
  if (n > room) {
    const drawn = new Set<number>();
    while (drawn.size < k) drawn.add(below(n));
    return [...drawn];
  }
  const pool = Array.from({ length: n }, (_, i) => i);
  return Array.from({ length: k }, (_, i) => {
    const at = below(n - i);
    const place = pool[at];
    pool[at] = pool[n - i - 1];
    return place;
  });
}

/** The absolute value in words of 32 bits, the lowest first; at least one. */
function wordsOf(seed: bigint): number[] {
  const words: number[] = [];
  for (let rest = seed < 0n ? -seed : seed; rest > 0n; rest >>= 32n) words.push(Number(rest & 0xffffffffn));
  return words.length === 0 ? [0] : words;
}

/** @returns the next 32 bits at each call, unsigned. */
function twister(key: readonly number[]): () => number {
  const state = seeded(key);
  let at = WORDS;
  return () => {
    if (at === WORDS) {
      turn(state);
      at = 0;
    }
    let x = state[at++];
    x ^= x >>> 11;
    x ^= (x << 7) & 0x9d2c5680;
    x ^= (x << 15) & 0xefc60000;
    return (x ^ (x >>> 18)) >>> 0;
  };
}

/** The state that a list of words begins with. */
function seeded(key: readonly number[]): Uint32Array {
  const state = new Uint32Array(WORDS);
  state[0] = 19650218;
  const before = (i: number) => state[i - 1] ^ (state[i - 1] >>> 30);
  for (let i = 1; i < WORDS; i++) state[i] = Math.imul(1812433253, before(i)) + i;
  let i = 1;
  const onward = () => {
    if (++i < WORDS) return;
    state[0] = state[WORDS - 1];
    i = 1;
  };
  for (let n = 0; n < Math.max(WORDS, key.length); n++) {
    const j = n % key.length;
    state[i] = (state[i] ^ Math.imul(before(i), 1664525)) + key[j] + j;
    onward();
  }
  for (let n = 1; n < WORDS; n++) {
    state[i] = (state[i] ^ Math.imul(before(i), 1566083941)) - i;
    onward();
  }
  state[0] = 0x80000000;
  return state;
}

function turn(state: Uint32Array): void {
  for (let i = 0; i < WORDS; i++) {
    const x = (state[i] & 0x80000000) | (state[(i + 1) % WORDS] & 0x7fffffff);
    state[i] = state[(i + APART) % WORDS] ^ (x >>> 1) ^ (x & 1 ? 0x9908b0df : 0);
  }
}
