// The pool: every unit is done once, whatever the threads; and what becomes of failures, of lost threads and of the end.
import { spawnSync } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { keep, release, scope, type Tensor } from '@twilljs/tensor';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from '../../../scripts/check/repository.ts';
import { childrenReadSource } from '../../../scripts/vitest/children.ts';
import type { WasmDevice } from './device.ts';
import { awake, input, run, trialDevice } from './pool.test-data.ts';

childrenReadSource();

/** Workers that were started during a test. */
let workers: Worker[] = [];
const seen = (worker: Worker) => {
  workers.push(worker);
};
const devices: WasmDevice[] = [];

beforeEach(() => {
  workers = [];
  process.on('worker', seen);
});

afterEach(() => {
  process.off('worker', seen);
  for (const device of devices.splice(0)) device[Symbol.dispose]();
});

/** A device whose threads all take part, and an input for its kernel. */
async function opened(threads: number) {
  const device = await trialDevice({ threads });
  devices.push(device);
  const x = keep(input(device));
  await awake(device, x);
  return { device, x };
}

const endsOf = (workers: readonly Worker[]) =>
  Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve))));

/** Every unit is done once. */
async function works(x: Tensor, units = 100): Promise<boolean> {
  const before = await run(x, { units }).data();
  const after = await run(x, { units, rounds: 100 }).data();
  return before.every((count, i) => after[i] === count + 1);
}

describe.each([1, 2, 3, 4])('%i threads', (threads) => {
  it('do every unit once', async () => {
    const { device } = await opened(threads);
    expect(workers).toHaveLength(threads - 1);
    const x = input(device);
    const counts = new Float32Array(1000);
    counts[0] = 1;
    for (let n = 0; n < 500; n++) {
      const units = 1 + ((n * 37) % 200);
      for (let unit = 0; unit < units; unit++) counts[unit]++;
      const found = await scope(() => run(x, { units, rounds: (n % 7) * 300 })).data();
      expect(found).toEqual(counts.subarray(0, units));
    }
  });

  it('say what failed in a kernel, and go on', async () => {
    const { x } = await opened(threads);
    for (const fails of [0, 1, 50, 99]) {
      expect(() => run(x, { units: 100, fails })).toThrowErrorMatchingInlineSnapshot(
        `[DeviceError: wasm: wasm/trial/trial failed: RuntimeError: unreachable; what it was to write is lost, and all that comes from it: go on from what was kept before.]`,
      );
      expect(await works(x)).toBe(true);
    }
    expect(() => run(x, { units: 1, fails: 0 })).toThrow('wasm/trial/trial failed: RuntimeError: unreachable');
  });
});

describe('other threads', () => {
  it('are not started for what is short', async () => {
    const device = await trialDevice({ threads: 2 });
    devices.push(device);
    const x = input(device);
    for (let n = 0; n < 20; n++) run(x, { units: 10 });
    expect(workers).toHaveLength(0);
    expect(device.report().threads).toEqual({ count: 2, reason: '' });
  });

  it('tell the main one what failed in them', async () => {
    const { x } = await opened(3);
    const failing = () => {
      for (let n = 0; n < 1000; n++) run(x, { units: 100, rounds: 1000, others: 'fail' });
    };
    expect(failing).toThrow('wasm/trial/trial failed: RuntimeError: unreachable');
    expect(await works(x)).toBe(true);
  });

  it('fail with the main one as one error, and the next list is right', async () => {
    const { x } = await opened(3);
    for (let n = 0; n < 100; n++) {
      expect(() => run(x, { units: 100, rounds: 1000, fails: 0, others: 'fail' })).toThrow('wasm/trial/trial failed');
      expect(await works(x)).toBe(true);
    }
  });

  it('are missed when they are gone', async () => {
    const { device, x } = await opened(3);
    await workers[1].terminate();
    expect(() => run(x, { units: 100 })).toThrowErrorMatchingInlineSnapshot(
      `[DeviceError: wasm: a thread of this device is lost (number 2: it ended with code 1), so nothing runs on it any more; make another one, with threads: 1 or TWILL_THREADS=1 if it happens again.]`,
    );
    const other = await trialDevice({ threads: 2 });
    devices.push(other);
    expect(await works(input(other))).toBe(true);
    expect(device.report().threads).toEqual({ count: 3, reason: '' });
  });

  it('are not waited for when they die', async () => {
    const { x } = await opened(2);
    const ended = workers[0].terminate();
    // It is not known yet, and it may die with a piece in its hands.
    const results = () => {
      for (let n = 0; n < 100; n++) run(x, { units: 100, rounds: 1000 });
    };
    try {
      results();
    } catch (error) {
      expect(`${error}`).toContain('a thread of this device is lost');
    }
    await ended;
    expect(results).toThrow('a thread of this device is lost (number 1: it ended with code 1)');
  });

  it('are given up when they do not end their share', async () => {
    const { x } = await opened(2);
    // What the process does at first, such as compiling, says nothing of later.
    new Worker('const end = performance.now() + 1500; while (performance.now() < end);', { eval: true });
    const sleeping = () => {
      for (let n = 0; n < 10_000; n++) run(x, { units: 100, rounds: 1000, others: 'sleep' });
    };
    expect(sleeping).toThrow('a thread of this device is lost (it did not finish its share)');
    expect(() => run(x, { units: 1 })).toThrow('a thread of this device is lost (it did not finish its share)');
  });

  it('see memory that was added since', async () => {
    const { device } = await opened(3);
    for (let n = 0; n < 8; n++) {
      device.allocate(40e6);
      expect(await works(input(device), 1000)).toBe(true);
    }
  });

  it('end when the device is disposed of', async () => {
    const { device } = await opened(4);
    const ends = endsOf(workers);
    device[Symbol.dispose]();
    await ends;
    expect(() => device.pieces()).toThrow('was disposed of');
  });

  it('end when nobody has the device any more', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    await opened(2).then(({ x }) => release([x]));
    const ended = endsOf(workers.splice(0)).then(() => true);
    devices.length = 0; // the last one is forgotten
    let isOver = false;
    for (let n = 0; n < 100 && !isOver; n++) {
      gc();
      isOver = await Promise.race([ended, wait(50, false)]);
    }
    expect(isOver).toBe(true);
  });

  it('hold up no process', () => {
    const program = `
      import { noise } from '@twilljs/tensor/testing';
      import { scope, tensor } from '@twilljs/tensor';
      import { wasm } from '@twilljs/wasm';
      const device = await wasm({ threads: 3 });
      const x = tensor(noise(256 * 256, 1), [256, 256], { device });
      while (device.pieces().some((n) => n === 0)) {
        scope(() => void x.matmul(x));
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      process.stdout.write('done');
    `;
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: `${root}/packages/wasm`,
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect({ stdout, stderr, status }).toEqual({ stdout: 'done', stderr: '', status: 0 });
  });

  it('sleep when there is nothing to do', async () => {
    await opened(4);
    await wait(100);
    const before = process.cpuUsage();
    await wait(500);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(250);
  });
});
