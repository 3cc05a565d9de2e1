// A sweep of 12 cells by workers on Redis, ten of them killed at random moments and Redis twice, ends with the bits of one process.
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rng } from '@twilljs/tensor';
import { afterAll, describe, expect, it } from 'vitest';
import { hasRedis, NO_REDIS, RedisServer } from '../packages/queue/src/redis.test-data.ts';
import { ended, twill } from './twill.ts';

const home = mkdtempSync(join(tmpdir(), 'twill-queue-'));
const spec = join(home, 'spec.json');
const [kills, restarts] = [10, 2];

writeFileSync(
  spec,
  JSON.stringify({
    name: 'twelve',
    grids: [
      {
        ...{ task: 'recall', mixers: ['hgrn', 'hgrn2', 'retnet', 'gla', 'gated-deltanet'], ratios: ['pure', '2'] },
        ...{ seeds: [1], training: { steps: 108 }, data: { length: 32, pairs: 8, batch: 8 } },
      },
      {
        ...{ task: 'language', mixers: ['deltanet', 'attention'], seeds: [1] },
        ...{ training: { steps: 72 }, data: { length: 64, batch: 2 } },
      },
    ],
  }),
);
afterAll(() => rmSync(home, { recursive: true, force: true }));

const runs = (out: string): string[] => (existsSync(join(out, 'cells')) ? readdirSync(join(out, 'cells')).sort() : []);

/** Steps in all metrics of a sweep, of cells that workers have, too. */
function stepsOf(out: string): number {
  const below = (path: string) => (existsSync(path) ? readdirSync(path).map((name) => join(path, name)) : []);
  const all = [...below(join(out, 'cells')), ...below(join(out, 'work')).flatMap(below)];
  return all.reduce((sum, run) => {
    try {
      return sum + readFileSync(join(run, 'metrics.jsonl'), 'utf8').split('\n').length;
    } catch {
      return sum; // just taken over, or not begun
    }
  }, 0);
}

async function report(out: string): Promise<void> {
  const { code, text } = await ended(twill(['report', out]));
  expect(code, text).toBe(0);
}

function expectSame(out: string, undisturbed: string): void {
  expect(runs(out)).toEqual(runs(undisturbed));
  const files = [...runs(out).map((name) => join('cells', name, 'model.safetensors')), 'results.json'];
  for (const name of [...files, 'report.md', 'report.html']) {
    const [is, was] = [out, undisturbed].map((path) => readFileSync(join(path, name)));
    expect(is.equals(was), name).toBe(true);
  }
  expect(existsSync(join(out, 'work'))).toBe(false);
}

describe.skipIf(!hasRedis())(`12 cells on Redis (skipped: ${NO_REDIS})`, () => {
  const undisturbed = join(home, 'undisturbed');
  const worker = (redis: RedisServer, out: string): ChildProcess =>
    twill(['worker', '--queue', redis.url, '--out', out, '--jobs', '1'], { detached: true });
  const filler = (redis: RedisServer, out: string) =>
    ended(twill(['sweep', spec, '--out', out, '--queue', redis.url, '--lease', '3']));

  /** Workers find no queue before it is filled. */
  const queued = async (out: string) => {
    while (!existsSync(join(out, 'sweep.json'))) await sleep(50);
  };

  it('have the bits of one process by three workers', async () => {
    const first = await ended(twill(['sweep', spec, '--out', undisturbed, '--jobs', '1']));
    expect(first.code, first.text).toBe(0);
    expect(runs(undisturbed)).toHaveLength(12);
    await report(undisturbed);
    await using redis = await RedisServer.start();
    const out = join(home, 'three');
    const filling = filler(redis, out);
    await queued(out);
    const workers = await Promise.all([1, 2, 3].map(() => ended(worker(redis, out))));
    for (const { code, text } of workers) expect(code, text).toBe(0);
    const done = workers.map(({ text }) => text.match(/ {2}done$/gm)?.length ?? 0);
    expect(done.reduce((a, b) => a + b, 0)).toBe(12); // none counted twice
    const { code, text } = await filling;
    expect(code, text).toBe(0);
    await report(out);
    expectSame(out, undisturbed);
    process.stdout.write(`three workers did ${done.join(', ')} cells\n`);
  });

  it(`have them after ${kills} SIGKILLs of workers and ${restarts} restarts of Redis`, async () => {
    await using redis = await RedisServer.start();
    const out = join(home, 'killed');
    const all = stepsOf(undisturbed);
    const filling = filler(redis, out);
    await queued(out);
    const random = rng(7);
    const start = () => {
      const child = worker(redis, out);
      return { child, end: ended(child) };
    };
    const workers = [start(), start(), start()];
    const moments: number[] = [];
    for (let i = 0; i < kills; i++) {
      const goal = Math.floor((all * (i + random.int(1000) / 1000) * 0.8) / kills);
      while (stepsOf(out) < goal) await sleep(5);
      await sleep(random.int(300));
      const victim = random.int(workers.length);
      process.kill(-(workers[victim].child.pid as number), 'SIGKILL');
      await workers[victim].end;
      moments.push(stepsOf(out));
      workers[victim] = start();
      if (i % 5 === 4) {
        await redis.down();
        await sleep(1000);
        await redis.up();
      }
    }
    process.stdout.write(`killed after ${moments.join(', ')} of ${all} steps\n`);
    expect(moments.length).toBe(kills);
    const { code, text } = await filling;
    expect(code, text).toBe(0);
    for (const { end } of workers) await end;
    await report(out);
    expectSame(out, undisturbed);
  });
});
