// Text in and out of a model: what eval says it measured, what generate takes, and what both say of models that know no bytes.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseSafetensors, serializeSafetensors, store, toF64 } from '@twilljs/hub';
import { hybrid, initializer, mixers } from 'twilljs';
import { save } from 'twilljs/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capture } from '../capture.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-text-')));
const small = '--mixer hgrn --layers 1 --hidden-size 16 --length 32 --batch 2 --device cpu';

beforeAll(async () => {
  process.chdir(work);
  const lines = (from: number, to: number, word: string) =>
    Array.from({ length: to - from }, (_, i) => `${from + i} ${word} at ${((from + i) * 7919) % 1000}.\n`).join('');
  writeFileSync('a.txt', lines(0, 200, 'gulls'));
  writeFileSync('b.txt', lines(200, 400, 'whales'));
  writeFileSync('other.txt', lines(700, 900, 'boats'));
  writeFileSync('one.txt', 'a');
  writeFileSync('empty.txt', '');
  writeFileSync('mixed.txt', `${lines(700, 800, 'boats')}${readFileSync('a.txt', 'utf8').slice(0, 2000)}`);
  await must(`train ${small} --steps 3 --data a.txt b.txt --out run`);
  await must(`train ${small} --steps 3 --data a.txt --set vocab_size=300 --out wide`);
});

afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

async function must(line: string): Promise<{ data: ReturnType<typeof JSON.parse>; err: string }> {
  const { code, out, err } = await capture([...line.split(' '), '--json']);
  expect(code, err).toBe(0);
  return { data: JSON.parse(out), err };
}

async function refusal(line: string): Promise<string> {
  const { code, err } = await capture(line.split(' '));
  expect(code, err).toBe(2);
  return err.trim().split('\n').at(-1) ?? '';
}

describe('documents apart', () => {
  it('train, go on and are measured apart, and the record says so', async () => {
    await must(`train ${small} --steps 2 --data a.txt b.txt --split within --documents apart --out apart`);
    const record = JSON.parse(readFileSync('apart/run.json', 'utf8'));
    expect(record.data.packing).toBe('apart');
    await must('train --out apart --resume --steps 4');
    const { data } = await must('eval apart --device cpu --all');
    const { data: whole } = await must('eval run --device cpu --all');
    expect([data.bytes - data.bytesMeasured, whole.bytes - whole.bytesMeasured]).toEqual([2, 1]);
    expect(JSON.parse(readFileSync('run/run.json', 'utf8')).data).not.toHaveProperty('packing');
    expect(await refusal('train --out apart --resume --documents together --steps 5')).toContain(
      'together but apart in',
    );
    expect(await refusal('train --out run --resume --documents apart --steps 5')).toContain('apart');
    expect(await refusal(`train ${small} --data a.txt --documents alone --out none`)).toContain('"alone"');
  });
});

