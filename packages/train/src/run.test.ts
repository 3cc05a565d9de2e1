// Run directories: what is in them, and that a run which was interrupted, killed or damaged ends with the same bits.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSafetensors } from '@twilljs/hub';
import { hybrid } from '@twilljs/hybrid';
import { params } from '@twilljs/nn';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { config, mixers, onDevice, runHome, stopAfter } from './run.test-data.ts';
import type { RunOptions } from './run-options.ts';

const home = runHome();
const { at, run, weights, recordOf, edit, linesOf, factsOf } = home;
afterAll(() => home.remove());

beforeAll(async () => {
  expect(await run('whole')).toMatchObject({ status: 'finished', step: 25, from: 0 });
});

it('leaves weights, configuration, metrics, the record and the newest checkpoints', async () => {
  expect(readdirSync(at('whole')).sort()).toEqual([
    'checkpoints',
    'config.json',
    'metrics.jsonl',
    'model.safetensors',
    'run.json',
  ]);
  expect(readdirSync(at('whole', 'checkpoints'))).toEqual(['step-000020', 'step-000025']);
  expect(readdirSync(at('whole', 'checkpoints', 'step-000025')).sort()).toEqual([
    'model.safetensors',
    'optimizer.safetensors',
    'state.json',
  ]);
  const names = [...parseSafetensors(weights('whole')).tensors.keys()];
  const model = hybrid(config, { mixers });
  expect(names.sort()).toEqual([...params(model).keys()].sort());
  expect(JSON.parse(readFileSync(at('whole', 'config.json'), 'utf8'))).toMatchObject(config);
  expect(recordOf('whole')).toMatchObject({
    status: 'finished',
    step: 25,
    command: ['twill', 'train'],
    seed: 1,
    training: { steps: 25, lr: 0.01, warmup: 2 },
    data: { task: 'mqar' },
    device: 'wasm',
    tier: (await onDevice).tier,
    node: process.versions.node,
    resumed: [],
  });
  expect(linesOf('whole').map(({ step }) => step)).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
});

it('ends with the same bits after interruptions', async () => {
  expect(await run('stopped', stopAfter(7))).toMatchObject({ status: 'interrupted', step: 7, from: 0 });
  expect(recordOf('stopped')).toMatchObject({ status: 'interrupted', step: 7 });
  expect(readdirSync(at('stopped', 'checkpoints'))).toEqual(['step-000007']);
  expect(await run('stopped', stopAfter(20, { resume: true }))).toMatchObject({ status: 'interrupted', from: 7 });
  expect(await run('stopped', { resume: true })).toMatchObject({ status: 'finished', step: 25, from: 20 });
  expect(weights('stopped').equals(weights('whole'))).toBe(true);
  expect(factsOf('stopped')).toEqual(factsOf('whole'));
  expect(recordOf('stopped').resumed.map(({ step }: { step: number }) => step)).toEqual([7, 20]);
});

it('goes back to the checkpoint before a damaged one, and says so', async () => {
  await run('damaged', stopAfter(23));
  truncateSync(at('damaged', 'checkpoints', 'step-000023', 'model.safetensors'), 100);
  const warnings: string[] = [];
  const result = await run('damaged', { resume: true, warn: (message) => warnings.push(message) });
  expect(result).toMatchObject({ status: 'finished', from: 20 });
  expect(warnings).toEqual([expect.stringMatching(/step-000023.*Going back to the checkpoint before it/)]);
  expect(weights('damaged').equals(weights('whole'))).toBe(true);
  expect(factsOf('damaged')).toEqual(factsOf('whole'));
});

it('starts at step 0 when it is resumed without a checkpoint', async () => {
  expect(await run('fresh', { resume: true })).toMatchObject({ status: 'finished', from: 0 });
  expect(weights('fresh').equals(weights('whole'))).toBe(true);
  await run('early', stopAfter(3));
  rmSync(at('early', 'checkpoints'), { recursive: true });
  expect(await run('early', { resume: true })).toMatchObject({ status: 'finished', from: 0 });
  expect(factsOf('early')).toEqual(factsOf('whole'));
});

it('keeps texts that belong to the model beside it, and refuses names of its own', async () => {
  const files = { 'tokenizer.json': '{"model":null}', 'chat_template.jinja': '{{ a }}' };
  await run('texts', stopAfter(2, { files }));
  for (const [name, text] of Object.entries(files)) expect(readFileSync(at('texts', name), 'utf8')).toBe(text);
  for (const name of ['run.json', 'config.json', '../tokenizer.json', 'metrics.jsonl', '.json']) {
    await expect(run('no-texts', { files: { [name]: '' } })).rejects.toThrow(
      `files: ${name} is ""; give texts by the names`,
    );
  }
  expect(existsSync(at('no-texts'))).toBe(false);
});

it('changes nothing in a finished run', async () => {
  const contents = () =>
    readdirSync(at('whole')).map((name) => (name === 'checkpoints' ? '' : readFileSync(at('whole', name), 'hex')));
  const before = contents();
  expect(await run('whole', { resume: true })).toEqual({
    adapter: null,
    status: 'complete',
    step: 25,
    from: 25,
    skipped: 0,
    last: null,
  });
  expect(contents()).toEqual(before);
});

