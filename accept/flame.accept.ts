// Jobs of flame beside the programs they are for: bash, Python's compiler, and FLA itself where PYTHON has it (torch, transformers, fla).
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { ended, twill } from './twill.ts';

const work = mkdtempSync(join(tmpdir(), 'twill-flame-'));
afterAll(() => rmSync(work, { recursive: true }));

/** A command that ends well. */
async function done(line: string): Promise<void> {
  const { code, text } = await ended(twill(line.split(' ')));
  expect(code, text).toBe(0);
}

const python = process.env.PYTHON ?? 'python3';
const has = (code: string) => spawnSync(python, ['-c', code]).status === 0;
const tokenizer = fileURLToPath(new URL('../golden/tokenizers/byte-bpe-gpt2', import.meta.url));

const size = {
  ...{ name: 'tiny', model: { num_hidden_layers: 2, hidden_size: 32, intermediate_size: 32 }, attn: { num_heads: 2 } },
  mixers: {
    ...{ hgrn2: { expand_ratio: 16 }, retnet: { num_heads: 2 }, gla: { num_heads: 2 }, deltanet: { num_heads: 2 } },
    'gated-deltanet': { num_heads: 2, head_dim: 16, expand_v: 1 },
  },
};
const mixers = ['hgrn', 'hgrn2', 'retnet', 'gla', 'deltanet', 'gated-deltanet', 'attention'];
const grid = { task: 'language', mixers, ratios: ['pure', '2'], sizes: [size], training: { steps: 4 } };

it('the scripts of all 62 jobs of the paper are ones that bash reads', async () => {
  await done(`export --to flame --preset paper --out ${work}/paper`);
  const jobs = readdirSync(join(work, 'paper/jobs'));
  expect(jobs).toHaveLength(62);
  for (const path of ['all.sh', 'slurm.sh', ...jobs.map((name) => `jobs/${name}/run.sh`)]) {
    execFileSync('bash', ['-n', join(work, 'paper', path)]);
  }
}, 60_000);

it.skipIf(!has('0'))(`start.py is Python (skipped: ${python} does not run)`, () => {
  const starts = readdirSync(join(work, 'paper/jobs')).filter((name) =>
    readdirSync(join(work, 'paper/jobs', name)).includes('start.py'),
  );
  expect(starts).toHaveLength(30);
  execFileSync(python, ['-m', 'py_compile', ...starts.map((name) => join(work, 'paper/jobs', name, 'start.py'))]);
});

/** What flame does at its end, without training: the model of the configuration, as Transformers saves it. */
const saving = `
import pathlib, sys, fla
from transformers import AutoConfig, AutoModelForCausalLM
job = pathlib.Path(sys.argv[1])
config = AutoConfig.from_pretrained(next((job / 'configs').iterdir()))
AutoModelForCausalLM.from_config(config).float().save_pretrained(job / 'dump')
`;

/** Which parameters the checkpoint of step 0 holds, and those that FLA leaves to chance. */
const reading = `
import json, sys, torch, torch.distributed.checkpoint as dcp
path = sys.argv[1]
shapes = {k: list(v.size) for k, v in dcp.FileSystemReader(path).read_metadata().state_dict_metadata.items()}
drawn = {k: torch.empty(v) for k, v in shapes.items() if k.endswith(('lower_bounds', 'A_log', 'dt_bias'))}
dcp.load(drawn, checkpoint_id=path)
print(json.dumps([shapes, {k: v.flatten().tolist() for k, v in drawn.items()}]))
`;

it.skipIf(!has('import torch, transformers, fla'))(
  `FLA makes the models of all jobs, begins with what start.py wrote, and what it saves comes back (skipped: ${python} has no torch, transformers and fla; name one by PYTHON)`,
  async () => {
    // FLA makes softmax layers only beside flash-attention, which needs a card; nothing is computed by them here.
    mkdirSync(join(work, 'stub/flash_attn'), { recursive: true });
    writeFileSync(join(work, 'stub/flash_attn/__init__.py'), 'flash_attn_func = flash_attn_varlen_func = print\n');
    writeFileSync(join(work, 'stub/flash_attn/bert_padding.py'), '');
    const env = { ...process.env, PYTHONPATH: join(work, 'stub'), PYTHONWARNINGS: 'ignore' };
    const run = (...words: string[]) =>
      execFileSync(python, words, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    writeFileSync(join(work, 'grid.json'), JSON.stringify({ name: 'all', grids: [grid] }));
    await done(`export --to flame ${work}/grid.json --out ${work}/all --tokenizer ${tokenizer}`);
    for (const name of readdirSync(join(work, 'all/jobs'))) {
      const job = join(work, 'all/jobs', name);
      if (readdirSync(job).includes('start.py')) {
        run(join(job, 'start.py'));
        const [shapes, drawn] = JSON.parse(run('-c', reading, join(job, 'dump/checkpoint/step-0')));
        const { tensors } = JSON.parse(readFileSync(join(job, 'manifest.json'), 'utf8'));
        const both = Object.entries(tensors).flatMap(([key, shape]) => [
          [key, shape],
          [`model.${key}`, shape],
        ]);
        expect(shapes).toEqual(Object.fromEntries(both));
        for (const [key, values] of Object.entries<number[]>(drawn)) {
          const [least, most] = key.endsWith('lower_bounds')
            ? [0, 0]
            : key.endsWith('A_log')
              ? [-30, Math.log(16)]
              : [-7, -2.2];
          for (const value of values) expect(value >= least && value <= most, `${key} ${value}`).toBe(true);
        }
      }
      run('-c', saving, job);
      for (const file of readdirSync(join(job, 'tokenizer')))
        copyFileSync(join(job, 'tokenizer', file), join(job, 'dump', file));
    }
    const text = fileURLToPath(new URL('../README.md', import.meta.url));
    await done(`import ${work}/all --out ${work}/back --data ${text}`);
    await done(`report ${work}/back`);
  },
  600_000,
);
