// What goes wrong around a queue: Redis away for a minute, Redis full, clocks that are a day off. All is waited out, and nothing is lost.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sweep } from '@twilljs/sweep/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openQueue, workQueue } from '../packages/queue/src/node.ts';
import { hasRedis, NO_REDIS, RedisServer } from '../packages/queue/src/redis.test-data.ts';
import { fill, filled, work } from '../packages/queue/src/sides.test-data.ts';
import { cells, home, place, spec, train } from '../packages/queue/src/sweep.test-data.ts';

const homes: string[] = [];
const newHome = () => homes[homes.push(home()) - 1];

describe.skipIf(!hasRedis())(`faults (skipped: ${NO_REDIS})`, () => {
  const alone = newHome();
  beforeAll(() => sweep({ directory: alone, spec, cells, device: 'cpu', run: train }));
  afterAll(() => {
    for (const one of homes) rmSync(one, { recursive: true, force: true });
  });

  const expectSame = (directory: string) => {
    const files = cells.map(({ name }) => join('cells', name, 'model.safetensors'));
    for (const name of [...files, 'results.json']) {
      expect(readFileSync(join(directory, name)).equals(readFileSync(join(alone, name))), name).toBe(true);
    }
  };

  /** A sweep whose cells wait for workers. */
  async function begun({ url }: RedisServer) {
    const directory = newHome();
    const filling = fill(url, directory);
    await filled(url);
    return { directory, filling };
  }

  /** A worker whose cells take a while, and what it was told of. */
  async function slowWork(url: string, directory: string) {
    const warned: string[] = [];
    await using queue = await openQueue(url, { warn: (message) => void warned.push(message) });
    const outcome = await workQueue(queue, {
      ...{ ...place, directory },
      run: async (job, signal) => {
        await wait(1500, undefined, { signal }).catch(() => {});
        return train(job, signal);
      },
    });
    return { outcome, warned };
  }

  it('nobody answers at the start', async () => {
    await expect(openQueue('redis://127.0.0.1:1')).rejects.toThrow(
      /did not answer within 10 s .*start redis-server there/,
    );
  });

  it('Redis is away for a minute in the middle', async () => {
    await using redis = await RedisServer.start();
    const { directory, filling } = await begun(redis);
    const working = slowWork(redis.url, directory);
    await wait(2500);
    await redis.down();
    await wait(60_000);
    await redis.up();
    const { warned } = await working;
    expect(warned.join('\n')).toMatch(/is away .*cells go on[\s\S]*is back/);
    await filling;
    expectSame(directory);
  });

  it('Redis is full for a while', async () => {
    await using redis = await RedisServer.start();
    const { directory, filling } = await begun(redis);
    const working = slowWork(redis.url, directory);
    await wait(2500);
    expect(await redis.command('CONFIG SET maxmemory 1kb')).toMatch(/OK/);
    await wait(8000);
    await redis.command('CONFIG SET maxmemory 0');
    const { warned } = await working;
    expect(warned.join('\n')).toMatch(/Redis is full \(maxmemory\)/);
    await filling;
    expectSame(directory);
  });

  it('the clocks of workers are wrong by a day', async () => {
    await using redis = await RedisServer.start();
    const { directory, filling } = await begun(redis);
    const program = fileURLToPath(new URL('./queue/skewed-worker.ts', import.meta.url));
    const execArgv = ['--import', 'tsx', '--conditions=@twilljs/source'];
    const skewed = [86_400_000, -86_400_000].map((skew) =>
      fork(program, [redis.url, directory, String(skew)], { execArgv }),
    );
    const said = skewed.map(async (child) => (await once(child, 'message'))[0] as { status: string });
    const outcomes = await Promise.all([...said, slowWork(redis.url, directory).then(({ outcome }) => outcome)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['finished', 'finished', 'finished']);
    await filling;
    expectSame(directory);
    await expect(work(redis.url, directory)).rejects.toThrow(/holds no sweep/);
  });
});
