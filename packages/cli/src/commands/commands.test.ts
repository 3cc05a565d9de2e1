// The commands in use: what they leave on disk, what they say, and that they agree with each other.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSafetensors, serializeSafetensors, store, toF64 } from '@twilljs/hub';
import type { StepReport } from '@twilljs/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capture } from '../capture.ts';

const cwd = process.cwd();
const golden = join(cwd, 'golden');
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-commands-')));

beforeAll(async () => {
  process.chdir(work);
  for (let i = 1; i <= 12; i++)
    writeFileSync(`chapter_${i}.txt`, `Chapter ${i}. Call me Ishmael, or number ${i * i}. `.repeat(30));
  await done('train --data chapter_*.txt --ratio 1:1 --layers 2 --length 32 --steps 30 --out book');
});

afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

/** Runs a command that must end with 0, and parses what it prints under --json. */
async function done(line: string) {
  const { code, out, err } = await capture([...line.split(' '), '--json']);
  expect(code, err).toBe(0);
  expect(out.match(/\n/g)).toHaveLength(1);
  return JSON.parse(out);
}

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

describe('train', () => {
  it('leaves a run directory', () => {
    expect(readdirSync('book').sort()).toEqual([
      'checkpoints',
      'config.json',
      'metrics.jsonl',
      'model.safetensors',
      'run.json',
    ]);
    expect(json('book/config.json')).toMatchObject({
      model_type: 'gated_deltanet',
      vocab_size: 256,
      hidden_size: 48,
      ratio: '1:1',
      convention: 'literal',
      attn: { layers: [1], num_heads: 2 },
    });
    expect(json('book/run.json')).toMatchObject({
      status: 'finished',
      step: 30,
      seed: 0,
      device: 'wasm',
      command: 'twill train --data chapter_*.txt --ratio 1:1 --layers 2 --length 32 --steps 30 --out book --json'.split(
        ' ',
      ),
      origin: { text: [join(work, 'chapter_*.txt')], evaluation: [], modules: [], measures: [], device: null },
      every: { validation: null, checkpoint: null },
      data: { kind: 'text', documents: 12 },
    });
  });

  it('does nothing to a finished run', async () => {
    const before = readFileSync('book/run.json');
    expect(await done('train --resume --out book')).toMatchObject({ status: 'complete', from: 30, steps: 30 });
    expect(readFileSync('book/run.json')).toEqual(before);
  });

  it('learns, repeats itself bit by bit, and has other weights from another seed', async () => {
    const args = '--task parity --length 8 --batch 16 --hidden-size 16 --layers 1 --steps 20';
    await done(`train ${args} --out one`);
    await done(`train ${args} --out two`);
    await done(`train ${args} --out three --seed 3`);
    const [one, two, three] = ['one', 'two', 'three'].map((run) => readFileSync(join(run, 'model.safetensors')));
    expect(one.equals(two)).toBe(true);
    expect(one.equals(three)).toBe(false);
    const losses = readFileSync('book/metrics.jsonl', 'utf8')
      .split('\n')
      .slice(0, 30)
      .map((line) => JSON.parse(line).loss);
    expect(losses[29]).toBeLessThan(0.75 * losses[0]);
  });

  it('takes a configuration file, and flags that agree with it', async () => {
    const config = {
      model_type: 'delta_net',
      hidden_size: 16,
      num_heads: 2,
      num_hidden_layers: 2,
      layers: ['deltanet', 'attention'],
    };
    writeFileSync('config.json', JSON.stringify(config));
    await done(
      'train --config config.json --mixer deltanet --heads 2 --task mqar --pairs 2 --length 16 --steps 2 --out woven',
    );
    expect(json('woven/config.json')).toMatchObject({ model_type: 'delta_net', vocab_size: 64, attn: { layers: [1] } });
  });

  it('sets any field', async () => {
    await done('train --task parity --length 8 --layers 1 --steps 1 --out set --set allow_neg_eigval=true conv_size=3');
    expect(json('set/config.json')).toMatchObject({ allow_neg_eigval: true, conv_size: 3 });
  });

  it('takes names of FLA, and a whole number written with an exponent', async () => {
    await done('train --mixer delta_net --task parity --length 8 --layers 1 --steps 2e0 --out alias');
    expect(json('alias/run.json')).toMatchObject({ step: 2, model: { model_type: 'delta_net' } });
  });
});

