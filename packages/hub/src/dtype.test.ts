// How matrices are kept in memory: as the file has them, as numbers, or in bf16; with the same logits, in half the bytes, and back.
import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hybrid, type LanguageModel } from '@twilljs/hybrid';
import { initializer, matrices, params } from '@twilljs/nn';
import { cast, cpu, type Device, encodeBF16, parameter, untracked } from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { device as best, mixers } from 'twilljs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { load, readModelDirectory } from './directory.ts';
import { filesOfModel, type ModelFiles, modelFromFiles } from './model.ts';
import { save, writeModelDirectory } from './save.ts';
import { inMemory, type StoredDType, type StoredTensor, store, toF32, toF64 } from './stored.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'twill-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const small = { hidden_size: 16, num_hidden_layers: 3, vocab_size: 37, intermediate_size: 24, num_heads: 2 };
const configs = [
  { model_type: 'gated_deltanet', head_dim: 8, ratio: '2:1', dtype: 'float32' },
  { model_type: 'gla', tie_word_embeddings: true },
  { model_type: 'hgrn', use_short_conv: true, ratio: '2:1' },
  { model_type: 'retnet', num_kv_heads: 1 },
  { model_type: 'delta_net', use_gate: true },
  { model_type: 'hgrn2', expand_ratio: 8 },
  { model_type: 'attention', qkv_bias: true, qk_norm: true },
];

async function files(config: object, dtype: (name: string) => StoredDType): Promise<ModelFiles<StoredTensor>> {
  const model = hybrid({ ...small, ...config } as never, { mixers, init: initializer(5, 0.3) });
  const { config: json, tensors } = await filesOfModel(model);
  const stored = [...tensors].map(([name, t]) => [name, store(dtype(name), t.shape, toF64(t))] as const);
  return { config: json, tensors: new Map(stored) };
}

const ids = [[1, 2, 3, 36, 0, 5, 7]];

/** Logits of a prompt, and of tokens one by one, recorded where the device records. */
async function logitsOf(model: LanguageModel): Promise<unknown[]> {
  const read = [await untracked(() => model.forward(ids)).data()];
  const cache = model.cache(1);
  for (const id of [...ids[0], 4, 9, 2]) read.push(await model.next([[id]], cache).data());
  return read;
}

const devices: readonly (readonly [string, () => Promise<Device>])[] = [
  ['cpu', async () => cpu({ poison: true })],
  ['cpu f64', async () => cpu({ float: 'f64' })],
  ['wasm', best],
];

describe.each(devices)('on %s', (_, make) => {
  it.each(configs)('a bf16 file computes what f32 of the same numbers does: %j', async (config) => {
    const device = await make();
    const given = await files(config, () => 'BF16');
    const { model: wide } = await modelFromFiles(given, { mixers, device });
    const { model, notes } = await modelFromFiles(given, { mixers, device, dtype: 'file' });
    expect(notes).toEqual([]);
    const names = new Set(matrices(model).keys());
    expect(names.size).toBeGreaterThan(10);
    for (const [name, t] of params(model)) expect(t.dtype, name).toBe(names.has(name) ? 'bf16' : device.float);
    expect(await logitsOf(model)).toEqual(await logitsOf(wide));
    // What stands in the matrices, two bytes each; norms and the rest lie in the arena.
    const elements = [...matrices(model).values()].reduce((n, t) => n + t.size, 0);
    const arena = model.arena.length * (device.float === 'f32' ? 4 : 8);
    expect(model.report().bytes).toBe(arena + 2 * elements);
    expect(model.arena.names.some((name) => names.has(name))).toBe(false);
    for (const m of [model, wide]) m[Symbol.dispose]();
  });
});

it('a model in bf16 holds no more on a device than it reports', async () => {
  const device = await wasm();
  const { model } = await modelFromFiles(await files(configs[0], () => 'BF16'), { mixers, device, dtype: 'file' });
  const before = device.report();
  expect(before.bytes).toBeGreaterThanOrEqual(model.report().bytes);
  expect(before.buffers).toBe(1 + matrices(model).size);
  const moved = await model.to(cpu());
  expect([...matrices(moved).values()].every((t) => t.dtype === 'bf16' && t.device === cpu())).toBe(true);
  expect(device.report().buffers).toBe(0);
  model[Symbol.dispose]();
});

it('narrows on request, rounded to nearest, and says so', async () => {
  const given = await files(configs[0], (name) =>
    name.includes('q_proj') ? 'F16' : name.includes('o_proj') ? 'F64' : 'F32',
  );
  const { model, notes } = await modelFromFiles(given, { mixers, device: cpu(), dtype: 'bf16' });
  expect(notes).toEqual([
    'model.embeddings.weight and 22 more like it: rounded, F32 is kept in bf16 as dtype asks.',
    'model.layers.0.attn.q_proj.weight and 2 more like it: rounded, F16 is kept in bf16 as dtype asks.',
    'model.layers.0.attn.o_proj.weight and 2 more like it: rounded, F64 is kept in bf16 as dtype asks.',
  ]);
  for (const [name, t] of matrices(model)) expect(await t.data()).toEqual(encodeBF16(toF64(given.tensors.get(name)!)));
  for (const [name, t] of params(model)) {
    if (t.dtype !== 'bf16') expect(await t.data()).toEqual(toF32(given.tensors.get(name)!));
  }
});

