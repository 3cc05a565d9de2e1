// Cells in processes of their own: what comes back from a worker that is done, refuses, breaks, vanishes or is told to stop.
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isTwillError } from '@twilljs/tensor';
import { readRunRecord } from '@twilljs/train/node';
import { known } from 'twilljs';
import { worker } from 'twilljs/node';
import { afterAll, describe, expect, it } from 'vitest';
import { childrenReadSource } from '../../../scripts/vitest/children.ts';
import { planSweep, readSweepSpec } from './index.ts';
import { jobOf } from './job.ts';
import { type CellJob, inProcesses } from './node.ts';

const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-processes-')));

childrenReadSource();

afterAll(() => {
  rmSync(work, { recursive: true });
});

const size = {
  name: 'tiny',
  model: { num_hidden_layers: 1, hidden_size: 8, intermediate_size: 8 },
  attn: { num_heads: 2 },
};
const grid = {
  task: 'recall',
  mixers: ['attention'],
  sizes: [size],
  training: { steps: 3 },
  data: { length: 16, pairs: 2 },
};
const [cell] = planSweep(readSweepSpec({ grids: [grid] }, known), known);
const job = (directory: string, change: Partial<CellJob> = {}): CellJob => ({
  ...jobOf(cell, join(work, directory), {
    text: null,
    home: '',
    modules: [],
    device: 'cpu',
    threads: null,
    command: [],
  }),
  ...change,
});

/** A worker that does this with its job. */
function workerThat(name: string, does: string): string {
  const path = join(work, `${name}.cjs`);
  writeFileSync(path, `process.on('message', (message) => {\n  ${does}\n});\n`);
  return path;
}

const run = (path: string, signal = new AbortController().signal) => inProcesses(path)(job('none'), signal);

/** What it fails with, and whether that is the user's to correct. */
const failureOf = (running: Promise<unknown>) =>
  running.then(
    () => null,
    (error: Error) => ({ message: error.message, input: isTwillError(error) }),
  );

describe('an answer', () => {
  it('is given by the kind of the error, not by its words', async () => {
    const answer = (kind: string) =>
      `process.send({ error: { kind: '${kind}', message: 'no.' } }, () => process.exit());`;
    expect(await failureOf(run(workerThat('input', answer('input'))))).toEqual({ message: 'no.', input: true });
    expect(await failureOf(run(workerThat('bug', answer('bug'))))).toEqual({ message: 'no.', input: false });
  });

  it('that never comes is a fault, told by how the process ended', async () => {
    const exits = workerThat('exits', `console.error('out of luck'); process.exit(3);`);
    expect(await failureOf(run(exits))).toEqual({
      message: 'its process ended with code 3: out of luck',
      input: false,
    });
    const killed = workerThat('killed', `process.kill(process.pid, 'SIGKILL');`);
    expect(await failureOf(run(killed))).toEqual({ message: 'its process was ended by SIGKILL.', input: false });
  });

  it('that the work was put away is one only for whoever asked for it', async () => {
    const path = workerThat('alone', `process.send({ done: 'interrupted' }, () => process.exit());`);
    expect(await failureOf(run(path))).toEqual({
      message: 'its process was told to stop by someone else.',
      input: false,
    });
  });

  it('is waited for when the worker is told to stop', async () => {
    const path = workerThat(
      'stops',
      `if (message === 'stop') process.send({ done: 'interrupted' }, () => process.exit());`,
    );
    const stopped = new AbortController();
    const running = run(path, stopped.signal);
    stopped.abort();
    expect(await failureOf(running)).toBe(null);
  });
});

describe('a process', () => {
  const told = join(work, 'told.txt');
  const path = workerThat(
    'tells',
    `require('node:fs').appendFileSync(${JSON.stringify(told)}, process.pid + ' '); process.send({ done: 'finished' }, () => message.modules.length > 0 && process.exit());`,
  );
  const pids = () => readFileSync(told, 'utf8').trim().split(' ');

  it('is given the next cell, but not where modules of the user are known, or after a failure', async () => {
    const train = inProcesses(path);
    const signal = new AbortController().signal;
    for (let n = 0; n < 3; n++) await train(job('none'), signal);
    await train(job('none', { modules: ['/a.mjs'] }), signal);
    await train(job('none'), signal);
    await Promise.all([train(job('none'), signal), train(job('none'), signal)]);
    const [first, second, third, fourth, fifth, ...both] = pids();
    expect([second, third, fourth]).toEqual([first, first, first]);
    expect(fifth).not.toBe(first);
    expect(new Set(both).size).toBe(2);
  });

  it('ends when there is no other cell for it', async () => {
    const alive = () => pids().filter((pid) => existsSync(`/proc/${pid}`));
    if (!existsSync('/proc/self')) return;
    for (let n = 0; n < 100 && alive().length > 0; n++) await wait(100);
    expect(alive()).toEqual([]);
  });
});

describe('the worker of twilljs', () => {
  const train = inProcesses(worker);

  it('trains a cell to its end', async () => {
    await train(job('whole'), new AbortController().signal);
    expect(readRunRecord(join(work, 'whole'))).toMatchObject({
      ...{ status: 'finished', step: 3, data: { kind: 'mqar', pairs: 2 } },
      origin: { text: [], modules: [], device: 'cpu' },
    });
  });

  it('trains the next one to the same bits', async () => {
    const weights = (directory: string) => readFileSync(join(work, directory, 'model.safetensors'));
    for (const name of ['first', 'second']) await train(job(name, { device: 'auto' }), new AbortController().signal);
    expect(weights('second')).toEqual(weights('first'));
  });

  it('puts its work away when it is told to, and refuses what cannot be', async () => {
    const stopped = new AbortController();
    stopped.abort();
    // In a process of its own: one that is warm may be done with three steps before it reads that it is to stop.
    await inProcesses(worker)(job('stopped'), stopped.signal);
    expect(readRunRecord(join(work, 'stopped')).status).toBe('interrupted');
    const wrong = job('wrong', { config: { ...cell.config, num_heads: 3 } });
    expect(await failureOf(train(wrong, new AbortController().signal))).toMatchObject({
      ...{ input: true, message: expect.stringContaining('num_heads=3 does not divide') },
    });
  });
});
