// Answers on disk outlive a kill at any moment, bit for bit, and what is damaged or another's is not overwritten.
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LanguageModel } from '@twilljs/hybrid';
import { params } from '@twilljs/nn';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openAnswers } from '../node.ts';
import { answerRequests } from './answer.ts';
import { maxLength, requests, smallModel, tokenizer } from './killed.test-data.ts';
import { type Answer, keyOf, type Request } from './request.ts';

const home = mkdtempSync(join(tmpdir(), 'twill-answers-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
let model: LanguageModel;
beforeAll(async () => {
  model = await smallModel();
});

const rolling = (text: string): Request => ({ kind: 'loglikelihood_rolling', text });
const likely = (context: string): Request => ({ kind: 'loglikelihood', context, continuation: ' b' });
const written: Request = { kind: 'generate_until', context: 'é', options: { until: ['\n'], maxTokens: 4 } };
const text = { kind: 'generate_until', text: 'für\u2028 "😀', ids: [1, 250], end: 'stop' } as const;
const batches: readonly (readonly (readonly [Request, Answer])[])[] = [
  [[rolling('a'), { kind: 'loglikelihood_rolling', logprob: -0.1 - 0.2 }]],
  [
    [likely('x'), { kind: 'loglikelihood', logprob: Number.NaN, greedy: false }],
    [likely('y'), { kind: 'loglikelihood', logprob: Number.NEGATIVE_INFINITY, greedy: true }],
  ],
  [[written, text]],
];

describe('the file', () => {
  let directory: string;
  const open = (length = maxLength) => openAnswers(directory, { model, tokenizer, maxLength: length });
  /** A file with all batches. @returns its path. */
  async function filled(): Promise<string> {
    using answers = await open();
    for (const batch of batches) await answers.put(batch);
    return answers.path;
  }
  beforeEach(() => {
    directory = mkdtempSync(join(home, 'file-'));
  });

  it('gives back what was put, to the last bit, and nothing else', async () => {
    await filled();
    using answers = await open();
    expect([answers.found, answers.notes]).toEqual([4, []]);
    for (const [request, answer] of batches.flat()) expect(answers.get(request)).toEqual(answer);
    expect(answers.get(likely('z'))).toBeUndefined();
    expect(answers.get({ ...written, options: { ...written.options, maxTokens: 5 } } as Request)).toBeUndefined();
  });

  it('loses the last batch alone wherever its line was cut, and goes on behind the one before', async () => {
    const path = await filled();
    const whole = readFileSync(path);
    const before = whole.lastIndexOf(10, whole.length - 2) + 1;
    for (const end of [before + 1, before + 20, whole.indexOf(Buffer.from('😀')) + 2, whole.length - 1]) {
      writeFileSync(path, whole.subarray(0, end));
      using answers = await open();
      expect([answers.found, answers.notes.length]).toEqual([3, 1]);
      expect(answers.get(written)).toBeUndefined();
      await answers.put(batches[2]);
      expect(readFileSync(path)).toEqual(whole);
    }
    writeFileSync(path, Buffer.concat([whole.subarray(0, before), Buffer.from(`${'\0'.repeat(40)}\n`)]));
    using answers = await open();
    expect([answers.found, readFileSync(path).length]).toEqual([3, before]);
  });

  it('begins anew where not even its first line was written', async () => {
    const path = await filled();
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, 30));
    using answers = await open();
    expect([answers.found, answers.notes.length, readFileSync(path, 'utf8')]).toEqual([
      ...[0, 1, `${whole.toString().split('\n')[0]}\n`],
    ]);
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ['a digit changed', (all) => all.replace('-0.3', '-0.4'), /answers.jsonl: line 2 is not what was written/],
    ['a line of nothing', (all) => all.replace('\n{"answers"', '\n\n{"answers"'), /line 2 is not what was written/],
    ['another key', (all) => all.replace('"max_length":96', '"max_length":97'), /it begins with .* move the file away/],
    ['another file', () => 'a,b,c', /it begins with "a,b,c" where the key/],
    ['a file of lines', () => 'a,b,c\n1,2,3\n', /it begins with "a,b,c" where the key/],
  ])('refuses %s, and leaves it as it is', async (_, change, message) => {
    const path = await filled();
    const damaged = change(readFileSync(path, 'utf8'));
    writeFileSync(path, damaged);
    await expect(open()).rejects.toThrow(message);
    expect(readFileSync(path, 'utf8')).toBe(damaged);
    rmSync(path); // the lock was given back
    using answers = await open();
    expect(answers.found).toBe(0);
  });

  it('is another one for other weights, lengths and numbers', async () => {
    const path = await filled();
    const [parameter] = params(model).values();
    const values = (await parameter.data()).slice();
    const write = (data: typeof values) => model.device.write(parameter.buffer, data);
    write(values.map((x, i) => (i === 0 ? x + 1e-3 : x)));
    try {
      using answers = await open();
      expect([answers.path === path, answers.found]).toEqual([false, 0]);
    } finally {
      write(values);
    }
    using longer = await open(maxLength + 1);
    using same = await open();
    expect([longer.found, same.found, same.path]).toEqual([0, 4, path]);
    expect(readdirSync(directory).length).toBe(3);
    expect(same.key).toMatchObject({ max_length: maxLength, dtype: 'f32', device: 'wasm' });
  });

  it('says what it is not given', async () => {
    await expect(openAnswers('', { model, tokenizer, maxLength })).rejects.toThrow('the directory is ""');
    const file = join(directory, 'file');
    appendFileSync(file, '');
    await expect(openAnswers(file, { model, tokenizer, maxLength })).rejects.toThrow(
      /has a file where its path needs a directory/,
    );
  });
});

function started(directory: string): ChildProcess {
  const script = fileURLToPath(new URL('killed.test-data.ts', import.meta.url));
  const source = ['--import', 'tsx', '--conditions=@twilljs/source', script];
  return spawn(process.execPath, [...source, 'to be killed', directory], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** What a process says until it ends, or has kept so many batches and is killed. */
async function said(child: ChildProcess, batches = Number.POSITIVE_INFINITY): Promise<string[]> {
  let all = '';
  for await (const part of child.stdout!) {
    all += part;
    if (all.split('kept ').length > batches) child.kill('SIGKILL');
  }
  return all.split('\n').filter((line) => line !== '');
}

it('a run that was killed twice gives the bits of an undisturbed one, and computes nothing again', async () => {
  const directory = mkdtempSync(join(home, 'killed-'));
  const undisturbed = await answerRequests(requests, { model, tokenizer, maxLength });
  for (const kills of [1, 2]) await said(started(directory), kills);
  const { found, computed, answers } = JSON.parse((await said(started(directory))).at(-1)!);
  expect(answers).toEqual(JSON.parse(JSON.stringify(undisturbed)));
  expect(found).toBeGreaterThan(0);
  expect(found + computed).toBe(new Set(requests.map(keyOf)).size);
}, 60_000);
