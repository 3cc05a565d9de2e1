// The small study, whole: seconds of processor time of its cells, beside another revision.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { root } from '../../scripts/check/repository.ts';
import type { Benchmark } from '../lib/benchmark.ts';
import { BenchError } from '../lib/error.ts';
import { median } from '../lib/measure.ts';
import { checkoutOf } from '../lib/twill.ts';

/** Imported by every process of a sweep: what it has used, in microseconds, is written down when it ends. */
const usage = `
import { appendFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
const note = (words) => appendFileSync(process.env.TWILL_USAGE, words + '\\n');
if (isMainThread) {
  note('begun');
  process.on('exit', () => note(process.cpuUsage().user));
}`;

/** User seconds of a sweep and of all processes that it starts; those that outlive it by a moment are waited for. */
async function userSeconds(node: string, checkout: string): Promise<number> {
  const out = mkdtempSync(join(tmpdir(), 'twill-study-'));
  try {
    const [module, notes] = [join(out, 'usage.mjs'), join(out, 'notes')];
    writeFileSync(module, usage);
    const twill = ['--import', 'tsx', '--conditions=@twilljs/source', 'scripts/twill.ts'];
    const words = [...twill, 'sweep', '--preset', 'small', '--out', join(out, 'runs')];
    const env = { ...process.env, NODE_OPTIONS: `--import ${pathToFileURL(module)}`, TWILL_USAGE: notes };
    execFileSync(node, words, { cwd: checkout, stdio: 'ignore', env });
    for (let tries = 0; tries < 20; tries++) {
      const lines = readFileSync(notes, 'utf8').trim().split('\n');
      const used = lines.filter((line) => line !== 'begun').map(Number);
      if (2 * used.length === lines.length) return used.reduce((sum, n) => sum + n, 0) / 1e6;
      await setTimeout(500);
    }
    throw new BenchError('study: a process of the sweep does not end, or was killed; run it again.');
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

export const study: Benchmark = {
  name: 'study',
  title: 'user seconds of the small study, whole (58 models), beside --base; --rounds 1 takes its time already',
  async run({ options, report }) {
    const sides = [{ name: 'twill', checkout: root }];
    if (options.base) {
      const { checkout, commit } = checkoutOf(options.base);
      sides.push({ name: `base ${commit}`, checkout });
    }
    const seconds = sides.map((): number[] => []);
    for (let round = 0; round < options.rounds; round++) {
      for (const [i, { checkout }] of sides.entries()) {
        seconds[i].push(await userSeconds(options.node, checkout));
      }
    }
    const own = median(seconds[0]);
    for (const [i, { name }] of sides.entries()) {
      const side = median(seconds[i]);
      const result = { benchmark: 'study', case: 'user seconds of the small study, whole', side: name, seconds: side };
      report.add({ ...result, ...(i > 0 && { ratio: side / own }) });
    }
  },
};
