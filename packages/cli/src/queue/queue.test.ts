// A queue at the command line: filled, watched, paused, gone on with, cancelled, and done by workers; and what is refused.
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { QueueView } from '@twilljs/queue/node';
import { readRunRecord } from '@twilljs/train/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childrenReadSource } from '../../../../scripts/vitest/children.ts';
import { hasRedis, NO_REDIS, RedisServer } from '../../../queue/src/redis.test-data.ts';
import { capture } from '../capture.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-queue-')));

childrenReadSource();

const size = {
  name: 'tiny',
  model: { num_hidden_layers: 1, hidden_size: 8, intermediate_size: 8 },
  attn: { num_heads: 2 },
};
const grid = { task: 'recall', mixers: ['attention'], sizes: [size], data: { length: 16, pairs: 2, batch: 2 } };

beforeAll(() => {
  process.chdir(work);
  writeFileSync(
    'grid.json',
    JSON.stringify({ name: 'two', grids: [{ ...grid, seeds: [1, 2], training: { steps: 4 } }] }),
  );
  writeFileSync('long.json', JSON.stringify({ name: 'long', grids: [{ ...grid, training: { steps: 1e6 } }] }));
});
afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

const twill = (line: string) => capture(line.split(' '));

describe.skipIf(!hasRedis())(`a queue (skipped: ${NO_REDIS})`, () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis[Symbol.asyncDispose]());

  const queue = (line: string) => twill(`${line} --queue ${redis.url}`);
  const view = async (): Promise<QueueView> => JSON.parse((await queue('sweep --json --watch')).out);

  /** Asks again until it is so. */
  const until = async (holds: (view: QueueView) => boolean) => {
    for (let now = await view(); !holds(now); now = await view()) await wait(50);
  };
  const filled = async () => {
    while ((await queue('sweep --watch')).code !== 0) await wait(50);
  };

  it('leaves what a sweep of this machine leaves', async () => {
    const sweeping = queue('sweep grid.json --out q --device cpu');
    await filled();
    const worker = await queue('worker --out q');
    expect(worker.code, worker.err).toBe(0);
    expect(worker.out).toContain('2 cells trained here, 0 failed; the sweep is finished.');
    const swept = await sweeping;
    expect(swept.code, swept.err).toBe(0);
    expect((await twill('sweep grid.json --out plain --device cpu')).code).toBe(0);
    expect(readFileSync('q/results.json')).toEqual(readFileSync('plain/results.json'));
    expect(await queue('worker --out q')).toMatchObject({ code: 2, err: expect.stringContaining('holds no sweep') });
  });

  it('is watched, paused, gone on with, and cancelled', async () => {
    const sweeping = queue('sweep long.json --out long --device cpu');
    await filled();
    const working = queue('worker --out long --jobs 1');
    await until(({ workers }) => workers[0]?.cells[0]?.step > 0);
    const { out } = await queue('sweep --watch');
    expect(out).toMatch(
      /^long {2}running {2}1 cells: 0 done, 0 failed, 1 running, 0 waiting; 1 workers\n.* cpu {2}1 of 1/,
    );
    expect(out).toMatch(/ {4}recall-attention-pure-s0 {2}step \d+ {2}loss \d/);
    expect((await queue('sweep --pause')).out).toContain('paused');
    await until(({ status, waiting }) => status === 'paused' && waiting === 1);
    const [left] = readdirSync('long/work/recall-attention-pure-s0');
    expect(readRunRecord(join('long/work/recall-attention-pure-s0', left)).status).toBe('interrupted');
    expect((await queue('sweep --go-on')).out).toContain('goes on');
    await until(({ workers }) => workers[0]?.cells.length === 1);
    expect((await queue('sweep --cancel')).out).toContain('cancelled');
    expect(await working).toMatchObject({ code: 1, out: expect.stringContaining('the sweep was cancelled') });
    expect(await sweeping).toMatchObject({ code: 2, err: expect.stringContaining('was cancelled; the same command') });
    expect(existsSync('long/results.json')).toBe(false);
  });
});

it.each([
  ['sweep --watch', /--watch is about a queue, and there is no --queue/],
  ['sweep --queue redis://h --watch --pause', /--watch and --pause are two things/],
  ['sweep --queue redis://h --cancel --out x', /--out is given, but --cancel is about a queue that is there/],
  ['sweep grid.json --out x --lease 5', /--lease is given, but there is no --queue/],
  ['sweep grid.json --out x --queue redis://h --jobs 2', /--jobs is given, but cells are trained by twill worker/],
  ['sweep grid.json --out x --queue http://me:secret@h', /the address is no URL of Redis/],
  ['worker --out x', /--queue is missing/],
  ['worker --queue redis://h', /--out is missing/],
])('refuses %s', async (line, message) => {
  const { code, err } = await twill(line);
  expect(err).toMatch(message);
  expect(err).not.toContain('secret');
  expect(code).toBe(2);
  expect(existsSync('x')).toBe(false);
});