describe('eval', () => {
  it('says how much of the text its sample predicts, never more than there is', async () => {
    const { data, err } = await must('eval run --device cpu');
    const { bytes, bytesMeasured, windows, length, warmup } = data;
    expect(bytes).toBe(
      Math.ceil(0.1 * readFileSync('a.txt').length) + Math.ceil(0.1 * readFileSync('b.txt').length) + 2,
    );
    expect(bytesMeasured).toBeLessThan(bytes);
    expect(bytesMeasured).toBeLessThanOrEqual(windows * (length - warmup));
    expect(err).toContain('its text that was held out from training');
    const { out } = await capture(['eval', 'run', '--device', 'cpu']);
    expect(out).toMatch(/^measured {5}\d+ windows of 32, which predict \d+ of \d+ bytes \(\d+ %\)$/m);
  });

  it('predicts every byte where all are asked for, and agrees with its sample', async () => {
    const whole = (await must('eval run --data other.txt --all --device cpu')).data;
    const sample = (await must('eval run --data other.txt --device cpu')).data;
    expect(whole.bytesMeasured).toBe(readFileSync('other.txt').length - 1);
    expect(Math.abs(whole.bitsPerByte - sample.bitsPerByte)).toBeLessThan(4 * sample.standardError);
    expect((await capture(['eval', 'run', '--data', 'other.txt', '--all', '--device', 'cpu'])).out).toMatch(
      /measured {5}all [\d,]+ bytes, each but the first predicted once/,
    );
  });

  it('measures at several lengths, and says which are beyond that of training', async () => {
    const { data } = await must('eval run --data other.txt --length 16 32 128 --device cpu');
    expect(data.lengths.map(({ length }: { length: number }) => length)).toEqual([16, 32, 128]);
    expect(data.lengths.map((l: { beyondTraining: number }) => l.beyondTraining)).toEqual([null, null, 4]);
    expect(data.lengths[2].bitsByPosition.at(-1)).toMatchObject({ from: 64, to: 128 });
    expect(data.bitsPerByte).toBe(data.lengths[0].bitsPerByte);
    const { out } = await capture('eval run --data other.txt --length 32 80 --device cpu'.split(' '));
    expect(out).toMatch(/^length 32, that of training\n[\s\S]*^length 80, 2\.5 x that of training\n/m);
    const parity = await must(`train ${small.replace('32', '8')} --task parity --steps 2 --out parity`).then(() =>
      must('eval parity --length 8 24 --device cpu'),
    );
    expect(parity.data.lengths.map((l: { accuracy: unknown[] }) => l.accuracy.length)).toEqual([1, 1]);
  });

  it('says what of a text the run was trained on, whole, in part, or under another name', async () => {
    const seen = async (name: string) => (await must(`eval run --data ${name} --device cpu`)).data.trainedOn;
    expect(await seen('other.txt')).toEqual([]);
    const [{ share: most }] = await seen('a.txt'); // all but its last tenth
    expect(most).toBeGreaterThan(0.8);
    const [{ name, share }] = await seen('mixed.txt');
    expect(name).toBe('mixed.txt');
    expect(share).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(0.7);
    const { err } = await capture(['eval', 'run', '--data', 'a.txt', '--device', 'cpu']);
    expect(err).toMatch(/word for word in the text that the run was trained on: about \d+ % of a.txt/);
    writeFileSync('a.txt', `${readFileSync('a.txt', 'utf8')}changed`);
    expect(await seen('other.txt')).toBe(null); // the text of the run is not at hand any more
    writeFileSync('a.txt', readFileSync('a.txt', 'utf8').slice(0, -7));
  });

  it('of a model that is not finite says so and where, with exit code 1, and null in JSON', async () => {
    cpSync('run', 'broken', { recursive: true });
    const { metadata, tensors } = parseSafetensors(readFileSync('run/model.safetensors'));
    const name = 'model.embeddings.weight';
    const values = toF64(tensors.get(name)!);
    values.fill(Number.NaN, 16 * 55, 16 * 56); // the digit 7
    tensors.set(name, store('F32', tensors.get(name)!.shape, values));
    writeFileSync('broken/model.safetensors', serializeSafetensors(tensors, metadata));
    const at = `${'x'.repeat(40)}7${'x'.repeat(200)}`;
    writeFileSync('seven.txt', at);
    const argv = ['eval', 'broken', '--data', 'seven.txt', '--all', '--device', 'cpu'];
    const { code, out } = await capture(argv);
    expect(code).toBe(1);
    expect(out).toMatch(/^NaN bits per byte: the model is not finite, first at byte 41 of the text\n/);
    const json = JSON.parse((await capture([...argv, '--json'])).out);
    expect(json).toMatchObject({ bitsPerByte: null, cost: null });
    expect(json.reason).toMatch(/not finite, first at byte 41/);
  });

  it('names the text that is too short', async () => {
    expect(await refusal('eval run --data one.txt')).toBe(
      'eval: one.txt has one byte, of which none can be predicted; give more text.',
    );
    expect(await refusal('eval run --data empty.txt')).toMatch(/empty.txt holds 1 file and no byte/);
    expect(await refusal('eval run --length 32 4000')).toMatch(
      /--length 4000 reads 4,001 bytes but its text that was held out from training has [\d,]+; give more text/,
    );
    expect(await refusal('eval run --length 32 32')).toMatch(/--length 32 is given twice/);
    expect(await refusal('eval run --task mqar --all')).toMatch(/--all is about text but the task is mqar/);
  });
});

