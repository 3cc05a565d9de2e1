// twill train of an adapter: its record, its files, going on, and what opens or merges it.
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAdapter } from '@twilljs/adapters/node';
import { parseSafetensors } from '@twilljs/hub';
import { load } from '@twilljs/hub/node';
import { cpu } from '@twilljs/tensor';
import { mixers } from 'twilljs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { capture } from '../capture.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-adapter-')));
const tiny = '--hidden-size 8 --layers 2 --length 16 --batch 2 --steps 6 --device cpu';
const further = 'train --init base --data mine.txt --length 16 --batch 2 --steps 6 --device cpu --lr 0.03';

async function done(line: string) {
  const { code, out, err } = await capture([...line.split(' '), '--json']);
  expect(code, err).toBe(0);
  return { ...JSON.parse(out), err };
}

beforeAll(async () => {
  process.chdir(work);
  writeFileSync('book.txt', 'Call me Ishmael. Some years ago, never mind how long precisely. '.repeat(20));
  writeFileSync('mine.txt', 'Over three threads, under one. '.repeat(30));
  await done(`train --data book.txt ${tiny} --out base`);
});

afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

const words = '--prompt O --max-tokens 24 --device cpu';
const textOf = async (line: string) => (await done(`generate ${line} ${words}`)).text;
const tensorsOf = (path: string) => parseSafetensors(readFileSync(path)).tensors;

it('trains it alone, says how much that is, and every command opens it', async () => {
  const { err, parameters, trained } = await done(`${further} --lora q_proj,v_proj --lora-rank 2 --out own`);
  expect(trained).toBe(2 * 2 * 2 * (8 + 8));
  expect(err).toContain(`${parameters.toLocaleString('en-US')} parameters, ${trained} of them trained, on cpu\n`);
  const config = JSON.parse(readFileSync('own/adapter/adapter_config.json', 'utf8'));
  expect(config).toMatchObject({
    ...{ peft_type: 'LORA', r: 2, lora_alpha: 16, target_modules: ['q_proj', 'v_proj'], task_type: 'CAUSAL_LM' },
    base_model_name_or_path: 'base',
  });
  expect(JSON.parse(readFileSync('own/run.json', 'utf8')).adapter).toEqual(config);
  const before = tensorsOf('base/model.safetensors');
  for (const [name, tensor] of tensorsOf('own/frozen.safetensors')) expect(tensor, name).toEqual(before.get(name));
  const own = await textOf('own');
  expect(own).not.toBe(await textOf('base'));
  for (const at of ['own', 'own/adapter']) expect(await textOf(`base --adapter ${at}`)).toBe(own);
  const [of, beside] = [
    await done('eval own --device cpu'),
    await done('eval base --adapter own --data mine.txt --device cpu'),
  ];
  expect([of.cost.parameters, beside.cost.parameters]).toEqual([parameters, parameters]);
  expect((await capture('compare own base'.split(' '))).code).toBe(0);
  expect(await done(`train --out own --resume --steps 6`)).toMatchObject({ status: 'complete', parameters, trained });
  expect(await done('train --out own --resume --steps 8')).toMatchObject({ status: 'finished', from: 6, trained });
});

it('merges it into a plain model, in f32 or rounded after that', async () => {
  await done(`${further} --lora all-linear --out all`);
  const { err } = await done('hub convert all merged');
  expect(err).toContain(
    'note: all, step 6 of 6, finished: the adapter is merged into the weights, in f32, and written so; --dtype bf16 takes half the bytes\n',
  );
  expect(readdirSync('merged')).toEqual(['config.json', 'model.safetensors']);
  expect(await textOf('merged')).toBe(await textOf('all'));
  const beside = await done('hub convert base beside --adapter all --dtype bf16');
  expect(beside.parameters).toBe((await done('eval base --device cpu')).cost.parameters);
  const narrow = tensorsOf('beside/model.safetensors').get('model.layers.0.attn.q_proj.weight')!;
  expect(narrow.dtype).toBe('BF16');
  const load32 = async (path: string) => (await load(path, { mixers, device: cpu() })).model;
  const merged = await load32('merged');
  const adapted = await load32('base');
  const { adapter } = await loadAdapter(adapted, 'all/adapter');
  const ids = Int32Array.of(79, 118, 101, 114);
  const logits = async (model: typeof merged) => [...(await model.forward([ids]).data())];
  const [a, b] = [await logits(merged), await logits(adapted)];
  expect(Math.max(...a.map((value, i) => Math.abs(value - b[i])))).toBeLessThan(1e-5);
  await adapter.remove();
  const tokenizer = { version: '1.0', added_tokens: [], model: { type: 'BPE', vocab: { a: 0, b: 1 }, merges: [] } };
  for (const at of ['base', 'all']) {
    writeFileSync(`${at}/tokenizer.json`, JSON.stringify(tokenizer));
    await done(`hub convert ${at} ${at}-with${at === 'base' ? ' --adapter all' : ''}`);
    expect(readdirSync(`${at}-with`)).toContain('tokenizer.json');
    rmSync(`${at}/tokenizer.json`);
  }
});

it('learns states, of a base in bf16, and goes on with every flag left out', async () => {
  await done('hub convert base narrow --dtype bf16');
  const states = further.replace('--init base', '--init narrow --dtype file');
  await done(`${states} --tune-states --out states`);
  expect(JSON.parse(readFileSync('states/run.json', 'utf8'))).toMatchObject({
    ...{ init: { dtype: 'file' }, adapter: { peft_type: 'STATE', base_model_name_or_path: 'narrow' } },
  });
  expect(tensorsOf('states/frozen.safetensors').get('lm_head.weight')!.dtype).toBe('BF16');
  expect([...tensorsOf('states/adapter/adapter_model.safetensors').keys()]).toEqual(
    [0, 1].map((i) => `base_model.model.model.layers.${i}.attn.initial_state.recurrent`),
  );
  await done('train --out states --resume --steps 9');
  expect(await textOf('states --dtype file')).toBe(await textOf('narrow --dtype file --adapter states'));
  expect(existsSync('states/model.safetensors')).toBe(false);
});
