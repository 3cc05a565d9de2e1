// Jobs of flame: written for a run and for a sweep, finished as FLA writes models, and read back into a report.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { save } from '@twilljs/hub/node';
import { compose } from '@twilljs/hybrid';
import { initializer } from '@twilljs/nn';
import { cpu } from '@twilljs/tensor';
import { mixers } from 'twilljs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { capture } from '../capture.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-flame-')));
const tokenizer = fileURLToPath(new URL('../../../../golden/tokenizers/byte-bpe-gpt2', import.meta.url));

const twill = async (line: string) => {
  const { code, out, err } = await capture(line.split(' '));
  return { code, all: out + err };
};
const well = async (line: string) => {
  const { code, all } = await twill(line);
  expect(code, all).toBe(0);
  return all;
};

const size = {
  name: 'tiny',
  model: { num_hidden_layers: 2, hidden_size: 16, intermediate_size: 16 },
  attn: { num_heads: 2 },
};
const grid = {
  ...{ name: 'book', task: 'language', mixers: ['gla', 'hgrn'], ratios: ['pure', '2'], sizes: [size], seeds: [7] },
  ...{ training: { steps: 12, lr: 1e-3, warmup: 3 }, data: { length: 16, batch: 12 } },
};
const recall = { task: 'recall', mixers: ['gla'], sizes: [size], training: { steps: 4 } };
const jobs = ['book-gla-pure-s7', 'book-gla-r2-s7', 'book-hgrn-pure-s7', 'book-hgrn-r2-s7'];

beforeAll(() => {
  process.chdir(work);
  writeFileSync('grid.json', JSON.stringify({ name: 'two', grids: [grid, recall] }));
  const words = Array.from({ length: 4000 }, (_, i) => `the ${(i * 7) % 31} lines of ${(i * 5) % 17} pages`).join('\n');
  writeFileSync('book.txt', words);
});
afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

/** What flame leaves of a job: the model of its configuration, with the tokenizer beside it. */
async function finish(job: string, seed: number): Promise<void> {
  const { config: path } = JSON.parse(readFileSync(join(job, 'manifest.json'), 'utf8'));
  const config = JSON.parse(readFileSync(join(job, path), 'utf8'));
  // Transformers leaves out what is null, and writes another name of the type.
  const { torch_dtype: dtype, pad_token_id: _, ...rest } = config;
  const model = await compose(
    { ...rest, dtype, transformers_version: '5.0.0' },
    { mixers, init: initializer(seed) },
  ).to(cpu());
  await save(join(job, 'dump'), model);
  cpSync(join(job, 'tokenizer'), join(job, 'dump'), { recursive: true });
}

it('a sweep goes to flame and comes back as a report', async () => {
  const said = await well(`export --to flame grid.json --out jobs --tokenizer ${tokenizer} --gpus 4`);
  expect(said).toContain('note: left out, since flame trains on text: recall.');
  expect(said).toContain('jobs: 4 jobs, ');
  expect(readFileSync('jobs/jobs.txt', 'utf8')).toBe(jobs.map((name) => `${name} 1 4\n`).join(''));
  expect(await twill('import jobs --out back --data book.txt')).toMatchObject({
    code: 2,
    all: expect.stringContaining('jobs: none of its jobs has a result yet; run all.sh or slurm.sh there.'),
  });
  for (const [i, name] of jobs.slice(0, 3).entries()) await finish(join('jobs/jobs', name), i);

  const first = await twill('import jobs --out back --data book.txt --device wasm');
  expect(first.code).toBe(1);
  expect(first.all).toContain(`${jobs[3]}: flame has not finished it: `);
  expect(first.all).toContain('3 of 4 models measured');
  await finish(join('jobs/jobs', jobs[3]), 3);
  const second = await well('import jobs --out back --data book.txt --device wasm');
  expect(second).not.toContain(`${jobs[0]}  is measured`);
  expect(second).toContain(`${jobs[3]}  is measured`);

  const { cells } = JSON.parse(readFileSync('back/results.json', 'utf8'));
  expect(cells.map(({ name }: { name: string }) => name)).toEqual(jobs);
  for (const { bitsPerByte, failed } of cells) {
    expect(bitsPerByte).toBeGreaterThan(1);
    expect(failed).toBeUndefined();
  }
  await well('report back');
  const report = readFileSync('back/report.md', 'utf8');
  expect(report).toContain(
    'twill export --to flame sweep.json --out again-jobs\nbash again-jobs/all.sh\ntwill import again-jobs',
  );
  expect(report).toContain('Trained by flame; measured here.');
  expect(report).toContain('The text that they are measured on is book.txt');
  expect(await twill('sweep back/sweep.json --out back --data book.txt')).toMatchObject({
    code: 2,
    all: expect.stringContaining(
      'back holds a sweep that flame trains, and now Twill would; choose another directory.',
    ),
  });
}, 60_000);