it('says that F64 is rounded where a device has f32, and only there', async () => {
  const given = await files(configs[0], (name) =>
    name.includes('o_proj') || name === 'model.norm.weight' ? 'F64' : 'F32',
  );
  const notes = async (device: Device, dtype?: 'file' | 'bf16') =>
    (await modelFromFiles(given, { mixers, device, ...(dtype && { dtype }) })).notes.join('\n');
  const all =
    'model.layers.0.attn.o_proj.weight and 3 more like it: rounded, F64 is kept as f32, the numbers of the device.';
  expect(await notes(cpu())).toBe(all);
  expect(await notes(await best(), 'file')).toBe(all);
  expect(await notes(cpu(), 'bf16')).toContain(
    'model.norm.weight: rounded, F64 is kept as f32, the numbers of the device.',
  );
  expect(await notes(cpu({ float: 'f64' }))).toBe('');
});

it('keeps what a file has, and widens F16 with a note', async () => {
  const given = await files(configs[0], (name) =>
    name.includes('mlp') ? 'F16' : name.includes('embed') ? 'BF16' : 'F32',
  );
  const { model, notes } = await modelFromFiles(given, { mixers, device: cpu(), dtype: 'file' });
  expect(notes).toEqual([
    'model.layers.0.mlp.gate_proj.weight and 8 more like it: widened, F16 is kept as f32, since only BF16 is read in half the bytes.',
  ]);
  for (const [name, t] of params(model)) {
    expect(t.dtype, name).toBe(name.includes('embed') ? 'bf16' : 'f32');
    expect(await cast(t).data()).toEqual(toF32(given.tensors.get(name)!));
  }
});

it('is saved as it is kept, and loads again with the same bits', async () => {
  const given = await files({ ...configs[0], dtype: 'bfloat16' }, () => 'BF16');
  await writeModelDirectory(join(dir, 'a'), given);
  const { model } = await load(join(dir, 'a'), { mixers, device: await best(), dtype: 'file' });
  await save(join(dir, 'b'), model);
  const saved = await readModelDirectory(join(dir, 'b'));
  expect(saved.config.dtype).toBe('bfloat16');
  const names = new Set(matrices(model).keys());
  for (const [name, tensor] of saved.tensors) {
    const { dtype, bytes } = await inMemory(tensor);
    expect(dtype, name).toBe(names.has(name) ? 'BF16' : 'F32');
    if (dtype === 'BF16') expect(Buffer.compare(bytes, given.tensors.get(name)!.bytes)).toBe(0);
  }
  const { model: again } = await load(join(dir, 'b'), { mixers, device: cpu(), dtype: 'file' });
  for (const [name, t] of params(model)) expect(await params(again).get(name)!.data()).toEqual(await t.data());
});

it('moves files of any type to their places in parts, a cut one is named', async () => {
  const wide = {
    model_type: 'gla',
    hidden_size: 64,
    num_hidden_layers: 1,
    vocab_size: 40000,
    intermediate_size: 32,
    num_heads: 2,
  };
  const model = hybrid(wide, { mixers, init: initializer(3) });
  const { config, tensors } = await filesOfModel(model);
  for (const [type, dtype] of [
    ['F64', 'f32'],
    ['F32', 'bf16'],
    ['F16', 'file'],
    ['BF16', 'f32'],
    ['BF16', 'file'],
  ] as const) {
    const stored = new Map([...tensors].map(([name, t]) => [name, store(type, t.shape, toF32(t))]));
    await writeModelDirectory(dir, { config, tensors: stored }); // the table is larger than a part
    const { model: loaded } = await load(dir, { mixers, device: cpu(), dtype });
    for (const [name, t] of params(loaded)) {
      const values = toF32(stored.get(name)!);
      const expected = t.dtype === 'bf16' ? encodeBF16(values) : values;
      const [ours, theirs] = [await t.data(), expected].map(({ buffer }) => Buffer.from(buffer));
      expect(Buffer.compare(ours, theirs), `${type} ${dtype} ${name}`).toBe(0);
    }
  }
  const { tensors: open } = await readModelDirectory(dir);
  truncateSync(join(dir, 'model.safetensors'), 3e6);
  await expect(modelFromFiles({ config, tensors: open }, { mixers, device: cpu() }, dir)).rejects.toThrow(
    /model\.safetensors: was changed while being read; load it again\./,
  );
});

it('a tensor in memory with too few bytes is refused', async () => {
  const { config, tensors } = await files(configs[1], () => 'F32');
  const name = 'model.norm.weight';
  const short = new Map(tensors).set(name, { ...tensors.get(name)!, bytes: tensors.get(name)!.bytes.subarray(8) });
  await expect(modelFromFiles({ config, tensors: short }, { mixers, device: cpu() })).rejects.toThrow(
    'model.norm.weight: F32 of shape [16] takes 64 bytes but has 56; make it with store().',
  );
});

it('other words for it are refused, and so is a gradient', async () => {
  const given = await files(configs[1], () => 'BF16');
  await expect(modelFromFiles(given, { mixers, dtype: 'f16' as never })).rejects.toThrow(
    'modelFromFiles: dtype is "f16"; give "file" or "f32" or "bf16".',
  );
  const { model } = await modelFromFiles(given, { mixers, device: cpu(), dtype: 'file' });
  const [[, weight]] = matrices(model);
  expect(() => parameter(weight)).toThrow(/is stored in bf16, of which there is no gradient/);
});
