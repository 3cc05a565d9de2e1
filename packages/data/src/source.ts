// The randomness this package asks for: the part of @twilljs/tensor's `Random` that it uses.

/** A stream of random numbers whose forks depend on their path alone. `rng(seed)` of @twilljs/tensor is one. */
export interface RandomSource {
  /** An independent stream named by a path. */
  fork(path: string | number): RandomSource;
  /** `n` numbers in [0, 1). */
  uniform(n: number): Float64Array;
  /** A whole number in [0, bound). */
  int(bound: number): number;
  /** `n` whole numbers in [0, bound). */
  ints(n: number, bound: number): Int32Array;
  /** 0..n-1 in random order. */
  permutation(n: number): Int32Array;
  /** `k` distinct numbers of 0..n-1 in random order. */
  choice(n: number, k: number): Int32Array;
}

/** One of so many places, all equally likely; above 2^32 as nearly as a number of 53 bits can be divided by them. */
export function placeIn(random: RandomSource, places: number): number {
  return places <= 2 ** 32 ? random.int(places) : Math.floor(random.uniform(1)[0] * places);
}