it('the result of another job is refused, and the others are measured', async () => {
  const at = join('jobs/jobs', jobs[0], 'dump/config.json');
  const config = readFileSync(at, 'utf8');
  writeFileSync(
    at,
    config.replace('"hidden_ratio": 4', '"hidden_ratio": 3').replace('"norm_eps": 0.000001', '"norm_eps": 0.00001'),
  );
  writeFileSync(join('jobs/jobs', jobs[1], 'dump/tokenizer.json'), '{}');
  const { code, all } = await twill('import jobs --out other --data book.txt --device wasm');
  expect(code).toBe(1);
  expect(all).toContain('config.json.hidden_ratio is 3 but the job asked for 4; it is the result of another job.');
  expect(all).toContain('dump has another tokenizer.json than the other jobs, or none; put theirs there');
  expect(all).toContain('2 of 4 models measured');
}, 60_000);

it('a run goes to flame with its tokenizer, and its result is checked', async () => {
  await well(
    `train --mixer gla --layers 1 --hidden-size 16 --heads 2 --data book.txt --tokenizer ${tokenizer} --steps 1 --batch 2 --length 16 --out run --device wasm`,
  );
  await well('export --to flame run --out job');
  expect(readdirSync('job').sort()).toEqual(['configs', 'manifest.json', 'run.sh', 'tokenizer']);
  expect(await twill('import job')).toMatchObject({ code: 2, all: expect.stringContaining('run run.sh there') });
  await finish('job', 1);
  expect(await well('import job')).toContain('after 1 steps; it is what the job asked for');
  expect(await twill('import job --out elsewhere')).toMatchObject({
    code: 2,
    all: expect.stringContaining('--out is for'),
  });
}, 60_000);

it('the scripts of a sweep begin what has no result, with bash and with SLURM', () => {
  rmSync(join('jobs/jobs', jobs[2], 'dump'), { recursive: true });
  // A flame that says what it is given, and a sbatch that says what it would do.
  mkdirSync('flame');
  writeFileSync('flame/train.sh', 'echo "flame $NNODE $NGPU $4"; test -e checkpoint || exit 3\n');
  mkdirSync('bin');
  writeFileSync('bin/sbatch', '#!/usr/bin/env bash\necho "sbatch $*"; cat\n');
  writeFileSync('bin/python', '#!/usr/bin/env bash\necho "python $*"\n');
  for (const name of ['sbatch', 'python']) chmodSync(join('bin', name), 0o755);
  const env = {
    ...process.env,
    FLAME: join(work, 'flame'),
    PATH: `${join(work, 'bin')}${delimiter}${process.env.PATH}`,
  };
  const bash = (...words: string[]) => {
    try {
      return { code: 0, out: execFileSync('bash', words, { env, stdio: 'pipe', encoding: 'utf8' }) };
    } catch (error) {
      const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
      return { code: status, out: stdout + stderr };
    }
  };
  for (const name of ['all.sh', 'slurm.sh']) expect(bash('-n', join('jobs', name)).code).toBe(0);
  const { code, out } = bash('jobs/all.sh');
  expect(code).toBe(1);
  expect(out).toContain(`python ${work}/jobs/jobs/${jobs[2]}/start.py\nflame 1 4 ${work}/jobs/jobs/${jobs[2]}/dump\n`);
  expect(out).toContain(`${jobs[3]}: done`);
  expect(out).toContain(`all.sh: failed: ${jobs[2]}`);
  writeFileSync('flame/checkpoint', '');
  expect(bash('jobs/all.sh').code).toBe(0);
  const submitted = bash('jobs/slurm.sh', '--partition=gpu');
  expect(submitted.code, submitted.out).toBe(0);
  expect(submitted.out).toContain(
    `sbatch --job-name=${jobs[2]} --nodes=1 --ntasks-per-node=1 --gpus-per-node=4 --output=${work}/jobs/jobs/${jobs[2]}/slurm-%j.log --partition=gpu\n`,
  );
  expect(submitted.out).toContain('export MASTER_ADDR=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)\n');
  expect(existsSync('jobs/jobs.txt')).toBe(true);
});

it.each([
  ['export grid.json --out x', '--to is missing: it names what trains; add --to flame.'],
  ['export --to flame grid.json', '--out is missing'],
  ['export --to flame --out x', 'nothing to export: give a run, a specification, or --preset.'],
  ['export --to flame --preset paper grid.json --out x', '--preset paper and grid.json both say what to train'],
  ['export --to flame grid.json --out run', 'run holds files already'],
  [
    'export --to flame grid.json --out x --tokenizer bytes',
    '--tokenizer is bytes, and flame reads those of Hugging Face',
  ],
  ['export --to flame grid.json --out x --nodes 5', 'nodes is 5, which does not divide the 12 sequences of a step'],
  ['export --to flame nothing.json --out x', 'nothing.json'],
  ['import run', 'run: holds neither flame.json nor manifest.json'],
  ['import jobs --data book.txt', '--out is missing'],
  ['import jobs --out x', '--data is missing'],
])('refuses twill %s', async (line, why) => {
  const { code, all } = await twill(line);
  expect(code, all).toBe(2);
  expect(all).toContain(why);
  expect(existsSync('x')).toBe(false);
});
