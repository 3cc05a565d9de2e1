// Plain pseudo-random test values: a linear congruential generator, so that the kits depend on nothing under test.

/** `count` values in (-1, 1) from a seed. */
export function noise(count: number, seed: number): Float64Array {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  });
}
