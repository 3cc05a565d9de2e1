// An evaluation of a suite that is killed at ten moments, and goes on: the files of an undisturbed one, and nothing that was kept is answered again.
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Benchmark, benchmarksIn } from '@twilljs/eval';
import { suites } from 'twilljs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ended, twill } from './twill.ts';

const evals = fileURLToPath(new URL('../golden/evals', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'twill-benchmarks-'));
const data = join(home, 'data');
afterAll(() => rmSync(home, { recursive: true, force: true }));

const KILLS = 10;
const benchmarks = benchmarksIn(suites);

/** The rows that the goldens hold, by task: those of JRT first, which all that ask for the same data set take. */
function goldenRows(): Map<string, string[]> {
  const rows = new Map<string, string[]>();
  const add = (task: string, doc: unknown) => rows.set(task, [...(rows.get(task) ?? []), JSON.stringify(doc)]);
  for (const { task, style, doc, error } of linesOf(join(evals, 'recall/jrt.jsonl'))) {
    if (doc && style === 'once' && error === undefined) add(task, doc);
  }
  const runs = join(evals, 'lm-eval/gpt2');
  const files = readdirSync(runs).filter((name) => /^\w+\.jsonl$/.test(name));
  for (const name of files) for (const { doc } of linesOf(join(runs, name))) add(name.split('.')[0], doc);
  return rows;
}

// biome-ignore lint/suspicious/noExplicitAny: lines of several forms
const linesOf = (path: string): any[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

const tasks: string[] = [];
beforeAll(() => {
  const fileOf = ({ id, config, splits }: Benchmark['dataset']) =>
    join(data, id, config ?? '', `${splits.evaluation}.jsonl`);
  for (const [task, rows] of goldenRows()) {
    const found = benchmarks.find(({ name }) => name === task);
    if (!found || existsSync(fileOf(found.dataset))) continue; // JRT has another name for it, or the rows are there
    mkdirSync(dirname(fileOf(found.dataset)), { recursive: true });
    writeFileSync(fileOf(found.dataset), `${rows.join('\n')}\n`);
  }
  tasks.push(...benchmarks.filter(({ dataset }) => existsSync(fileOf(dataset))).map(({ name }) => name));
});

function evaluate(out: string): ChildProcess {
  const more = ['--tasks', tasks.join(','), '--data', data, '--out', out, '--device', 'wasm'];
  return twill(['eval', join(evals, 'model-gpt2'), ...more]);
}

/** What it has kept so far: a header, and a line for every batch. */
function kept(out: string): Buffer {
  const folder = join(out, 'answers');
  const [key] = existsSync(folder) ? readdirSync(folder) : [];
  const path = join(folder, key ?? '', 'answers.jsonl');
  return existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
}

const linesIn = (bytes: Buffer): number => bytes.toString('latin1').split('\n').length - 1;

/** The ids of the requests whose answers are kept, in the order in which they were answered. */
const answered = (bytes: Buffer): string[] =>
  bytes
    .toString('utf8')
    .split('\n')
    .slice(1, -1)
    .flatMap((line) => [...line.matchAll(/\["([0-9a-f]{32})",/g)].map(([, id]) => id));

/** Samples and figures, without what tells of the time. */
function written(out: string): Record<string, unknown> {
  const files = readdirSync(out).filter((name) => name.startsWith('samples_') || name.startsWith('results_'));
  const bare = (name: string) => name.replace(/_\d{4}-\d\d-\d\dT.*(?=\.json)/, '');
  const read = (name: string) => {
    const text = readFileSync(join(out, name), 'utf8');
    if (name.startsWith('samples_')) return text;
    const { date: _, total_evaluation_time_seconds: __, command: ___, ...others } = JSON.parse(text);
    return others;
  };
  return Object.fromEntries(files.map((name) => [bare(name), read(name)]));
}

it('a suite killed at ten moments ends with the files of one that was not', async () => {
  const whole = join(home, 'whole');
  const { code, text } = await ended(evaluate(whole));
  expect(code, text).toBe(0);
  const [all, files] = [kept(whole), written(whole)];
  expect(Object.keys(files)).toHaveLength(tasks.length + 1);
  const [ids, batches] = [answered(all), linesIn(all) - 1];
  expect(new Set(ids).size).toBe(ids.length);
  expect(batches).toBeGreaterThan(3 * KILLS);
  const moments: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const out = join(home, `killed-${kill}`);
    const child = evaluate(out);
    const end = ended(child);
    const until = 2 + Math.floor((kill * (batches - 2)) / KILLS);
    while (linesIn(kept(out)) < until && child.exitCode === null) await sleep(1);
    await sleep(kill % 4);
    child.kill('SIGKILL');
    expect((await end).signal).toBe('SIGKILL');
    const before = kept(out);
    const lines = before.subarray(0, before.lastIndexOf('\n') + 1);
    moments.push(linesIn(lines) - 1);
    expect(readdirSync(out)).toEqual(['answers']);
    const again = await ended(evaluate(out));
    expect(again.code, again.text).toBe(0);
    expect(again.text).toContain(`answers   ${answered(lines).length} are kept`);
    expect(kept(out).equals(all)).toBe(true); // what was kept is there still, and behind it what was not
    expect(written(out)).toEqual(files);
  }
  console.log(
    `suite: ${tasks.length} tasks, ${ids.length} requests in ${batches} batches; killed after ${moments.join(', ')}`,
  );
});