describe('a vocabulary', () => {
  it("that is a tokenizer's is refused by all who read text, in the same words", async () => {
    for (const vocab_size of [257, 512]) {
      const config = { model_type: 'hgrn', hidden_size: 16, num_hidden_layers: 1, intermediate_size: 16, vocab_size };
      await save('tokens', hybrid(config, { mixers, init: initializer(1) }));
      const lines = ['eval tokens --task lm --data a.txt', 'eval tokens --data a.txt', 'generate tokens --prompt x'];
      for (const line of lines) {
        expect(await refusal(line)).toContain(`tokens: vocab_size is ${vocab_size} but text needs the 256 bytes`);
      }
    }
  });

  it('of bytes, with room for more, is measured, and writes bytes alone', async () => {
    expect(JSON.parse(readFileSync('wide/config.json', 'utf8'))).toMatchObject({
      vocab_size: 300,
      vocabulary: 'bytes',
    });
    expect((await must('eval wide --device cpu')).data.bitsPerByte).toBeGreaterThan(5);
    const { data } = await must('generate wide --prompt x --max-tokens 60 --temperature 20 --device cpu');
    expect(data.tokens).toBe(60);
  });
});

describe('generate', () => {
  it('takes its prompt from a file, of any bytes, and from standard input', async () => {
    writeFileSync('prompt.txt', 'gulls at');
    const given = ['generate', 'run', '--max-tokens', '8', '--device', 'cpu', '--json'];
    const said = JSON.parse((await capture([...given, '--prompt', 'gulls at'])).out);
    expect(JSON.parse((await capture([...given, '--prompt-file', 'prompt.txt'])).out).text).toBe(said.text);
    expect(JSON.parse(piped([...given, '--prompt', '-'], 'gulls at').stdout)).toMatchObject({
      prompt: 'gulls at',
      text: said.text,
    });
    writeFileSync('bytes.bin', Uint8Array.of(0xff, 0xfe, 0));
    expect((await capture([...given, '--prompt-file', 'bytes.bin'])).code).toBe(0);
  });

  it('prints the end of a long prompt', async () => {
    writeFileSync('long.txt', `${'é'.repeat(1500)}the end`);
    const { out, err } = await capture('generate run --prompt-file long.txt --max-tokens 1 --device cpu'.split(' '));
    expect(err).toContain('the last 2,000 of 3,007 bytes');
    expect(out).toMatch(/^é{996}the end/);
  });

  it('refuses what says nothing, two things, or would make it wait', async () => {
    execFileSync('mkfifo', ['pipe']);
    mkdirSync('folder');
    expect(await refusal('generate run')).toMatch(/neither --prompt nor --prompt-file says what to continue/);
    expect(await refusal('generate run --prompt x --prompt-file a.txt')).toMatch(/both say what to continue/);
    expect(await refusal('generate run --prompt-file empty.txt')).toMatch(/--prompt-file empty.txt is empty/);
    expect(await refusal('generate run --prompt-file pipe')).toMatch(/pipe: is no regular file/);
    expect(await refusal('generate run --prompt-file folder')).toMatch(/folder: is a directory where a file is needed/);
    expect(await refusal('generate run --prompt-file none')).toMatch(/none: does not exist/);
    expect(piped(['generate', 'run', '--prompt', '-'], '').stderr).toMatch(/--prompt is empty/);
  });

  it('keeps a byte order mark that the model writes', async () => {
    writeFileSync('marks.txt', 'ab\ufeff'.repeat(300));
    await must(
      `train --mixer deltanet --layers 1 --hidden-size 32 --heads 2 --length 16 --batch 4 --steps 60 --data marks.txt --out marks`,
    );
    const { data } = await must('generate marks --prompt ab --max-tokens 10 --device cpu');
    expect(new TextEncoder().encode(data.text).length).toBe(10);
    expect(data.text.startsWith('\ufeffab')).toBe(true);
  });
});

describe('standard input', () => {
  it('is text to train on and to measure on, and is not at hand a second time', async () => {
    const text = readFileSync('other.txt', 'utf8');
    const trained = piped(`train ${small} --steps 2 --data - --out piped`.split(' '), text);
    expect(trained.status, trained.stderr).toBe(0);
    expect(trained.stderr).toMatch(/training {4}.* of standard input\n/);
    const again = piped('eval run --data - --device cpu --json'.split(' '), text);
    expect(JSON.parse(again.stdout).bytes).toBe(text.length);
    expect(await refusal('eval piped')).toMatch(/its text came from standard input and is not kept; .*--data/);
    expect(piped(['train', '--data', '-', '--out', 'none'], '').stderr).toMatch(/standard input holds no byte/);
  });
});

