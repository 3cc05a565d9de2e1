// Timing: the minimum over samples of a fixed amount of work, and one JSON line per result.

export interface Result {
  benchmark: string;
  case: string;
  /** Of the quantity in `unit`, per second or per call. */
  value: number;
  unit: string;
  /** value over the same quantity of the floor that ran beside it. */
  ratio?: number;
  floor?: string;
  /** Share of what the machine's arithmetic units can do, measured in the same run. */
  share?: number;
}

/** Seconds per call: the fastest of `samples` samples, each long enough to be timed. */
export function seconds(body: () => void, samples = 12): number {
  body();
  let start = performance.now();
  let calls = 0;
  while (performance.now() - start < 60) {
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

/** Three significant digits: more would be noise. */
const short = (x: number) => Number(x.toPrecision(3));

export function report(result: Result): void {
  process.stdout.write(`${JSON.stringify(result, (_, x) => (typeof x === 'number' ? short(x) : x))}\n`);
}
