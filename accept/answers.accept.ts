// Requests killed at ten moments end with the bits of an undisturbed run, and nothing that was kept is answered again. All requests and
// generations of the goldens hold in f64 too.
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { ended, twill } from './twill.ts';

const home = mkdtempSync(join(tmpdir(), 'twill-answers-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const root = fileURLToPath(new URL('..', import.meta.url));
const KILLS = 10;

function answering(directory: string): ChildProcess {
  const script = 'packages/eval/src/requests/killed.test-data.ts';
  const source = ['--import', 'tsx', '--conditions=@twilljs/source', script, 'to be killed', directory];
  return spawn(process.execPath, source, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
}

interface Said {
  /** Batches that it has kept. */
  readonly batches: number;
  /** Null where it was killed. */
  readonly end: { readonly found: number; readonly computed: number; readonly answers: unknown } | null;
}

/** Lets a run go on until it has kept so many batches, and some milliseconds more. */
async function run(directory: string, batches = Number.POSITIVE_INFINITY, milliseconds = 0): Promise<Said> {
  const child = answering(directory);
  let all = '';
  const kept = () => all.split('kept ').length - 1;
  for await (const part of child.stdout!) {
    all += part;
    if (kept() >= batches) setTimeout(() => child.kill('SIGKILL'), milliseconds);
  }
  const last = all.split('\n').find((line) => line.startsWith('{'));
  return { batches: kept(), end: last === undefined ? null : JSON.parse(last) };
}

it('ten kills change no bit, and nothing is answered twice', async () => {
  const undisturbed = await run(join(home, 'undisturbed'));
  expect(undisturbed.end!.found).toBe(0);
  expect(undisturbed.batches).toBeGreaterThan(4);
  let saved = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const directory = join(home, `killed-${kill}`);
    const before = await run(directory, 1 + (kill % (undisturbed.batches - 2)), Math.floor(kill / 3));
    expect(before.end).toBe(null);
    const { end } = await run(directory);
    expect(end!.answers).toEqual(undisturbed.end!.answers);
    expect(end!.found).toBeGreaterThan(0);
    expect(end!.found + end!.computed).toBe(undisturbed.end!.computed);
    saved += end!.found;
  }
  console.log(
    `answers: ${undisturbed.end!.computed}, in ${undisturbed.batches} batches; ${KILLS} killed runs kept ${saved}`,
  );
}, 600_000);

it('requests and generations in f64', async () => {
  const folder = join(home, 'goldens');
  mkdirSync(folder);
  const evals = join(root, 'golden/evals');
  for (const kind of ['requests', 'generate']) {
    for (const model of ['gpt2', 'mistral']) {
      const name = `${kind}-${model}.jsonl`;
      copyFileSync(join(evals, 'lm-eval', name), join(folder, name));
    }
  }
  const { code, text } = await ended(twill(['parity', folder, '--base', evals, '--dtype', 'f64', '--device', 'cpu']));
  expect(code, text).toBe(0);
}, 600_000);
