import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mixers, namedModels } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { parseSafetensors } from '../index.ts';
import { type FlameJobOptions, flameJob } from './job.ts';
import type { FlameTraining } from './plan.ts';

const training: FlameTraining = {
  ...{ steps: 406901, lr: 4e-4, warmup: 1024, decay: 'cosine', minRatio: 0.1, weightDecay: 0.1, beta1: 0.9 },
  ...{ beta2: 0.95, eps: 1e-15, maxNorm: 1, seed: 42, batch: 12, length: 4096, apart: false },
};
const data = { dataset: 'HuggingFaceFW/fineweb-edu', name: 'sample-100BT', split: 'train' };
const job = (given: Partial<FlameJobOptions> & Pick<FlameJobOptions, 'config'>) =>
  flameJob({ name: 'model', mixers, training, data, tokenizer: 'fla-hub/transformer-1.3B-100B', ...given });
const named = namedModels() as Record<string, Record<string, unknown>>;
const textOf = (files: ReadonlyMap<string, string>, path: string) => files.get(path) as string;
/** The arguments of run.sh, without the names of its job. */
const argumentsIn = (script: string) =>
  Object.fromEntries(
    [...script.matchAll(/^ {2}--([\w.]+)(?: ([^\\\n]+?))?(?: \\)?$/gm)].map(([, key, value]) => [key, value]),
  );

const folder = fileURLToPath(new URL('../../../../golden/models', import.meta.url));

describe.each(readdirSync(folder))('the job of golden %s', (name) => {
  const config = JSON.parse(readFileSync(join(folder, name, 'config.json'), 'utf8'));
  const { manifest, files } = job({ config });

  it('asks for the keys and shapes that FLA wrote', () => {
    const { tensors } = parseSafetensors(readFileSync(join(folder, name, 'model.safetensors')), name);
    const shapes = [...tensors].map(([key, { shape }]) => [key, [...shape]]);
    expect(Object.entries(manifest.tensors).sort()).toEqual(shapes.sort());
    expect(JSON.parse(textOf(files, 'manifest.json'))).toEqual(manifest);
  });

  it('has every field of the configuration that FLA wrote', () => {
    const written = JSON.parse(textOf(files, manifest.config));
    const { attn_mode: mode, ...rest } = config;
    expect(written).toMatchObject(rest);
    expect(written.attn_mode).toBe(mode && 'chunk');
    if (written.attn) {
      expect(Object.keys(written.attn).sort()).toEqual([
        'layers',
        'num_heads',
        'num_kv_heads',
        'qkv_bias',
        'rope_theta',
        'window_size',
      ]);
    }
  });
});

it.each([
  ['340M gated-deltanet', 399_531_200],
  ['1.3B gated-deltanet', 1_466_343_808],
])('%s has %d parameters', (name, count) => {
  expect(job({ config: named[name] }).manifest.parameters).toBe(count);
});

it('gives every argument, and divides a step of 49,152 tokens among the cards of a node', () => {
  const { manifest, files } = job({ config: named['340M hgrn2, 2:1'] });
  expect(manifest).toMatchObject({ tokensPerStep: 49_152, tokens: 406901 * 49_152, cards: 6 });
  expect(argumentsIn(textOf(files, 'run.sh'))).toEqual({
    ...{ 'job.config_file': 'flame/models/fla.toml', 'job.dump_folder': '"$here/dump"' },
    ...{ 'model.config': '"$here/configs/model.json"', 'model.tokenizer_path': 'fla-hub/transformer-1.3B-100B' },
    ...{
      'optimizer.name': 'AdamW',
      'optimizer.eps': '1e-15',
      'optimizer.lr': '0.0004',
      'optimizer.weight_decay': '0.1',
    },
    ...{ 'optimizer.beta1': '0.9', 'optimizer.beta2': '0.95' },
    ...{ 'lr_scheduler.warmup_steps': '1024', 'lr_scheduler.decay_type': 'cosine', 'lr_scheduler.lr_min': '0.1' },
    ...{ 'training.batch_size': '2', 'training.seq_len': '4096', 'training.context_len': '4096' },
    ...{ 'training.gradient_accumulation_steps': '1', 'training.steps': '406901', 'training.max_norm': '1' },
    ...{ 'training.skip_nan_inf': undefined, 'training.dataset': 'HuggingFaceFW/fineweb-edu' },
    ...{ 'training.dataset_name': 'sample-100BT', 'training.dataset_split': 'train' },
    ...{ 'training.num_workers': '32', 'training.prefetch_factor': '2', 'training.seed': '42' },
    ...{ 'checkpoint.interval': '2048', 'checkpoint.load_step': '-1', 'checkpoint.keep_latest_k': '2' },
    'metrics.log_freq': '32',
  });
});

