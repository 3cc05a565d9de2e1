// Corpora larger than memory: what reading and training take, and that nothing is lost to a kill.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeCorpus } from './data/corpus.ts';
import type { Trained } from './data/training.ts';
import { ended, twill } from './twill.ts';

const home = mkdtempSync(join(tmpdir(), 'twill-data-'));
const cache = join(home, 'cache');
const corpus = join(home, 'corpus');
const program = fileURLToPath(new URL('./data/training.ts', import.meta.url));
const source = ['--import', 'tsx', '--conditions=@twilljs/source', program];
const env = { ...process.env, TWILL_CACHE: cache, TWILL_THREADS: '1' };

/** Beyond the model. */
const MOST = 300e6;

afterAll(() => rmSync(home, { recursive: true, force: true }));
beforeAll(async () => {
  const documents = await writeCorpus(corpus, 2e9, 1);
  console.log(`${documents} documents`);
});

const train = (path: string, tokenizer: string, order = 'windows', steps = 20): Trained =>
  JSON.parse(
    execFileSync(process.execPath, [...source, path, tokenizer, order, String(steps)], { encoding: 'utf8', env }),
  );

const mb = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
const shards = (): string[] => (existsSync(join(cache, 'shards')) ? readdirSync(join(cache, 'shards')) : []);

function expectSmall(what: string, { peak, idle, kept, open, first }: Trained): void {
  console.log(
    `${what}: open in ${open.toFixed(1)} s, first batch ${first.toFixed(2)} s later; ${mb(peak)} at most, ${mb(idle)} before, ${mb(kept)} kept by the model`,
  );
  expect(peak - kept).toBeLessThanOrEqual(MOST);
}

it('a kill while a text becomes tokens loses nothing', async () => {
  const child: ChildProcess = spawn(process.execPath, [...source, corpus, 'bytes', 'windows', '1'], {
    env,
    stdio: 'ignore',
  });
  while (!shards().some((name) => name.endsWith('.tmp') && statSync(join(cache, 'shards', name)).size > 3e8))
    await sleep(20);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  expect(shards().every((name) => name.endsWith('.tmp'))).toBe(true);
});

it('2 GB of bytes become tokens, and train in the memory of a small text', () => {
  const made = train(corpus, 'bytes');
  expect(made.tokenised).toBe(true);
  expectSmall('2 GB, made', made);
  expect(shards().filter((name) => name.endsWith('.tmp'))).toEqual([]);
  const found = train(corpus, 'bytes');
  expectSmall('2 GB, found', found);
  expect(found.tokenised).toBe(false);
  expect(found.open + found.first).toBeLessThanOrEqual(2);
  expect(found.losses).toEqual(made.losses);
  expectSmall('2 GB, by documents', train(corpus, 'bytes', 'documents'));
});

it('100 MB in the ids of BPE', async () => {
  const path = join(home, 'smaller');
  await writeCorpus(path, 1e8, 2);
  const tokenizer = fileURLToPath(new URL('../golden/tokenizers/byte-bpe-gpt2/tokenizer.json', import.meta.url));
  const made = train(path, tokenizer);
  expectSmall('100 MB, BPE, made', made);
  console.log(JSON.stringify(made.record));
  const found = train(path, tokenizer);
  expectSmall('100 MB, BPE, found', found);
  expect(found.open + found.first).toBeLessThanOrEqual(2);
  expect(found.losses).toEqual(made.losses);
});

it.each(['windows', 'documents'])(
  'a run on it that is killed goes on with what it would have read, in order of %s',
  async (order) => {
    process.env.TWILL_CACHE = cache;
    const run = (out: string, ...more: string[]) =>
      twill([
        ...['train', '--data', corpus, '--order', order, '--mixer', 'hgrn', '--layers', '1', '--hidden-size', '16'],
        ...['--length', '64', '--steps', '300', '--checkpoint-every', '20', '--out', join(home, out), ...more],
      ]);
    const whole = await ended(run(`whole-${order}`));
    expect(whole.code).toBe(0);
    const killed = run(`killed-${order}`);
    const metrics = join(home, `killed-${order}`, 'metrics.jsonl');
    while (!existsSync(metrics) || readFileSync(metrics, 'utf8').split('\n').length < 90) await sleep(10);
    killed.kill('SIGKILL');
    await ended(killed);
    expect((await ended(run(`killed-${order}`, '--resume'))).code).toBe(0);
    const weights = (out: string) => readFileSync(join(home, `${out}-${order}`, 'model.safetensors'));
    expect(weights('killed').equals(weights('whole'))).toBe(true);
  },
);

it('one text of 2 GB is read, in parts', () => {
  const text = join(home, 'one.txt');
  const files = readdirSync(corpus).map((name) => join(corpus, name));
  writeFileSync(text, '');
  for (const file of files) execFileSync('sh', ['-c', 'cat "$0" >> "$1"', file, text]);
  rmSync(corpus, { recursive: true });
  expectSmall('one text of 2 GB', train(text, 'bytes'));
});
