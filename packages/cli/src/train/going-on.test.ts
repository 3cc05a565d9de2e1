// Runs that are measured on their way, go on beyond their plan, or begin with the weights of another model.
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mqar } from '@twilljs/data';
import { cpu, rng } from '@twilljs/tensor';
import { readMetrics, readRunRecord } from '@twilljs/train/node';
import { mixers } from 'twilljs';
import { load } from 'twilljs/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capture } from '../capture.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-going-on-')));

beforeAll(async () => {
  process.chdir(work);
  writeFileSync('book.txt', 'Call me Ishmael. Some years ago, never mind how long precisely. '.repeat(60));
  writeFileSync('other.txt', 'It was the best of times, it was the worst of times. '.repeat(40));
  await twill(
    'train --data book.txt --length 16 --batch 2 --hidden-size 16 --layers 1 --steps 12 --eval-every 4 --out run',
  );
});

afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

async function twill(line: string): Promise<{ out: string; err: string }> {
  const { code, out, err } = await capture([...line.split(' '), '--device', 'cpu']);
  expect(code, err).toBe(0);
  return { out, err };
}

async function refused(line: string): Promise<string> {
  const { code, err } = await capture([...line.split(' '), '--device', 'cpu']);
  expect(code).toBe(2);
  return err;
}

const weights = (run: string) => readFileSync(join(run, 'model.safetensors'));
const measured = (run: string) => readMetrics(run).validations;

it('--recompute changes nothing, and may come and go', async () => {
  const line = 'train --data book.txt --length 16 --batch 2 --hidden-size 16 --layers 1 --steps 12 --out again';
  await twill(`${line} --recompute`);
  expect(weights('again').equals(weights('run'))).toBe(true);
  await twill('train --out again --resume --steps 13');
  await twill('train --out again --resume --steps 14 --recompute');
  expect(readRunRecord('again').training).not.toHaveProperty('recompute');
});

describe('--eval-every', () => {
  it('measures on the way and at the end, keeps the best, and changes nothing', async () => {
    await twill('train --data book.txt --length 16 --batch 2 --hidden-size 16 --layers 1 --steps 12 --out plain');
    expect(weights('run').equals(weights('plain'))).toBe(true);
    expect(measured('run').map(({ step }) => step)).toEqual([4, 8, 12]);
    expect(measured('plain')).toEqual(measured('run').slice(-1));
    const lowest = Math.min(...measured('run').map(({ values }) => values.bitsPerByte as number));
    expect(readRunRecord('run').best).toMatchObject({ of: 'bitsPerByte', value: lowest });
    expect((await capture(['eval', 'run', '--checkpoint', 'best', '--device', 'cpu'])).out).toContain(
      lowest.toFixed(3),
    );
  });

  it('says every loss of text in bits per byte, and of a task in nats', async () => {
    const { out, err } = await twill(
      'train --data book.txt --length 16 --steps 2 --eval-every 1 --layers 1 --out bits',
    );
    const [first, last] = readMetrics('bits').losses.map((nats) => nats / Math.LN2);
    expect(out).toContain(`loss        ${first.toFixed(3)} █▁ ${last.toFixed(3)} bits per byte`);
    expect(err).toContain(`loss ${first.toFixed(4)} bits per byte`);
    expect(err).toMatch(/^step 1 {2}\d\.\d+ .*bits per byte$/m);
    const json = JSON.parse((await capture('train --out bits --resume --device cpu --json'.split(' '))).out);
    expect(json.trainingBitsPerByte).toBeCloseTo(last, 12);
    const task = await twill('train --task parity --length 8 --batch 2 --layers 1 --steps 1 --out nats');
    expect(task.err).toMatch(/loss \d\.\d{4} nats per answer/);
    expect(readRunRecord('nats').best).toMatchObject({ of: 'hardest', step: 1 });
  });

  it('measures on other text where it is given, from any directory', async () => {
    const line = '--length 16 --batch 2 --hidden-size 16 --layers 1';
    await twill(`train --data book.txt --eval-data other.txt ${line} --steps 3 --out elsewhere`);
    await twill(`train --data book.txt ${line} --steps 3 --out here`);
    expect(weights('elsewhere').equals(weights('here'))).toBe(true);
    const [own, others] = ['here', 'elsewhere'].map((run) => measured(run)[0].values.bitsPerByte as number);
    expect(others).toBeGreaterThan(own);
    process.chdir(tmpdir());
    await twill(`train --out ${join(work, 'elsewhere')} --resume --steps 4`);
    process.chdir(work);
    expect(await refused('train --task parity --eval-data other.txt --out none')).toMatch(
      /--eval-data other.txt is about text but/,
    );
  });
});

