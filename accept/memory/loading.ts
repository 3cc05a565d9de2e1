// A process that loads a model and decodes with it, and says what it took: arguments are a directory, a device and a dtype.
import { readFileSync, writeFileSync } from 'node:fs';
import { argv, memoryUsage, stdout } from 'node:process';
import { argmax, cpu, keep, scope } from '@twilljs/tensor';
import { device, mixers } from 'twilljs';
import { load } from 'twilljs/node';

/** What loading took. */
export interface Loading {
  /** Of the process before, at most and afterwards, in bytes. */
  readonly idle: number;
  readonly peak: number;
  readonly after: number;
  /** That the model holds. */
  readonly kept: number;
  readonly parameters: number;
  /** How often it said how far it was, and the last it said, as a part of all. */
  readonly told: number;
  readonly reached: number;
  /** Seconds of loading, of a prompt of 64 tokens, and of a token after it. */
  readonly loading: number;
  readonly prompt: number;
  readonly token: number;
  /** Ids that it chose. */
  readonly ids: readonly number[];
}

const PROMPT = 16;
const TOKENS = 8;

/** The most that the process has held since it was asked to count anew. */
const highest = (): number => 1024 * Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]);

const [path, name, dtype] = argv.slice(2);
const on = name === 'cpu' ? cpu() : await device({ name: 'wasm' });
gc!();
writeFileSync('/proc/self/clear_refs', '5');
const idle = memoryUsage.rss();
const start = performance.now();
let [told, reached] = [0, 0];
const { model } = await load(path, {
  ...{ mixers, device: on, dtype: dtype as 'file' },
  onProgress({ done, total }) {
    told++;
    if (done / total < reached) throw new Error('it went back');
    reached = done / total;
  },
});
const loading = (performance.now() - start) / 1000;
const [peak, after] = [highest(), memoryUsage.rss()];

const ids: number[] = [];
const seconds: number[] = [];
using cache = model.cache(1);
for (let n = 0; name !== 'cpu' && n <= TOKENS; n++) {
  const given = n === 0 ? Array.from({ length: PROMPT }, (_, i) => i) : [ids[n - 1]];
  const before = performance.now();
  const chosen = keep(scope(() => argmax(model.next([given], cache))));
  ids.push((await chosen.data())[0]);
  chosen.release();
  seconds.push((performance.now() - before) / 1000);
}
const { bytes, parameters } = model.report();
// The first tokens are recorded, the others replayed.
const report: Loading = {
  idle,
  peak,
  after,
  kept: bytes,
  parameters,
  told,
  reached,
  loading,
  prompt: seconds[0],
  token: Math.min(...seconds.slice(1)),
  ids,
};
stdout.write(`${JSON.stringify(report)}\n`);