describe('eval', () => {
  it('measures what training measured', async () => {
    const trained = await done('train --resume --out book');
    const { bitsPerByte, what } = await done('eval book');
    expect(bitsPerByte).toBe(trained.validation.bitsPerByte);
    expect(what).toMatch(/^its text that was held out from training, /);
    expect((await done('eval book --seed 1')).bitsPerByte).not.toBe(bitsPerByte);
  });

  it('finds the text of a run from any directory, and takes it from elsewhere once it has moved', async () => {
    const chapters = readdirSync(work).filter((name) => /^chapter_.*txt$/.test(name));
    const move = (from: string, to: string) => {
      for (const name of chapters) renameSync(join(work, from, name), join(work, to, name));
    };
    const elsewhere = mkdtempSync(join(tmpdir(), 'twill-elsewhere-'));
    process.chdir(elsewhere);
    mkdirSync(join(work, 'moved'));
    for (const argv of [
      ['eval', join(work, 'book')],
      ['train', '--resume', '--out', join(work, 'book')],
    ]) {
      const found = await capture(argv);
      expect(found.code, found.err).toBe(0);
      move('.', 'moved');
      const { code, err } = await capture(argv);
      expect(code).toBe(2);
      expect(err).toMatch(
        /book\/run\.json names the text: the pattern \S+chapter_\*\.txt matches no file; .*by --data/,
      );
      expect((await capture([...argv, '--data', join(work, 'moved/chapter_*.txt')])).code).toBe(0);
      move('moved', '.');
    }
    process.chdir(work);
    rmSync(elsewhere, { recursive: true });
  });

  it('says what a constant state is in one number, and positions in lines of a terminal', async () => {
    await done('train --mixer hgrn --task parity --length 8 --layers 1 --steps 1 --out fixed');
    expect((await capture(['eval', 'fixed'])).out).toContain('state        192 B at any length\n');
    const { out } = await capture(['eval', 'book']);
    expect(out).toMatch(/state {8}.* at 1k tokens, .* at 32k tokens/);
    expect(out).toMatch(/by position {2}1: .* 9-16: \S+\n {13}17-32: /);
  });

  it('measures other text, all of it', async () => {
    writeFileSync('other.txt', 'zebra quiz '.repeat(40));
    const other = await done('eval book --task lm --data other.txt');
    expect(other.what).toBe('other.txt, 440 bytes');
    expect(other.bitsPerByte).toBeGreaterThan((await done('eval book')).bitsPerByte);
  });

  it('measures a task by its own sizes', async () => {
    const { accuracy } = await done('eval one');
    expect(accuracy.map(({ difficulty }: { difficulty: number }) => difficulty)).toEqual([8, 32]);
  });
});

describe('generate', () => {
  it('writes the same text from the same seed, on every device', async () => {
    const line = 'generate book --prompt Call --max-tokens 20 --temperature 0.9 --seed';
    const { text } = await done(`${line} 4`);
    expect((await done(`${line} 4`)).text).toBe(text);
    expect((await done(`${line} 5`)).text).not.toBe(text);
    expect((await done(`${line} 4 --device cpu`)).text).toBe(text);
  });

  it('prints the prompt and what follows', async () => {
    const { code, out } = await capture(['generate', 'book', '--prompt', 'Chapter é', '--max-tokens', '5']);
    expect(code).toBe(0);
    expect(out).toMatch(/^Chapter é[\s\S]+\n$/);
  });

  it('continues several prompts as each alone', async () => {
    const { texts, tokens } = await done('generate book --prompt Call --prompt W --max-tokens 9');
    expect(tokens).toBe(18);
    for (const { prompt, text } of texts)
      expect((await done(`generate book --prompt ${prompt} --max-tokens 9`)).text).toBe(text);
    const { out } = await capture(['generate', 'book', '--prompt', 'Call', '--prompt', 'W', '--max-tokens', '9']);
    expect(out).toBe(`Call${texts[0].text}\nW${texts[1].text}\n`);
  });
});

