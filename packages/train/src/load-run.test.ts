// The model of a run at any moment.
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { params } from '@twilljs/nn';
import { isTwillError, nextTurn } from '@twilljs/tensor';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { weightsHash } from './hash.ts';
import { type LoadRunOptions, loadRun } from './load-run.ts';
import { freshModel, mixers, onDevice, runHome, stopAfter } from './run.test-data.ts';

const home = runHome();
const { at, run, recordOf, edit } = home;
afterAll(() => home.remove());

/** Hash of the weights after every step of an undisturbed run. */
const hashes = new Map<number, string>();

const load = async (directory: string, options: Partial<LoadRunOptions> = {}) => {
  const loaded = await loadRun(at(directory), { mixers, device: await onDevice, ...options });
  const { step, steps, status, notes } = loaded;
  expect(await weightsHash(loaded.model), `the weights of step ${step}`).toBe(hashes.get(step));
  return { step, steps, status, notes };
};
const refusal = async (directory: string, options: Partial<LoadRunOptions> = {}): Promise<string> => {
  const error = await load(directory, options).then(
    () => new Error('it was loaded'),
    (reason: Error) => reason,
  );
  expect(isTwillError(error), String(error)).toBe(true);
  return error.message.replaceAll(home.path, 'runs');
};

/** The measurements of steps 5, 10, ...: 15 is the best. */
const values = [3, 2, 1, 4, 2];
const validation = () => {
  const left = [...values];
  const measure = () => ({ loss: left.shift() as number });
  return { every: 5, measure, better: { of: 'loss', direction: 'lower' } as const };
};

beforeAll(async () => {
  const model = await freshModel();
  const onStep = async ({ step }: { step: number }) => hashes.set(step, await weightsHash(model));
  await run('whole', { model, validation: validation(), onStep });
  await run('stopped', stopAfter(12));
});

it('of a finished run: the final weights, the best and any checkpoint', async () => {
  expect(await load('whole')).toEqual({ step: 25, steps: 25, status: 'finished', notes: [] });
  expect(recordOf('whole').best).toEqual({ of: 'loss', direction: 'lower', step: 15, value: 1 });
  expect(readdirSync(at('whole', 'checkpoints'))).toEqual(['step-000015', 'step-000020', 'step-000025']);
  expect(await load('whole', { checkpoint: 'best' })).toMatchObject({ step: 15 });
  for (const step of [15, 20, 25]) expect(await load('whole', { checkpoint: step })).toMatchObject({ step });
  expect(await load('whole', { checkpoint: 'last' })).toMatchObject({ step: 25 });
});

it('of a finished run without checkpoints', async () => {
  cpSync(at('whole'), at('bare'), { recursive: true });
  rmSync(at('bare', 'checkpoints'), { recursive: true });
  expect(await load('bare')).toMatchObject({ step: 25 });
  expect(await load('bare', { checkpoint: 25 })).toMatchObject({ step: 25 });
  expect(await refusal('bare', { checkpoint: 'best' })).toBe(
    'loadRun: runs/bare has no best checkpoint, that of step 15 is gone; it has none.',
  );
});

it('of an interrupted run, and of one that was killed or has diverged', async () => {
  expect(await load('stopped')).toEqual({ step: 12, steps: 25, status: 'interrupted', notes: [] });
  for (const status of ['running', 'diverged']) {
    cpSync(at('stopped'), at(status), { recursive: true });
    edit(status, { status });
    expect(await load(status)).toMatchObject({ step: 12, status });
  }
});

it('of a run that goes on meanwhile, without disturbing it', async () => {
  const seen = new Set<number>();
  const result = await run('live', {
    checkpoints: { every: 1 },
    onStep: async ({ step }) => {
      if (step > 1) seen.add((await load('live')).step);
    },
  });
  expect(result.status).toBe('finished');
  expect([...seen]).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
  expect(readFileSync(at('live', 'model.safetensors')).equals(readFileSync(at('whole', 'model.safetensors')))).toBe(
    true,
  );
});

it('while checkpoints come and go', async () => {
  const training = run('racing', { checkpoints: { every: 1, keep: 1 } });
  let isOver = false;
  training.finally(() => {
    isOver = true;
  });
  let loads = 0;
  while (!isOver) {
    await nextTurn();
    const found = await loadRun(at('racing'), { mixers }).catch((error: Error) => error.message);
    if (typeof found === 'string') expect(found).toMatch(/no run.json|no checkpoint yet/);
    else expect(params(found.model).size).toBeGreaterThan(0);
    loads += Number(typeof found !== 'string');
  }
  expect(loads).toBeGreaterThan(0);
  expect((await training).status).toBe('finished');
});

it('falls back from a damaged checkpoint to the one before, and says so', async () => {
  cpSync(at('stopped'), at('damaged'), { recursive: true });
  truncateSync(at('damaged', 'checkpoints', 'step-000012', 'model.safetensors'), 50);
  const loaded = await load('damaged');
  expect(loaded.step).toBe(10);
  expect(loaded.notes).toEqual([expect.stringMatching(/step-000012.*Going back to the checkpoint before it/)]);
  expect(await refusal('damaged', { checkpoint: 12 })).toMatch(/step-000012.*it is damaged/);
});

it('says what is not there', async () => {
  expect(await refusal('stopped', { checkpoint: 7 })).toBe(
    'loadRun: runs/stopped has no checkpoint 7; it has those of steps 10, 12, "last" and "best".',
  );
  expect(await refusal('stopped', { checkpoint: 'best' })).toMatch(
    /no best checkpoint, its validation was not told what/,
  );
  for (const odd of ['newest', -1, 1.5, Number.NaN, null, {}, '12']) {
    expect(await refusal('stopped', { checkpoint: odd as never })).toMatch(
      /has no checkpoint .*; it has those of steps 10, 12/,
    );
  }
  expect(await refusal('stopped', { checkpont: 10 } as never)).toMatch(/did you mean checkpoint/);
  expect(await refusal('nowhere')).toBe('runs/nowhere: has no run.json; name the directory of a run.');
  cpSync(at('stopped'), at('early'), { recursive: true });
  rmSync(at('early', 'checkpoints'), { recursive: true });
  expect(await refusal('early')).toBe(
    'runs/early: the run has no checkpoint yet (interrupted, 25 steps planned); wait for its first one, or go on with it.',
  );
});

it('leaves no trace in the directory', async () => {
  const list = () => readdirSync(at('stopped'), { recursive: true });
  const before = list();
  await load('stopped');
  expect(list()).toEqual(before);
  spawnSync('chmod', ['-R', 'a-w', at('stopped')]);
  expect(await load('stopped')).toMatchObject({ step: 12 });
  spawnSync('chmod', ['-R', 'u+w', at('stopped')]);
});