it('refuses a directory that holds a run, another run, or something else', async () => {
  const message = async (more: Partial<RunOptions>, directory = 'whole') => {
    const error: Error = await run(directory, more).then(
      () => new Error('it ran'),
      (e) => e,
    );
    return error.message.replaceAll(home.path, 'runs');
  };
  expect(await message({})).toMatchInlineSnapshot(
    `"run: runs/whole already holds run.json, metrics.jsonl, model.safetensors, config.json, checkpoints of a run; go on with it by --resume, or choose another directory."`,
  );
  expect(await message({ resume: true, training: { steps: 25, lr: 2e-2 } })).toMatchInlineSnapshot(
    `"run: training.lr is 0.01 in runs/whole/run.json but 0.02 was asked for; use the same, or another directory."`,
  );
  expect(await message({ resume: true, seed: 2 })).toMatchInlineSnapshot(
    `"run: seed is 1 in runs/whole/run.json but 2 was asked for; use the same, or another directory."`,
  );
  expect(await message({ resume: true, data: { task: 'mqar', sha256: 'ab' } })).toMatchInlineSnapshot(
    `"run: data.sha256 is absent in runs/whole/run.json but "ab" was asked for; use the same, or another directory."`,
  );
  expect(await message({ checkpoints: { every: 0 } }, 'never')).toMatchInlineSnapshot(
    `"checkpoints: every is 0 where an integer from 1 to 2147483648 is needed; correct it."`,
  );
  await run('other', stopAfter(1));
  rmSync(at('other', 'run.json'));
  expect(await message({ resume: true }, 'other')).toMatchInlineSnapshot(
    `"run: runs/other holds metrics.jsonl, checkpoints but no run.json, so no run can be resumed there; choose another directory."`,
  );
  writeFileSync(at('file'), 'mine');
  expect(await message({}, 'file')).toMatchInlineSnapshot(
    `"runs/file: is a file where a directory is needed; choose another path."`,
  );
  expect(readFileSync(at('file'), 'utf8')).toBe('mine');
});

it('refuses a record that was changed afterwards', async () => {
  await run('changed', stopAfter(2));
  const record = recordOf('changed');
  const changes = [{ step: 3 }, { skipped: 1 }, { training: { ...record.training, lr: 0.02 } }, { self: 'of another' }];
  for (const change of changes) {
    writeFileSync(at('changed', 'run.json'), JSON.stringify({ ...record, ...change }));
    await expect(run('changed', { resume: true })).rejects.toThrow(
      /run\.json: its SHA-256 is not the one .*; .* from a copy\.$/,
    );
  }
  writeFileSync(at('changed', 'run.json'), JSON.stringify(record));
  expect((await run('changed', { resume: true })).status).toBe('finished');
});

it('warns when the machine is another', async () => {
  await run('moved', stopAfter(2));
  edit('moved', { device: 'cpu', tier: null });
  const warnings: string[] = [];
  await run('moved', { resume: true, warn: (message) => warnings.push(message.replaceAll(home.path, 'runs')) });
  expect(warnings).toEqual([
    expect.stringMatching(
      /^run: device is cpu in runs\/moved\/run.json but wasm here; .* may differ .* in its last bits\.$/,
    ),
    expect.stringMatching(/^run: tier is null/),
  ]);
});

it('records validation, also after the last step', async () => {
  const measured: number[] = [];
  const validation = { every: 10, measure: async () => ({ loss: 1.5 }) };
  await run('validated', { validation, onValidation: (step) => measured.push(step) });
  expect(measured).toEqual([10, 20, 25]);
  expect(linesOf('validated').filter((line) => line.validation)).toEqual(
    [10, 20, 25].map((step) => ({ step, validation: { loss: 1.5 } })),
  );
});

it('ends with the same bits when it is killed', async () => {
  const code = `
    import { attention } from '@twilljs/attention';
    import { mqar } from '@twilljs/data';
    import { gatedDeltanet } from '@twilljs/gated-deltanet';
    import { hybrid } from '@twilljs/hybrid';
    import { initializer } from '@twilljs/nn';
    import { rng } from '@twilljs/tensor';
    import { device } from 'twilljs';
    import { trainRun } from '@twilljs/train/node';
    const model = await hybrid(${JSON.stringify(config)}, { mixers: [attention, gatedDeltanet], init: initializer(1, 0.1) }).to(await device({ name: 'wasm' }));
    await trainRun({
      directory: ${JSON.stringify(at('killed'))}, model, training: { steps: 25, lr: 1e-2 }, seed: 1, command: ['twill', 'train'],
      source: mqar({ length: 16, vocab: 16, pairs: 4, batch: 4, source: rng(1) }), data: { task: 'mqar' },
      onStep: ({ step }) => { if (step === 17) process.kill(process.pid, 'SIGKILL'); },
    });`;
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const node = ['--import', 'tsx', '--conditions=@twilljs/source', '--input-type=module', '-e', code];
  const child = spawn(process.execPath, node, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.on('data', (part) => {
    text += part;
  });
  const signal = await new Promise((resolve) => {
    child.on('exit', (_, by) => resolve(by));
  });
  expect(signal, text).toBe('SIGKILL');
  expect(existsSync(at('killed', 'model.safetensors'))).toBe(false);
  expect(recordOf('killed').status).toBe('running');
  expect(await run('killed', { resume: true })).toMatchObject({ status: 'finished', from: 10 });
  expect(weights('killed').equals(weights('whole'))).toBe(true);
  expect(factsOf('killed')).toEqual(factsOf('whole'));
});