describe('parity', () => {
  const names = ['gated_deltanet-hybrid', 'transformer'].map((name) => join(golden, 'models', name)).join(' ');

  it('replays models with their training, and ops, the worst last', async () => {
    const { ok, tensors, goldens, worst } = await done(
      `parity ${names} ${join(golden, 'ops/linear--basic.safetensors')}`,
    );
    expect([ok, goldens]).toEqual([true, 3]);
    const kinds = new Set(
      tensors.map(({ tensor }: { tensor: string }) => tensor.replace(/(^[a-z]+(\.(loss|lr|param))?).*/, '$1')),
    );
    expect([...kinds].sort()).toEqual([
      'decode',
      'grad',
      'hidden',
      'logits',
      'loss',
      'out',
      'packed',
      'packed.loss',
      'train',
      'train.loss',
      'train.lr',
      'train.param',
    ]);
    const shares = tensors.map(({ error, tolerance }: { error: number; tolerance: number }) => error / tolerance);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(worst).toEqual(tensors.at(-1));
  });

  it('says no, with exit code 1, where a number is off', async () => {
    const { metadata, tensors } = parseSafetensors(readFileSync(join(golden, 'ops/linear--basic.safetensors')));
    const y = tensors.get('out.y')!;
    tensors.set(
      'out.y',
      store(
        'F64',
        y.shape,
        toF64(y).map((x, i) => (i === 7 ? x + 0.01 : x)),
      ),
    );
    writeFileSync('off.safetensors', serializeSafetensors(tensors, metadata));
    const { code, out } = await capture(['parity', 'off.safetensors']);
    expect(code).toBe(1);
    expect(out).toMatch(/out\.y .*ABOVE, worst at element 7\n\n1 golden, \d+ tensors on wasm .*1 ABOVE TOLERANCE\n$/);
  });

  it('says no where a model has other weights', async () => {
    cpSync(join(golden, 'models/transformer'), 'other', { recursive: true });
    const { metadata, tensors } = parseSafetensors(readFileSync('other/model.safetensors'));
    const norm = tensors.get('model.norm.weight')!;
    tensors.set(
      'model.norm.weight',
      store(
        'F32',
        norm.shape,
        toF64(norm).map((x) => x * 1.001),
      ),
    );
    writeFileSync('other/model.safetensors', serializeSafetensors(tensors, metadata));
    const { code, out } = await capture(['parity', 'other', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ ok: false, dtype: 'f32', goldens: 1 });
  });

  it('replays in f64, to f64 tolerances', async () => {
    const { device, worst } = await done(`parity ${join(golden, 'ops/scalarDelta--basic.safetensors')} --dtype f64`);
    expect(device).toBe('cpu-f64');
    expect(worst.tolerance).toBe(1e-9);
  });

  it('names what it cannot run', async () => {
    cpSync(join(golden, 'models/transformer'), 'mixed/known', { recursive: true });
    cpSync(join(golden, 'models/transformer'), 'mixed/unknown', { recursive: true });
    writeFileSync('mixed/unknown/config.json', '{"model_type": "mamba2"}');
    const { skipped, goldens } = await done('parity mixed');
    expect(goldens).toBe(1);
    expect(skipped).toEqual([{ path: 'mixed/unknown', reason: 'model_type "mamba2" is not in this version' }]);
  });
});

describe('doctor', () => {
  it('checks every mixer on the device, and finds a kernel for every op', async () => {
    const { check, node, wasm } = await done('doctor');
    expect(node).toContain(process.versions.node);
    expect(check).toMatchObject({ ok: true, definitions: [] });
    if (check.device.startsWith('wasm (relaxed')) expect(wasm).toContain('relaxed-simd yes');
    expect(check.kernels).toContain('scalarDelta');
    expect(await done('doctor --device cpu')).toMatchObject({ check: { ok: true, device: 'cpu' } });
  });

  it('shows what recorded steps run, from the embedding to the update', async () => {
    const { training, decoding } = await done('doctor --step');
    const opsOf = ({ ops }: StepReport) => ops.map(({ op }) => op);
    expect([opsOf(training)[0], opsOf(decoding)[0]]).toEqual(['embedding', 'embedding']);
    expect(opsOf(training)).toEqual(
      expect.arrayContaining(['scalarDelta', 'scalarDeltaGrad', 'attentionGrad', 'adamw']),
    );
    expect(opsOf(decoding)).toEqual(expect.arrayContaining(['append', 'attention']));
    expect(training.launches).toBeGreaterThan(opsOf(training).length);
  });
});
