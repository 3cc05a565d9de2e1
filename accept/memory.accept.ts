// Weights go from a file to their places: a process that loads a model holds a quarter more than the model at most, whatever it is stored
// and kept in; and the 1.3B of the paper fits on the wasm device in bf16, and decodes there.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
/** Of the paper, as its authors released it. */
const paper = { ...gated, hidden_size: 2048, num_hidden_layers: 24, num_heads: 8, head_dim: 256 };

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

it.each([
  ['BF16', 'wasm', 'file'],
  ['BF16', 'cpu', 'file'],
  ['BF16', 'wasm', 'f32'],
  ['F32', 'wasm', 'f32'],
  ['F32', 'cpu', 'f32'],
  ['F32', 'wasm', 'bf16'],
] as const)('%s on %s as %s takes 1.25 x what is kept, at most', (stored, device, dtype) => {
  expect(writeModel(dir, medium, stored)).toBeGreaterThan(200e6);
  const { idle, peak, after, kept } = load(device, dtype);
  console.log(
    `${stored} on ${device} as ${dtype}: ${mb(kept)} kept, ${mb(peak - idle)} at most, ${mb(after - idle)} afterwards`,
  );
  expect(kept).toBeGreaterThan(200e6);
  expect((peak - idle) / kept).toBeLessThanOrEqual(1.25);
});

it('the 1.3B of the paper loads on wasm in bf16, and decodes', () => {
  expect(writeModel(dir, paper, 'BF16')).toBeGreaterThan(2.9e9);
  const { idle, peak, kept, parameters, loading, prompt, token, ids } = load('wasm', 'file');
  console.log(
    `${parameters} parameters in ${mb(kept)}: loaded in ${loading.toFixed(1)} s with ${mb(peak - idle)} at most, 64 tokens read in ${prompt.toFixed(1)} s, ${token.toFixed(3)} s a token`,
  );
  expect(parameters).toBe(1_466_343_808);
  expect(kept).toBeLessThan(1.01 * 2 * parameters);
  expect((peak - idle) / kept).toBeLessThanOrEqual(1.25);
  expect(ids.every((id) => id >= 0 && id < 32000)).toBe(true);
});
