// Runs of an adapter: what is trained and on disk, how they go on, how they are opened, and what they refuse.
import { cpSync, readFileSync, rmSync } from 'node:fs';
import type { AdapterConfig } from '@twilljs/adapters';
import { loadAdapter } from '@twilljs/adapters/node';
import { filesOfModel, modelFromFiles, parseSafetensors, store, toF64 } from '@twilljs/hub';
import type { LanguageModel } from '@twilljs/hybrid';
import { countParams, isOfAdapter, params } from '@twilljs/nn';
import { isTwillError } from '@twilljs/tensor';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { trainedOf } from './groups.ts';
import { weightsHash } from './hash.ts';
import { loadRun } from './load-run.ts';
import { freshModel, mixers, onDevice, runHome, stopAfter } from './run.test-data.ts';
import type { RunOptions } from './run-options.ts';

const home = runHome();
const { at, run, recordOf } = home;
afterAll(() => home.remove());

const lora: AdapterConfig = { peft_type: 'LORA', r: 2, lora_alpha: 4, target_modules: ['q_proj', 'o_proj'] };
const states: AdapterConfig = { peft_type: 'STATE' };
const training = { steps: 25, lr: 1e-2 };
const inRun = (...path: string[]) => parseSafetensors(readFileSync(at(...path))).tensors;
const keysOf = (...path: string[]) => [...inRun(...path).keys()].sort();
const learned = (name: string) => readFileSync(at(name, 'adapter', 'adapter_model.safetensors'));
const refusal = async (directory: string, more: Partial<RunOptions>): Promise<string> => {
  const error = await run(directory, { training, ...more }).then(
    () => new Error('it ran'),
    (reason: Error) => reason,
  );
  expect(isTwillError(error), String(error)).toBe(true);
  return error.message.replaceAll(home.path, 'runs');
};

beforeAll(async () => {
  await run('whole', { training, adapter: lora });
  await run('stopped', stopAfter(12, { training, adapter: lora }));
});

it('trains the adapter alone, and leaves it as PEFT does', async () => {
  const model = await freshModel();
  const before = await weightsHash(model);
  const base = [...params(model).keys()].sort();
  const told: number[] = [];
  const onBegin = (begun: LanguageModel) => told.push(countParams(begun), trainedOf(begun, []));
  const init = { directory: 'org/base' };
  const { adapter } = await run('told', { training, adapter: lora, model, onBegin, init });
  const own = [...adapter!.parameters.keys()].sort();
  expect(own).toContain('model.layers.1.attn.o_proj.lora_B.weight');
  const size = [...adapter!.parameters.values()].reduce((sum, t) => sum + t.size, 0);
  expect(told).toEqual([countParams(model), size]);
  expect(learned('told').equals(learned('whole'))).toBe(true);
  expect(keysOf('stopped', 'checkpoints', 'step-000012', 'model.safetensors')).toEqual(own);
  expect(keysOf('stopped', 'frozen.safetensors')).toEqual(base);
  expect(keysOf('whole', 'adapter', 'adapter_model.safetensors')).toEqual(
    own.map((name) => `base_model.model.${name}`),
  );
  const config = JSON.parse(readFileSync(at('told', 'adapter', 'adapter_config.json'), 'utf8'));
  expect(config).toMatchObject({ ...lora, base_model_name_or_path: 'org/base', bias: 'none' });
  expect(recordOf('told')).toMatchObject({ adapter: config, parameters: { all: told[0], trained: size } });
  expect(() => readFileSync(at('whole', 'model.safetensors'))).toThrow('ENOENT');
  await adapter!.remove();
  expect(await weightsHash(model)).toBe(before);
});

it('goes on to the bits of a run that was not stopped, and is complete then', async () => {
  for (const name of ['resumed', 'other']) cpSync(at('stopped'), at(name), { recursive: true });
  const model = await freshModel();
  expect(await run('resumed', { resume: true, training, adapter: lora, model })).toMatchObject({ from: 12, step: 25 });
  await run('other', { resume: true, training, adapter: lora, model: await freshModel(9) }); // the base is that of the run
  for (const name of ['resumed', 'other']) expect(learned(name).equals(learned('whole')), name).toBe(true);
  const again = await freshModel();
  expect(await run('resumed', { resume: true, training, adapter: lora, model: again })).toMatchObject({
    ...{ status: 'complete', adapter: null },
  });
  expect([...params(again).keys()].filter(isOfAdapter)).toEqual([]);
});

it('goes on to the same bits after a kill', async () => {
  const onStep = ({ step }: { step: number }) => {
    const filter = (path: string) => !path.endsWith('.lock');
    if (step === 17) cpSync(at('live'), at('killed'), { recursive: true, filter });
  };
  await run('live', { training, adapter: lora, onStep });
  expect([recordOf('killed').status, (await loadRun(at('killed'), { mixers, device: await onDevice })).step]).toEqual([
    ...['running', 10],
  ]);
  expect(await run('killed', { resume: true, training, adapter: lora })).toMatchObject({
    from: 10,
    status: 'finished',
  });
  expect(learned('killed').equals(learned('whole'))).toBe(true);
});

