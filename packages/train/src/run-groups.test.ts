// Runs that train a part of a model, or by Muon: what is on disk, how they go on, and what they refuse.
import { cpSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { parseSafetensors } from '@twilljs/hub';
import { params } from '@twilljs/nn';
import { isTwillError } from '@twilljs/tensor';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { weightsHash } from './hash.ts';
import { loadRun } from './load-run.ts';
import { muon } from './optimizers.ts';
import { freshModel, mixers, onDevice, runHome, stopAfter } from './run.test-data.ts';
import type { RunOptions } from './run-options.ts';

const home = runHome();
const { at, run, weights, recordOf, edit } = home;
afterAll(() => home.remove());

const groups = [
  { match: '*', trainable: false },
  { match: 'model.layers.1.*', trainable: true },
];
const training = { steps: 25, lr: 1e-2, groups };
const keysOf = (...path: string[]) => [...parseSafetensors(readFileSync(at(...path))).tensors.keys()].sort();
const refusal = async (directory: string, more: Partial<RunOptions>): Promise<string> => {
  const error = await run(directory, { resume: true, ...more }).then(
    () => new Error('it ran'),
    (reason: Error) => reason,
  );
  expect(isTwillError(error), String(error)).toBe(true);
  return error.message.replaceAll(home.path, 'runs');
};

let names: string[];
beforeAll(async () => {
  names = [...params(await freshModel()).keys()].sort();
  await run('whole', { training });
  await run('stopped', stopAfter(12, { training }));
});

it('checkpoints hold what is trained, another file the rest, the final weights all', async () => {
  const own = names.filter((name) => name.startsWith('model.layers.1.'));
  const checkpoint = ['stopped', 'checkpoints', 'step-000012'];
  expect(keysOf(...checkpoint, 'model.safetensors')).toEqual(own);
  expect(keysOf(...checkpoint, 'optimizer.safetensors')).toEqual(
    ['m', 'v'].flatMap((kind) => own.map((name) => `${kind}.${name}`)),
  );
  expect(keysOf('stopped', 'frozen.safetensors')).toEqual(names.filter((name) => !own.includes(name)));
  expect(keysOf('whole', 'model.safetensors')).toEqual(names);
  expect(recordOf('stopped')).toMatchObject({
    training: { groups, optimizer: 'adamw' },
    frozen: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

it('goes on to the bits of a run that was not stopped, with other fresh weights at hand and without the file', async () => {
  for (const name of ['resumed', 'bare', 'other']) cpSync(at('stopped'), at(name), { recursive: true });
  rmSync(at('bare', 'frozen.safetensors'));
  await run('resumed', { resume: true, training });
  await run('bare', { resume: true, training: { steps: 25 } });
  await run('other', { resume: true, training, model: await freshModel(9) });
  for (const name of ['resumed', 'bare', 'other']) expect(weights(name).equals(weights('whole')), name).toBe(true);
});

it('is loaded whole at any moment', async () => {
  const model = await freshModel();
  let hash = '';
  const onStep = async ({ step }: { step: number }) => {
    if (step === 12) hash = await weightsHash(model);
  };
  await run('watched', { training, model, onStep });
  const loaded = await loadRun(at('stopped'), { mixers, device: await onDevice });
  expect([loaded.step, await weightsHash(loaded.model)]).toEqual([12, hash]);
});

it('refuses a frozen file that is damaged, or gone with other weights at hand', async () => {
  for (const name of ['damaged', 'gone']) cpSync(at('stopped'), at(name), { recursive: true });
  truncateSync(at('damaged', 'frozen.safetensors'), 100);
  rmSync(at('gone', 'frozen.safetensors'));
  const message =
    'runs/damaged/frozen.safetensors: its SHA-256 is not the one in run.json; it is damaged, bring it back from a copy.';
  expect(await refusal('damaged', { training })).toBe(message);
  await expect(loadRun(at('damaged'), { mixers, device: await onDevice })).rejects.toThrow('its SHA-256 is not');
  expect(await refusal('gone', { training, model: await freshModel(9) })).toMatch(
    /frozen.safetensors: is gone, and the model at hand/,
  );
});

it('refuses other groups and another optimiser than those of the run, naming both', async () => {
  expect(await refusal('stopped', { training: { ...training, groups: [] } })).toBe(
    'run: training.groups[0] is { match, trainable } in runs/stopped/run.json but absent was asked for; use the same, or another directory.',
  );
  const other = [groups[0], { match: 'model.layers.0.*', trainable: true }];
  expect(await refusal('stopped', { training: { ...training, groups: other } })).toContain(
    'training.groups[1].match is "model.layers.1.*" in runs/stopped/run.json but "model.layers.0.*" was asked for',
  );
  expect(await refusal('stopped', { training: { ...training, optimizer: muon() } })).toContain(
    'training.optimizer is "adamw" in runs/stopped/run.json but "muon" was asked for',
  );
});

it('by Muon goes on to the same bits, and keeps its momentum', async () => {
  const byMuon = { steps: 25, lr: 1e-2, optimizer: muon({ momentum: 0.9 }) };
  await run('muon', { training: byMuon });
  await run('muon-stopped', stopAfter(12, { training: byMuon }));
  const keys = keysOf('muon-stopped', 'checkpoints', 'step-000012', 'optimizer.safetensors');
  expect(keys).toContain('momentum.model.layers.0.attn.q_proj.weight');
  expect(keys).toContain('m.model.embeddings.weight');
  expect(keys).not.toContain('m.model.layers.0.attn.q_proj.weight');
  expect(await refusal('muon-stopped', { training: { ...byMuon, optimizer: muon() } })).toContain(
    'training.momentum is 0.9',
  );
  await run('muon-stopped', { resume: true, training: { steps: 25 } });
  expect(weights('muon-stopped').equals(weights('muon'))).toBe(true);
});

it('a run of before there were optimisers goes on', async () => {
  const before = { steps: 25, lr: 1e-2 };
  await run('plain', { training: before });
  await run('old', stopAfter(12, { training: before }));
  const { frozen: _, training, ...record } = recordOf('old');
  const added = ['optimizer', 'groups', 'momentum', 'nesterov', 'adjustLrFn', 'nsSteps', 'nsCoefficients', 'nsEps'];
  const old = Object.fromEntries(Object.entries(training).filter(([name]) => !added.includes(name)));
  edit('old', { ...record, training: old, frozen: undefined, self: undefined });
  await run('old', { resume: true, training: before });
  expect(weights('old').equals(weights('plain'))).toBe(true);
});