describe('--resume --steps', () => {
  it('goes on by a longer plan, and says what that does to the learning rate', async () => {
    const { err } = await twill('train --out run --resume --steps 20');
    expect(err).toMatch(/the plan is 20 steps instead of 12; the learning rate, 0.0003 by the old plan at step 12, is/);
    expect(readRunRecord('run')).toMatchObject({
      status: 'finished',
      step: 20,
      extended: [{ step: 12, from: 12, to: 20 }],
    });
    expect(measured('run').map(({ step }) => step)).toEqual([4, 8, 12, 16, 20]);
    expect(await refused('train --out run --resume --steps 7')).toMatch(/training.steps is 20 .* but 7 was asked for/);
  });

  it('leaves a task as hard as it had become', async () => {
    // 4 pairs grow from 2 over 7 of 10 steps: by a plan of 40 steps the rows of step 11 would hold 2 pairs again.
    const line = 'train --task mqar --pairs 4 --length 16 --batch 8 --layers 1 --hidden-size 16 --steps';
    await twill(`${line} 10 --out grown`);
    const { model } = await load('grown', { mixers, device: cpu() });
    const lossOfStep11 = (steps: number) => {
      const task = mqar({ pairs: 4, length: 16, vocab: 64, batch: 8, steps, source: rng(0).fork('data') });
      const { inputs, labels, B, T } = task.batch(10);
      return model.evaluate({ data: inputs, shape: [B, T] }, { data: labels, shape: [B, T] });
    };
    const [asHard, easier] = [await lossOfStep11(10), await lossOfStep11(40)];
    await twill('train --out grown --resume --steps 40');
    expect(readMetrics('grown').losses[10]).toBe(asHard);
    expect(asHard).not.toBe(easier);
    await twill('train --out grown --resume --steps 41');
    expect(readRunRecord('grown')).toMatchObject({ status: 'finished', step: 41 });
    expect(readRunRecord('grown').extended).toHaveLength(2);
  });
});

describe('--init', () => {
  it('begins with the weights of a run, or of a model that is none', async () => {
    rmSync('model', { recursive: true, force: true });
    await twill('train --data book.txt --length 16 --layers 1 --steps 2 --out model');
    const trained = (await capture('eval model --device cpu --json'.split(' '))).out;
    for (const name of ['run.json', 'metrics.jsonl', 'checkpoints']) rmSync(join('model', name), { recursive: true });
    const { err } = await twill('train --init model --data book.txt --length 16 --steps 1 --lr 1e-9 --out tuned');
    expect(err).toMatch(/^begins with the weights of model$/m);
    const first = JSON.parse((await capture('eval tuned --device cpu --json'.split(' '))).out);
    expect(first.bitsPerByte).toBeCloseTo(JSON.parse(trained).bitsPerByte, 4);
    expect(readRunRecord('tuned').init?.directory).toBe(join(work, 'model'));
    process.chdir(tmpdir());
    await twill(`train --out ${join(work, 'tuned')} --resume --steps 2`);
    process.chdir(work);
  });

  it('refuses what says otherwise what the model is, and data that it cannot read', async () => {
    expect(await refused('train --init run --layers 3 --data book.txt --out none')).toMatch(
      /--layers says what the model is, and so does --init run; leave one of them out/,
    );
    expect(await refused('train --init run --set vocab_size=300 --data book.txt --out none')).toMatch(
      /--set says what/,
    );
    expect(await refused('train --init model --resume --out run')).toMatch(
      /--init is .*model but the run in run.run.json began with fresh weights/,
    );
    expect(await refused('train --init nowhere --data book.txt --out none')).toMatch(/nowhere: does not exist/);
    await twill('train --task parity --length 8 --batch 2 --layers 1 --steps 1 --out answers');
    expect(await refused('train --init answers --data book.txt --out none')).toMatch(/answers: .*bytes/);
    expect(await refused('train --init answers --task mqar --out none')).toMatch(
      /its vocabulary is \d+ but the data have 64/,
    );
  });
});