it.each(['LORA', 'STATE'])('is opened whole at any moment, with its adapter: %s', async (type) => {
  const adapter = type === 'LORA' ? lora : states;
  const model = await freshModel();
  const hashes: string[] = [];
  const onStep = async ({ step }: { step: number }) => {
    if (step === 12 || step === 25) hashes.push(await weightsHash(model));
  };
  await run(type, { training, adapter, model, onStep, checkpoints: { every: 12, keep: 9 } });
  const opened = async (how: object = {}) => {
    const loaded = await loadRun(at(type), { mixers, device: await onDevice, ...how });
    expect(loaded.adapter!.config).toEqual(recordOf(type).adapter);
    return weightsHash(loaded.model);
  };
  expect(hashes[0]).not.toBe(hashes[1]);
  expect([await opened({ checkpoint: 12 }), await opened()]).toEqual(hashes);
  rmSync(at(type, 'checkpoints'), { recursive: true });
  expect(await opened()).toBe(hashes[1]);
  const base = await freshModel();
  await loadAdapter(base, at(type, 'adapter'));
  expect(await weightsHash(base)).toBe(hashes[1]);
});

it('of a base in bf16 trains, leaves every bit of it, and is opened', async () => {
  const { config, tensors } = await filesOfModel(await freshModel());
  const stored = new Map([...tensors].map(([name, t]) => [name, store('BF16', t.shape, toF64(t))]));
  const load = async () =>
    (await modelFromFiles({ config, tensors: stored }, { mixers, device: await onDevice, dtype: 'file' })).model;
  const init = { directory: 'base', dtype: 'file' as const };
  const { adapter } = await run('narrow', { training, adapter: lora, model: load, init });
  for (const [name, { bytes }] of inRun('narrow', 'frozen.safetensors')) {
    const { bytes: before, dtype, shape } = stored.get(name)!;
    const isKept = bytes.length === before.length;
    expect(Buffer.from(isKept ? before : store('F32', shape, toF64({ dtype, shape, bytes: before })).bytes)).toEqual(
      bytes,
    );
  }
  expect(recordOf('narrow').init.dtype).toBe('file');
  const loaded = await loadRun(at('narrow'), { mixers, device: await onDevice, dtype: 'file' });
  expect(await weightsHash(loaded.model)).toBe(await weightsHash(adapter!.model));
});

it('trains more where groups say so, and tells that it is not in adapter/', async () => {
  const notes: string[] = [];
  const groups = [
    { match: 'lm_head.*', trainable: true },
    { match: '*.lora_B.*', lr: 16 },
  ];
  await run('more', { training: { ...training, groups }, adapter: lora, warn: (text) => notes.push(text) });
  expect(notes).toEqual([
    'run: groups train lm_head.weight of the model as well, which are in the checkpoints of the run and not in adapter/.',
  ]);
  expect(keysOf('more', 'checkpoints', 'step-000025', 'model.safetensors')).toContain('lm_head.weight');
  const { model } = await loadRun(at('more'), { mixers, device: await onDevice });
  expect(countParams(model)).toBe(countParams((await loadRun(at('whole'), { mixers, device: await onDevice })).model));
  expect(learned('more').equals(learned('whole'))).toBe(false);
});

it('refuses another adapter than that of the run, and what cannot be one, and leaves the model as it was', async () => {
  const model = await freshModel();
  const names = [...params(model).keys()];
  expect(await refusal('stopped', { resume: true, model, adapter: { ...lora, r: 4 } })).toBe(
    'run: adapter.r is 2 in runs/stopped/run.json but 4 was asked for; use the same, or another directory.',
  );
  expect(await refusal('stopped', { resume: true, model, adapter: states })).toContain(
    'adapter.peft_type is "LORA" in runs/stopped/run.json but "STATE" was asked for',
  );
  expect(await refusal('stopped', { resume: true, model })).toContain('adapter is { ');
  expect(await refusal('new', { model, adapter: { ...lora, target_modules: ['q_prj'] } })).toContain('q_prj');
  expect(await refusal('new', { model, adapter: 'lora' as never })).toContain(
    'run: adapter: the options are "lora" where',
  );
  const groups = [{ match: 'lora', lr: 2 }];
  expect(await refusal('new', { model, adapter: lora, training: { ...training, groups } })).toContain(
    'groups: "lora" matches none',
  );
  expect([...params(model).keys()]).toEqual(names);
  const { adapter } = await run('mine', { training: { steps: 1 }, adapter: lora, model });
  expect(await refusal('new', { model })).toMatch(
    /^run: the model has an adapter, model\.layers\.0\.attn\.q_proj\.lora_A\.weight, of which a run knows nothing; remove it/,
  );
  await adapter!.remove();
});
