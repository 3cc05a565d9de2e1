// A sweep whose own process alone is killed: its children put their work away, and the next sweep goes on at once beside them.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rng } from '@twilljs/tensor';
import { afterAll, expect, it } from 'vitest';
import { ended, twill } from './twill.ts';

const home = mkdtempSync(join(tmpdir(), 'twill-orphans-'));
const spec = join(home, 'spec.json');
const kills = 5;

writeFileSync(
  spec,
  JSON.stringify({
    grids: [
      {
        ...{ task: 'recall', mixers: ['hgrn', 'gla', 'deltanet'], seeds: [1], training: { steps: 300 } },
        data: { length: 32, pairs: 8, batch: 8 },
      },
    ],
  }),
);
afterAll(() => rmSync(home, { recursive: true, force: true }));

const sweep = (out: string) => twill(['sweep', spec, '--out', out, '--jobs', '2'], {});

function stepsIn(out: string): number {
  const cells = join(out, 'cells');
  const paths = existsSync(cells) ? readdirSync(cells).map((name) => join(cells, name, 'metrics.jsonl')) : [];
  return paths.reduce((sum, path) => sum + (existsSync(path) ? readFileSync(path, 'utf8').split('\n').length : 0), 0);
}

it('ends with the results of an undisturbed sweep', async () => {
  const undisturbed = join(home, 'undisturbed');
  const first = await ended(sweep(undisturbed));
  expect(first.code, first.text).toBe(0);
  const all = stepsIn(undisturbed);

  const out = join(home, 'killed');
  const random = rng(5);
  for (let i = 0; i < kills; i++) {
    const goal = stepsIn(out) + 1 + random.int(Math.floor(all / (2 * kills)));
    const child = sweep(out);
    const end = ended(child);
    while (stepsIn(out) < goal && child.exitCode === null) await sleep(2);
    child.kill('SIGKILL');
    const { signal, text } = await end;
    expect(signal, text).toBe('SIGKILL');
  }
  const last = await ended(sweep(out));
  expect(last.code, last.text).toBe(0);
  for (const name of [
    'results.json',
    ...readdirSync(join(out, 'cells')).map((cell) => `cells/${cell}/model.safetensors`),
  ]) {
    const [is, was] = [out, undisturbed].map((path) => readFileSync(join(path, name)));
    expect(is.equals(was), name).toBe(true);
  }
});
