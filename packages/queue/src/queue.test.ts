// Sweeps over a real Redis: the same bits, workers that are killed, Redis that loses everything, and who may not take part.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sweep } from '@twilljs/sweep/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childrenReadSource } from '../../../scripts/vitest/children.ts';
import { connect } from './connection.ts';
import { queueAddress } from './index.ts';
import { openQueue, type WorkOptions, workQueue } from './node.ts';
import { hasRedis, NO_REDIS, RedisServer } from './redis.test-data.ts';
import { fill, filled, work } from './sides.test-data.ts';
import { cells, home, place, spec, train } from './sweep.test-data.ts';

const homes: string[] = [];
const newHome = () => homes[homes.push(home()) - 1];

childrenReadSource();
afterAll(() => {
  for (const one of homes) rmSync(one, { recursive: true, force: true });
});

const weights = (directory: string) =>
  readdirSync(join(directory, 'cells'))
    .sort()
    .map((name) => [name, readFileSync(join(directory, 'cells', name, 'model.safetensors'))] as const);

describe.skipIf(!hasRedis())(`a queue on Redis (skipped: ${NO_REDIS})`, () => {
  let redis: RedisServer;
  const alone = newHome();

  beforeAll(async () => {
    redis = await RedisServer.start();
    await sweep({ directory: alone, spec, cells, device: 'cpu', run: train });
  });
  afterAll(() => redis[Symbol.asyncDispose]());

  const expectSame = (directory: string) => {
    expect(weights(directory)).toEqual(weights(alone));
    expect(readFileSync(join(directory, 'results.json'))).toEqual(readFileSync(join(alone, 'results.json')));
    expect(existsSync(join(directory, 'work'))).toBe(false);
  };

  it('has the bits of one machine by three workers, one of them killed in a cell, and after Redis lost everything', async () => {
    const directory = newHome();
    const filling = fill(redis.url, directory);
    await filled(redis.url);
    const killed = fork(fileURLToPath(new URL('./hang.test-data.ts', import.meta.url)), [redis.url, directory]);
    await once(killed, 'message');
    killed.kill('SIGKILL');
    const events: string[] = [];
    const observe: WorkOptions['observe'] = ({ cell, what }) => void events.push(`${what} ${cell}`);
    const first = work(redis.url, directory, { observe });
    while (!events.some((event) => event.startsWith('done'))) await wait(20);
    await redis.command('FLUSHALL');
    const outcomes = await Promise.all([first, work(redis.url, directory, { observe }).catch(() => null), filling]);
    expect(outcomes[0].status).toBe('finished');
    expectSame(directory);
    const taken = cells.map(({ name }) => JSON.parse(readFileSync(join(directory, 'cells', name, 'run.json'), 'utf8')));
    expect(taken.filter(({ resumed }) => resumed.length > 0).length).toBeGreaterThan(0); // what the killed one had done was not lost
  });

  it('puts the cells of a worker that stops back, and waits while Redis is restarted', async () => {
    const directory = newHome();
    const filling = fill(redis.url, directory);
    await filled(redis.url);
    const stopped = new AbortController();
    const events: string[] = [];
    const slow: WorkOptions['run'] = async (job, signal) => {
      const soon = new AbortController();
      setTimeout(() => soon.abort(), 5);
      await train(job, AbortSignal.any([soon.signal, signal]));
      await once(signal, 'abort');
    };
    const first = work(redis.url, directory, {
      ...{ run: slow, signal: stopped.signal, observe: ({ what }) => void events.push(what) },
    });
    while (events.length === 0) await wait(20);
    await redis.down();
    await wait(500);
    await redis.up();
    await wait(500);
    stopped.abort();
    expect(await first).toEqual({ status: 'interrupted', done: 0, failed: 0 });
    await Promise.all([filling, work(redis.url, directory), work(redis.url, directory)]);
    expectSame(directory);
  });

  it('records a cell that fails, and tries a fault of a process again', async () => {
    const directory = newHome();
    const filling = fill(redis.url, directory);
    await filled(redis.url);
    const warned: string[] = [];
    let faults = 0;
    await using queue = await openQueue(redis.url, { warn: (message) => void warned.push(message) });
    const { failed, done } = await workQueue(queue, {
      ...{ ...place, directory },
      run: (job, signal) => {
        if (job.seed === 2 && faults++ === 0) throw new Error('its process was ended by SIGKILL.');
        return train(job.seed === 3 ? { ...job, config: { ...job.config, num_heads: 3 } } : job, signal);
      },
    });
    expect({ failed, done }).toEqual({ failed: 1, done: 5 });
    expect(warned.join()).toMatch(/-s2: its process was ended by SIGKILL. It is tried again \(1 of 3 failures\)/);
    const { failures } = await filling;
    expect([...failures]).toEqual([[cells[2].name, expect.stringContaining('num_heads=3')]]);
    const [again] = await Promise.all([
      fill(redis.url, directory),
      filled(redis.url).then(() => work(redis.url, directory)),
    ]);
    expect(again.failures.size).toBe(0);
    expectSame(directory);
  });

  it('is refused to another sweep, another directory, and a machine with other bits', async () => {
    const directory = newHome();
    await expect(work(redis.url, directory)).rejects.toThrow(/holds no sweep; fill it first/);
    const stopped = new AbortController();
    const filling = fill(redis.url, directory, { signal: stopped.signal });
    await filled(redis.url);
    await expect(fill(redis.url, newHome())).rejects.toThrow(/has another sweep, six of 6 cells, under this name/);
    await expect(work(redis.url, newHome())).rejects.toThrow(
      /is not the directory of six that the queue was filled from/,
    );
    await expect(work(redis.url, directory, { device: { name: 'wasm', word: 'wasm (plain)' } })).rejects.toThrow(
      /other bits: device is cpu in the queue but wasm \(plain\) here/,
    );
    await expect(work(redis.url, directory, { cells: cells.slice(1) })).rejects.toThrow(/digest of the cells/);
    await expect(work(redis.url, directory, { memory: 1000 })).rejects.toThrow(
      /no cell fits: this worker skips 6 cells/,
    );
    // Its time is over before a cell has ended: what it began goes back.
    const slow: WorkOptions['run'] = (_, signal) => once(signal, 'abort');
    const time = { seconds: 2, speed: cells[0].trainingFlops };
    expect(await work(redis.url, directory, { run: slow, time })).toEqual({
      status: 'out of time',
      done: 0,
      failed: 0,
    });
    stopped.abort();
    expect((await filling).status).toBe('interrupted');
  });
});

describe.skipIf(!hasRedis())(`a first connection (skipped: ${NO_REDIS})`, () => {
  it('ends where nobody answers, and where a password is wrong, without repeating it', async () => {
    const nobody = connect(queueAddress('redis://me:secret@127.0.0.1:1'), () => {}, 1);
    await expect(nobody).rejects.toThrow(/redis:\/\/127.0.0.1:1 did not answer within 1 s \(.*ECONNREFUSED.*\)/);
    await using redis = await RedisServer.start('--requirepass', 'right');
    for (const password of [':wrong@', '']) {
      const refused = connect(queueAddress(redis.url.replace('//', `//${password}`)), () => {}, 5);
      const message = await refused.then(String, (error: Error) => error.message);
      expect(message).toMatch(/refuses: .*(WRONGPASS|NOAUTH)/);
      expect(message).not.toMatch(/:wrong|right/);
    }
    (await connect(queueAddress(redis.url.replace('//', '//:right@')), () => {}, 5)).disconnect();
  });
});
