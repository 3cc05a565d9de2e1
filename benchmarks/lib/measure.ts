// Timing inside one process, and medians.

/** Seconds of a call: the fastest of `samples` samples, each long enough to be timed. */
export function fastest(body: () => void, samples = 8): number {
  body();
  let calls = 0;
  let start = performance.now();
  while (performance.now() - start < 20) {
    body();
    calls++;
  }
  const perSample = Math.max(1, Math.round(calls / 4));
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < samples; i++) {
    start = performance.now();
    for (let n = 0; n < perSample; n++) body();
    best = Math.min(best, (performance.now() - start) / perSample);
  }
  return best / 1000;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
