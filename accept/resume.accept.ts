// A run killed at twenty moments, three or more of them inside the writing of a checkpoint, ends with the same bits.
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { ended, twill } from './twill.ts';

const home = mkdtempSync(join(tmpdir(), 'twill-resume-'));
const config = join(home, 'config.json');
const steps = 120;
const kills = 20;

writeFileSync(
  config,
  JSON.stringify({
    model_type: 'gated_deltanet',
    hidden_size: 48,
    num_hidden_layers: 2,
    num_heads: 2,
    head_dim: 24,
    expand_v: 1,
    intermediate_size: 96,
    attn: { layers: [1], num_heads: 2 },
    vocab_size: 64,
  }),
);
afterAll(() => rmSync(home, { recursive: true, force: true }));

function train(out: string, ...more: string[]): ChildProcess {
  const run = ['train', '--config', config, '--task', 'mqar', '--steps', `${steps}`, '--seed', '3', '--out', out];
  return twill([...run, ...more]);
}

interface Line {
  step: number;
  loss: number;
  lr: number;
  gradNorm: number;
}

function metricsOf(out: string): Line[] {
  const path = join(out, 'metrics.jsonl');
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line)).filter(({ loss }) => loss !== undefined);
}

const halfWritten = (out: string): string[] => {
  const path = join(out, 'checkpoints');
  return existsSync(path) ? readdirSync(path).filter((name) => name.startsWith('.new-')) : [];
};

/** How often the run has begun again. */
function restarts(out: string): number {
  const path = join(out, 'run.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).resumed.length : -1;
}

/** Kills the run once it has passed `step`; `inCheckpoint`: in the next checkpoint that it begins after that. */
async function killAt(out: string, step: number, inCheckpoint: boolean, before: number): Promise<boolean> {
  const child = train(out, '--resume');
  const end = ended(child);
  let over = false;
  end.then(() => {
    over = true;
  });
  while (!over && restarts(out) < before) await sleep(2);
  while (!over && (metricsOf(out).at(-1)?.step ?? 0) < step) await sleep(2);
  while (!over && inCheckpoint && halfWritten(out).length === 0) await new Promise(setImmediate);
  child.kill('SIGKILL');
  const { signal, text } = await end;
  expect(signal, text).toBe('SIGKILL');
  return halfWritten(out).length > 0;
}

it('ends with the weights of an undisturbed run', async () => {
  const undisturbed = join(home, 'undisturbed');
  const { code, text } = await ended(train(undisturbed));
  expect(code, text).toBe(0);

  const out = join(home, 'killed');
  mkdirSync(out);
  let inside = 0;
  for (let i = 0; i < kills; i++) {
    const step = Math.floor(((i + 0.5) * (steps - 1)) / kills);
    if (await killAt(out, step, i % 2 === 1, i)) inside++;
  }
  process.stdout.write(`${kills} kills, ${inside} of them inside the writing of a checkpoint\n`);
  expect(inside).toBeGreaterThanOrEqual(3);

  const last = await ended(train(out, '--resume'));
  expect(last.code, last.text).toBe(0);
  expect(readdirSync(join(out, 'checkpoints')).filter((name) => !name.startsWith('step-'))).toEqual([]);
  expect(
    readFileSync(join(out, 'model.safetensors')).equals(readFileSync(join(undisturbed, 'model.safetensors'))),
  ).toBe(true);
  const facts = (lines: Line[]) => lines.map(({ step, loss, lr, gradNorm }) => ({ step, loss, lr, gradNorm }));
  expect(facts(metricsOf(out))).toEqual(facts(metricsOf(undisturbed)));
  expect(metricsOf(out).map(({ step }) => step)).toEqual(Array.from({ length: steps }, (_, i) => i + 1));

  const before = readFileSync(join(out, 'run.json'));
  expect((await ended(train(out, '--resume'))).code).toBe(0);
  expect(readFileSync(join(out, 'run.json')).equals(before)).toBe(true);
});
