// A task whose models end in something else than a head of next tokens: trained, gone on with, measured, converted, and refused where it means nothing.
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { capture } from '../capture.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-readout-')));
const small =
  '--length 8 --batch 2 --hidden-size 8 --layers 2 --heads 2 --lr 0.01 --warmup 0 --decay constant --device cpu';
const train = `train --task mad-compression --mixer gla --ratio 1:1 ${small}`;
const run = (line: string) => capture(line.split(' '));

beforeAll(async () => {
  process.chdir(work);
  for (const line of [
    `${train} --steps 6 --out whole`,
    `${train} --steps 3 --out parts`,
    `${train} --steps 6 --out parts --resume`,
    `train --task mad-recall --mixer gla ${small} --steps 2 --out plain`,
  ]) {
    const { code, err } = await run(line);
    expect(code, err).toBe(0);
  }
});

afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

it('goes on to the same bits, with its flags given again', () => {
  const [whole, parts] = ['whole', 'parts'].map((dir) => readFileSync(join(dir, 'model.safetensors')));
  expect(parts.equals(whole)).toBe(true);
});

it('is measured as it was at the end of its training, and nothing is written with it', async () => {
  const { code, out, err } = await run('eval whole --device cpu --json');
  expect(code, err).toBe(0);
  const { hardestMacro, cost } = JSON.parse(out);
  const lines = readFileSync('whole/metrics.jsonl', 'utf8').trim().split('\n');
  expect(JSON.parse(lines.at(-1) as string).validation.hardestMacro).toBe(hardestMacro);
  expect(Object.keys(cost)).not.toContain('tokensPerSecond');
});

it('is converted for Twill alone, and loads again', async () => {
  const { code, err } = await run('hub convert whole copy');
  expect(code, err).toBe(0);
  expect(err).toContain(
    'what follows its layers, auto-encoder, has no configuration in FLA; only Twill loads this model.',
  );
  expect((await run('eval copy --task mad-compression --length 8 --device cpu')).code).toBe(0);
});

const needs = /the readout of the model is .+ and the task needs .+; train a model for this task, or measure another/;
it.each<[string, RegExp]>([
  ['eval whole --task mad-recall --length 8', needs],
  ['eval plain --task mad-compression --length 8', needs],
  ['eval whole --length 3000', /length/],
  ['train --init whole --task mad-recall --length 8 --steps 1 --out no', needs],
  ['train --init plain --task mad-compression --length 8 --steps 1 --out no', needs],
  ['train --config whole/config.json --task mad-recall --steps 1 --out no', needs],
  [`${train} --set readout=decoder --steps 1 --out no`, /has no field readout/],
  [`${train} --task-option vocab=2 --steps 1 --out no`, /vocab is 2 where an integer from 3/],
  [`train --task mad-compression --length 1 --steps 1 --out no`, /length is 1 where an integer from 2 to 2048/],
  ['train --task mad-compression --hidden-size 2 --heads 1 --steps 1 --out no', /codes of positions need 4 or more/],
  ['generate whole --prompt a', /vocab_size is 16 but text needs the 256 bytes/],
])('%s', async (line, message) => {
  const { code, out, err } = await run(`${line} --device cpu`);
  expect(err).toMatch(message);
  expect([code, out]).toEqual([2, '']);
});
