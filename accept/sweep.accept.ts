// A sweep of 12 cells, killed with all its processes at ten random moments, ends with the bits of an undisturbed one.
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rng } from '@twilljs/tensor';
import { afterAll, expect, it } from 'vitest';
import { ended, twill } from './twill.ts';

const home = mkdtempSync(join(tmpdir(), 'twill-sweep-'));
const spec = join(home, 'spec.json');
const kills = 10;

const linear = ['hgrn', 'hgrn2', 'retnet', 'gla', 'gated-deltanet'];
writeFileSync(
  spec,
  JSON.stringify({
    name: 'twelve',
    grids: [
      {
        ...{ task: 'recall', mixers: linear, ratios: ['pure', '2'], seeds: [1], training: { steps: 108 } },
        data: { length: 32, pairs: 8, batch: 8 },
      },
      {
        ...{ task: 'language', mixers: ['deltanet', 'attention'], seeds: [1], training: { steps: 72 } },
        data: { length: 64, batch: 2 },
      },
    ],
  }),
);
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** The leader of a process group of its own. */
function sweep(out: string): ChildProcess {
  return twill(['sweep', spec, '--out', out, '--jobs', '2'], { detached: true });
}

const runs = (out: string): string[] => (existsSync(join(out, 'cells')) ? readdirSync(join(out, 'cells')).sort() : []);

/** Steps in all metrics of a sweep. */
function stepsOf(out: string): number {
  const paths = runs(out).map((name) => join(out, 'cells', name, 'metrics.jsonl'));
  return paths.reduce((sum, path) => sum + (existsSync(path) ? readFileSync(path, 'utf8').split('\n').length : 0), 0);
}

/** Writes the report of a sweep. */
async function report(out: string): Promise<void> {
  const { code, text } = await ended(twill(['report', out]));
  expect(code, text).toBe(0);
}

it('has the weights and the numbers of an undisturbed sweep', async () => {
  const undisturbed = join(home, 'undisturbed');
  const first = await ended(sweep(undisturbed));
  expect(first.code, first.text).toBe(0);
  expect(runs(undisturbed)).toHaveLength(12);
  const all = stepsOf(undisturbed);

  const out = join(home, 'killed');
  const random = rng(7);
  const moments: number[] = [];
  for (let i = 0; i < kills; i++) {
    // At a random number of steps beyond what is there, then at a random moment after that.
    const goal = stepsOf(out) + random.int(Math.ceil(all / kills));
    const child = sweep(out);
    const end = ended(child);
    let over = false;
    end.then(() => {
      over = true;
    });
    while (!over && stepsOf(out) < goal) await sleep(5);
    await sleep(random.int(400));
    if (over) break;
    process.kill(-(child.pid as number), 'SIGKILL');
    await end;
    moments.push(stepsOf(out));
  }
  process.stdout.write(`killed after ${moments.join(', ')} of ${all} steps\n`);
  expect(moments).toHaveLength(kills);

  const last = await ended(sweep(out));
  expect(last.code, last.text).toBe(0);
  expect(runs(out)).toEqual(runs(undisturbed));
  for (const name of runs(out)) {
    const [is, was] = [out, undisturbed].map((path) => readFileSync(join(path, 'cells', name, 'model.safetensors')));
    expect(is.equals(was), name).toBe(true);
  }
  for (const directory of [undisturbed, out]) await report(directory);
  for (const name of ['results.json', 'report.md', 'report.html']) {
    const [is, was] = [out, undisturbed].map((path) => readFileSync(join(path, name)));
    expect(is.equals(was), name).toBe(true);
  }
});
