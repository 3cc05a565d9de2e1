// Weights go from files to their places: a process that loads a model holds a quarter more than the model at most, whatever it is stored
// and kept in, whichever family it is of; and the 1.3B of the paper fits on the wasm device in bf16, and decodes there.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { namedModels } from 'twilljs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Loading } from './memory/loading.ts';
import { writeModel } from './memory/model-file.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'twill-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function load(device: string, dtype: string): Loading {
  const program = fileURLToPath(new URL('./memory/loading.ts', import.meta.url));
  const source = ['--expose-gc', '--import', 'tsx', '--conditions=@twilljs/source', program];
  return JSON.parse(execFileSync(process.execPath, [...source, dir, device, dtype], { encoding: 'utf8' }));
}

const gated = { model_type: 'gated_deltanet', expand_v: 1, vocab_size: 32000 };
/** 107 million parameters; embedding and head are a fifth each. */
const medium = { ...gated, hidden_size: 640, num_hidden_layers: 12, num_heads: 5, head_dim: 128 };

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

it.each([
  ['BF16', 'wasm', 'file'],
  ['BF16', 'cpu', 'file'],
  ['BF16', 'wasm', 'f32'],
  ['F32', 'wasm', 'f32'],
  ['F32', 'cpu', 'f32'],
  ['F32', 'wasm', 'bf16'],
] as const)('%s on %s as %s takes 1.25 x what is kept, at most', async (stored, device, dtype) => {
  expect(await writeModel(dir, medium, stored)).toBeGreaterThan(200e6);
  const { idle, peak, after, kept } = load(device, dtype);
  console.log(
    `${stored} on ${device} as ${dtype}: ${mb(kept)} kept, ${mb(peak - idle)} at most, ${mb(after - idle)} afterwards`,
  );
  expect(kept).toBeGreaterThan(200e6);
  expect((peak - idle) / kept).toBeLessThanOrEqual(1.25);
});

const models = namedModels();

it.each(Object.keys(models).filter((name) => /^340M [^,]+(, 2:1)?$/.test(name)))(
  '%s, in shards of bf16, loads with as little and says how far it is',
  async (name) => {
    const bytes = await writeModel(dir, models[name], 'BF16', 200e6);
    const shards = readdirSync(dir).filter((file) => /^model-.*\.safetensors$/.test(file)).length;
    expect(shards).toBeGreaterThan(2);
    const { idle, peak, kept, parameters, told, reached, loading, token, ids } = load('wasm', 'file');
    console.log(
      `${name}: ${parameters} parameters, ${mb(bytes)} in ${shards} shards, ${mb(kept)} kept, ${mb(peak - idle)} at most (${((peak - idle) / kept).toFixed(3)}), ${loading.toFixed(1)} s, told ${told} times; ${token.toFixed(3)} s a token`,
    );
    expect(2 * parameters).toBe(bytes);
    expect((peak - idle) / kept).toBeLessThanOrEqual(1.25);
    expect(told).toBeGreaterThan(150);
    expect(reached).toBe(1);
    expect(ids.every((id) => id >= 0 && id < 32000)).toBe(true);
  },
);

it('the 1.3B of the paper loads on wasm in bf16, and decodes', async () => {
  expect(await writeModel(dir, models['1.3B gated-deltanet'], 'BF16')).toBeGreaterThan(2.9e9);
  const { idle, peak, kept, parameters, loading, prompt, token, ids } = load('wasm', 'file');
  console.log(
    `${parameters} parameters in ${mb(kept)}: loaded in ${loading.toFixed(1)} s with ${mb(peak - idle)} at most, 16 tokens read in ${prompt.toFixed(1)} s, ${token.toFixed(3)} s a token`,
  );
  expect(parameters).toBe(1_466_343_808);
  expect(kept).toBeLessThan(1.01 * 2 * parameters);
  expect((peak - idle) / kept).toBeLessThanOrEqual(1.25);
  expect(ids.every((id) => id >= 0 && id < 32000)).toBe(true);
});
