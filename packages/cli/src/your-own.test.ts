// The files of examples/your-own: a task, a measure, a mixer and a figure, used wherever a name may stand.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { childrenReadSource } from '../../../scripts/vitest/children.ts';
import { capture } from './capture.ts';

const cwd = process.cwd();
const own = join(cwd, 'examples/your-own');
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-your-own-')));
const at = (name: string) => join(work, name);

childrenReadSource();

beforeAll(() => {
  process.chdir(own);
});

afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

async function twill(line: string): Promise<string> {
  const { code, out, err } = await capture(line.split(' '));
  expect(code, err).toBe(0);
  return out;
}

it('a task and a measure are trained on, gone on with, and measured', async () => {
  const what = '--task ./task.ts --task-option symbols=6 --measure ./measure.ts --mixer ./mixer.ts --ratio 1:1';
  const size = '--length 8 --hidden-size 8 --layers 2 --heads 2 --device cpu';
  const trained = await twill(`train ${what} ${size} --steps 3 --out ${at('run')}`);
  expect(trained).toMatch(/^validation {2}accuracy \d.* at 8 tokens, .* \(chance 0.167\)\nsurprise {5}\d/m);
  process.chdir(work);
  await twill('train --out run --resume --steps 4');
  const record = JSON.parse(readFileSync('run/run.json', 'utf8'));
  expect(record.data).toEqual({ kind: 'reversal', length: 8, batch: 32, symbols: 6 });
  expect(record.origin.modules).toEqual(['mixer.ts', 'task.ts', 'measure.ts'].map((name) => join(own, name)));
  const measured = JSON.parse(await twill('eval run --json --device cpu'));
  expect(measured).toMatchObject({ task: 'reversal', surprise: expect.any(Number), chance: 1 / 6 });
  const longer = JSON.parse(await twill('eval run --length 8 12 --json --device cpu'));
  expect(longer.lengths.map(({ beyondTraining }: { beyondTraining: number }) => beyondTraining)).toEqual([null, 1.5]);
  const easier = JSON.parse(await twill('eval run --task-option symbols=4 --json --device cpu'));
  expect([easier.chance, easier.length]).toEqual([1 / 4, 8]);
  const rows = await capture('eval run --task-option length=4'.split(' '));
  expect(rows.err).toBe('eval: --task-option length: rows are measured by --length, alone; leave it out.\n');
  const refused = await capture('train --out run --resume --task-option symbols=7'.split(' '));
  expect(refused.err).toBe(
    'train: --task-option symbols is 7 but 6 in run/run.json; leave it out, or choose another --out.\n',
  );
  process.chdir(own);
  const alone = await capture(['eval', at('run'), '--task', 'parity', '--json']);
  expect(JSON.parse(alone.out)).not.toHaveProperty('surprise'); // a measure of another task
});

it('a run is measured by probes, by name and of ones own, and keeps them', async () => {
  const size = '--length 8 --hidden-size 8 --layers 2 --heads 2 --device cpu --steps 2';
  await twill(
    `train --task parity --mixer deltanet --ratio 1:1 ${size} --measure forget-gate ./probe.ts --out ${at('probed')}`,
  );
  const { origin } = JSON.parse(readFileSync(at('probed/run.json'), 'utf8'));
  expect([origin.measures, origin.modules]).toEqual([['writeStrength', 'forgetGate'], [join(own, 'probe.ts')]]);
  const again = await twill(`eval ${at('probed')} --measure memory-length mixerBranch --device cpu`);
  for (const line of [
    /^forget gate {2}1\.000 {2}– {2}\(layer by layer\)$/m,
    /^write strength 0\.\d{3} {2}–/m,
    /^memory length ∞ {2}–/m,
    /^mixer branch \d\.\d{3} {2}\d\.\d{3}/m,
  ]) {
    expect(again).toMatch(line);
  }
  await twill(`report ${at('probed')}`);
  const report = readFileSync(at('probed/report.md'), 'utf8');
  expect(report).toContain('## Layer by layer');
  expect(await twill(`compare ${at('run')} ${at('probed')}`)).toContain('Layer by layer');
});