it('cuts large steps into parts, and packs documents that do not see each other into one row', () => {
  const large = { ...training, batch: 256 };
  const of = (given: Partial<FlameJobOptions>) =>
    argumentsIn(textOf(job({ config: named['340M hgrn'], ...given }).files, 'run.sh'));
  expect(of({ training: large, cards: { gpus: 8, nodes: 2 } })).toMatchObject({
    ...{ 'training.batch_size': '8', 'training.seq_len': '4096', 'training.gradient_accumulation_steps': '2' },
  });
  const apart = job({ config: named['340M hgrn'], training: { ...large, apart: true } });
  expect(argumentsIn(textOf(apart.files, 'run.sh'))).toMatchObject({
    ...{ 'training.batch_size': '1', 'training.seq_len': '32768', 'training.context_len': '4096' },
    ...{ 'training.gradient_accumulation_steps': '4', 'training.varlen': undefined },
  });
  expect(JSON.parse(textOf(apart.files, apart.manifest.config)).attn_mode).toBe('fused_recurrent');
  const constant: FlameTraining = { ...training, decay: 'constant' };
  expect(of({ training: constant })).toMatchObject({ 'lr_scheduler.decay_type': 'linear', 'lr_scheduler.lr_min': '1' });
});

it('writes first weights only where FLA would leave some to chance', () => {
  const starts = mixers.filter(({ name }) => job({ config: named[`340M ${name}`] }).files.has('start.py'));
  expect(starts.map(({ name }) => name).sort()).toEqual(['gated-deltanet', 'hgrn', 'hgrn2']);
});

it('takes a tokenizer of its own along', () => {
  const { files } = job({ config: named['340M hgrn'], tokenizer: { 'tokenizer.json': '{}' } });
  expect(files.get('tokenizer/tokenizer.json')).toBe('{}');
  expect(textOf(files, 'run.sh')).toContain('--model.tokenizer_path "$here/tokenizer"');
  expect(textOf(files, 'start.py')).toContain('from_pretrained(here / "tokenizer")');
});

it('run.sh is what bash can read, and says what is missing', () => {
  const directory = mkdtempSync(join(tmpdir(), 'twill flame '));
  const path = join(directory, 'run.sh');
  writeFileSync(path, textOf(job({ config: named['340M gla'] }).files, 'run.sh'));
  execFileSync('bash', ['-n', path]);
  const fails = (env: NodeJS.ProcessEnv) => {
    try {
      execFileSync('bash', [path], { env: { PATH: process.env.PATH, ...env }, stdio: 'pipe' });
    } catch (error) {
      return String((error as { stderr: Buffer }).stderr);
    }
    return 'nothing';
  };
  expect(fails({})).toContain('FLAME: is not set; give the directory of flame');
  expect(fails({ FLAME: directory })).toContain('has a space or = in it, which train.sh cannot read; move the job.');
  rmSync(directory, { recursive: true });
});

it('refuses what FLA has not, and what train.sh cannot read', () => {
  const config = named['340M gla'];
  expect(() => job({ config: { hidden_size: 64, num_heads: 2, layers: ['gla', 'deltanet'] } })).toThrow(
    /several of them linear, have no configuration in FLA/,
  );
  const own = mixers.map((family) => Object.create(family, { fla: { value: undefined } }));
  expect(() => job({ config, mixers: own })).toThrow('flame: model_type is gla, of which FLA has no model; choose');
  expect(() => job({ config, name: 'my model' })).toThrow(
    'flame: name is "my model", of which train.sh would read only',
  );
  expect(() => job({ config, data: { ...data, dataset: "x' y" } })).toThrow('flame: dataset is ');
  expect(() => job({ config, training: { ...training, batch: 0 } })).toThrow('flameJob: training: batch is 0 where');
  expect(() => job({ config, cards: { nodes: 5 } })).toThrow(
    'flame: nodes is 5, which does not divide the 12 sequences of a step; choose a divisor of it.',
  );
});