it('a run from before few files were cut reads on, and is measured, as it was split', async () => {
  await must(`train ${small} --steps 3 --split documents --data other.txt b.txt --out before`);
  const { self: _, origin, every: __, ...record } = JSON.parse(readFileSync('before/run.json', 'utf8'));
  const command = ['twill', 'train', '--data', ...origin.text, '--out', 'before']; // --split is newer
  writeFileSync('before/run.json', JSON.stringify({ ...record, command }));
  const { data, err } = await must('train --resume --out before');
  expect(data.status).toBe('complete');
  expect(err).toMatch(/^held out {4}[\d,]+ bytes, other.txt$/m);
  expect((await must('eval before --device cpu')).data.bytes).toBe(readFileSync('other.txt').length);
});

describe('a run at any of its moments', () => {
  beforeAll(async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 1500);
    const line = `train ${small} --steps 40000 --checkpoint-every 1 --data a.txt --out half`;
    expect((await capture(line.split(' '), stop.signal)).code).toBe(130);
  });

  it('is measured, continued, and says which it is', async () => {
    const { step } = JSON.parse(readFileSync('half/run.json', 'utf8'));
    const { data, err } = await must('eval half --device cpu');
    expect(data).toMatchObject({ step, steps: 40_000, status: 'interrupted' });
    expect(err).toContain(`half, step ${step} of 40000, interrupted, on cpu: its text that was held out`);
    const written = await must('generate half --prompt gulls --max-tokens 4 --device cpu');
    expect(written.data).toMatchObject({ step, tokens: 4 });
    expect(written.err).toContain(`half, step ${step} of 40000, interrupted\n`);
    const earlier = await must(`eval half --checkpoint ${step - 1} --device cpu`);
    expect(earlier.data.step).toBe(step - 1);
    expect(earlier.data.bitsPerByte).not.toBe(data.bitsPerByte);
    expect((await must('eval half --checkpoint last --device cpu')).data.bitsPerByte).toBe(data.bitsPerByte);
  });

  it('that it has not, is refused', async () => {
    expect(await refusal('eval half --checkpoint 39999')).toMatch(
      /half has no checkpoint 39999; it has those of steps/,
    );
    expect(await refusal('generate half --prompt x --checkpoint best')).toMatch(/half has no best checkpoint/);
    expect(await refusal('eval half --checkpoint newest')).toMatch(/--checkpoint is "newest"/);
    cpSync('run', 'plain', { recursive: true });
    rmSync('plain/run.json');
    expect(await refusal('eval plain --data a.txt --checkpoint best')).toMatch(/plain has no run.json; leave it out/);
  });
});

it('matrices are kept in half the bytes on request, which is said', async () => {
  const note = /embeddings\.weight and \d+ more like it: rounded, F32 is kept in bf16 as dtype asks\./;
  const [whole, half] = [await must('eval run --device cpu'), await must('eval run --device cpu --dtype bf16')];
  expect(half.err).toMatch(note);
  expect(half.data.bitsPerByte).not.toBe(whole.data.bitsPerByte);
  expect(half.data.bitsPerByte).toBeCloseTo(whole.data.bitsPerByte, 1);
  expect((await must('generate run --prompt gulls --max-tokens 4 --dtype bf16')).err).toMatch(note);
  expect((await must('eval run --device cpu --dtype file')).data.bitsPerByte).toBe(whole.data.bitsPerByte);
  expect(await refusal('eval run --dtype f16')).toBe(
    'eval: --dtype is "f16" where "f32", "bf16", "file" is needed; correct it.',
  );
});

/** `twill` in a process of its own, with something on its standard input. */
function piped(argv: readonly string[], input: string) {
  const tsx = pathToFileURL(join(cwd, 'node_modules/tsx/dist/loader.mjs')).href;
  const node = ['--conditions=@twilljs/source', '--import', tsx, join(cwd, 'packages/cli/src/main.ts')];
  return spawnSync(process.execPath, [...node, ...argv], { cwd: work, input, encoding: 'utf8' });
}