it('modules that have moved are asked for, by all but what can do without', async () => {
  process.chdir(work);
  mkdirSync('gone');
  for (const name of ['task.ts', 'mixer.ts', 'measure.ts']) {
    writeFileSync(join('gone', name), `export { default } from '${join(own, name)}';`);
  }
  const size = '--length 8 --hidden-size 8 --layers 1 --device cpu --steps 2 --out moved';
  await twill(`train --task ./gone/task.ts --mixer ./gone/mixer.ts --measure ./gone/measure.ts ${size}`);
  renameSync('gone/task.ts', 'task.ts');
  const { code, err } = await capture(['eval', 'moved']);
  expect(err).toBe(
    `eval: moved/run.json names the module ${at('gone/task.ts')}, which does not exist; bring it back, or say by --mixer, --task or --measure where it is now.\n`,
  );
  expect(code).toBe(2);
  expect(await twill('eval moved --task ./task.ts --device cpu')).toMatch(/^surprise/m);
  await twill('train --out moved --resume --steps 3 --task ./task.ts');
  expect(await twill('eval moved --device cpu')).toMatch(/^surprise/m);
  renameSync('task.ts', 'elsewhere.ts');
  expect((await capture(['generate', 'moved', '--prompt', 'x'])).err).toMatch(/moved: vocab_size is 9 but text needs/);
  process.chdir(own);
});

it('a sweep compares them, and a report draws them with a figure', async () => {
  await twill(`sweep grid.json --out ${at('grid')} --jobs 2`);
  const { cells } = JSON.parse(readFileSync(at('grid/results.json'), 'utf8'));
  const layers = (name: string, mixer: string, ratio: string) =>
    cells.find((cell: Record<string, unknown>) => cell.mixer === mixer && cell.ratio === ratio)[name];
  expect(layers('forgetGate', 'shift', 'pure')).toEqual([
    { layer: 0, mixer: 'shift', role: 'linear', value: null },
    { layer: 1, mixer: 'shift', role: 'linear', value: null },
  ]);
  expect(layers('writeStrength', 'deltanet', '2')).toEqual([
    { layer: 0, mixer: 'deltanet', role: 'linear', value: expect.closeTo(0.5, 0) },
    { layer: 1, mixer: 'attention', role: 'softmax', value: null },
  ]);
  await twill(`report ${at('grid')} --figure ./figure.ts`);
  const report = readFileSync(at('grid/report.md'), 'utf8');
  for (const text of [
    ...['## Reversal', '| Shift, 1 in 2 |', '| bits per answer |', '## Result per parameter: reversal'],
    ...[
      '## Layer by layer: reversal',
      'Write strength, layer by layer',
      'Forget gate, layer by layer',
      '| DeltaNet, pure | 1.000 | 1.000 |',
    ],
  ]) {
    expect(report).toContain(text);
  }
  const ofRuns = await capture(['report', at('run'), '--figure', './figure.ts']);
  expect(ofRuns.err).toMatch(/^report: figure efficiency is drawn of sweeps but .* holds a run; leave the figure out/);
});

it('an option that no task has is refused, and so is one that is none', async () => {
  const refusal = async (line: string) => (await capture(line.split(' '))).err;
  expect(await refusal(`train --task parity --task-option symbols=3 --out ${at('none')}`)).toMatch(
    /--task-option symbols 3 means nothing with --task parity, whose options are length, batch/,
  );
  expect(await refusal(`train --task ./task.ts --task-option symbols --out ${at('none')}`)).toMatch(
    /--task-option is "symbols" where field=value is needed/,
  );
  expect(await refusal(`train --task ./task.ts --task-option symbols=0 --out ${at('none')}`)).toMatch(
    /symbols is 0 where an integer from 1/,
  );
  expect(await refusal(`train --task ./mixer.ts --out ${at('none')}`)).toMatch(
    /--task .\/mixer.ts: exports a mixer where a task is needed/,
  );
});
