// Library functions that kernels of other packages use, called through a module made for this test.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { closure } from '../../../scripts/asc.ts';
import { compile } from '../../../scripts/asc-compile.ts';

const entry = 'packages/wasm/assembly/probe.ts';
const source = `
import { logSumExpRow, softmaxRow } from './lib/softmax';
import { sumRow, maxRow } from './lib/reduce';
export function softmax(n: i32, x: usize, y: usize): void { softmaxRow(n, x, y); }
export function logSumExp(n: i32, x: usize): f32 { return logSumExpRow(n, x); }
export function sum(n: i32, x: usize): f32 { return sumRow(n, x); }
export function max(n: i32, x: usize): f32 { return maxRow(n, x); }
`;
type Call = (...args: number[]) => number;

describe.each(['plain', 'relaxed'] as const)('rows, tier %s', async (tier) => {
  const { chooseTier } = await import('./tier.ts');
  await chooseTier(tier);
  const sources = closure(entry, (path) => (path === entry ? source : readFileSync(path, 'utf8')));
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 65536, shared: true });
  const module = (await compile(entry, sources, tier)) as Uint8Array<ArrayBuffer>;
  const { softmax, logSumExp, sum, max } = (await WebAssembly.instantiate(module, { env: { memory } })).instance
    .exports as Record<string, Call>;
  const heap = new Float32Array(memory.buffer);
  const [x, y] = [1024, 65536 + 1024];
  const row = (n: number, scale: number, shift: number) =>
    heap.subarray(x / 4, x / 4 + n).set(Array.from({ length: n }, (_, i) => Math.sin(i * i + 1) * scale + shift));

  it.each([1, 2, 7, 63, 100, 257])('of %i', (n) => {
    for (const [scale, shift] of [
      [1, 0],
      [30, 1000],
      [80, -1e4],
    ]) {
      row(n, scale, shift);
      const values = Array.from(heap.subarray(x / 4, x / 4 + n));
      const top = Math.max(...values);
      const total = values.reduce((s, v) => s + Math.exp(v - top), 0);
      heap.fill(Number.NaN, y / 4, y / 4 + n + 4);
      softmax(n, x, y);
      const ours = Array.from(heap.subarray(y / 4, y / 4 + n));
      for (const [i, p] of ours.entries()) expect(Math.abs(p - Math.exp(values[i] - top) / total)).toBeLessThan(3e-7);
      expect(heap[y / 4 + n]).toBeNaN();
      expect(max(n, x)).toBe(top);
      const exact = top + Math.log(total);
      expect(Math.abs(logSumExp(n, x) - exact)).toBeLessThanOrEqual(Math.max(1, Math.abs(exact)) * 2e-7);
      const sumOf = values.reduce((a, b) => a + b, 0);
      expect(Math.abs(sum(n, x) - sumOf)).toBeLessThanOrEqual(values.reduce((a, b) => a + Math.abs(b), 0) * 2e-7);
      softmax(n, x, x);
      expect(Array.from(heap.subarray(x / 4, x / 4 + n))).toEqual(ours);
    }
  });

  it('of nothing but -Infinity', () => {
    heap.fill(Number.NEGATIVE_INFINITY, x / 4, x / 4 + 9);
    softmax(9, x, y);
    expect(Array.from(heap.subarray(y / 4, y / 4 + 9))).toEqual(new Array(9).fill(0));
    expect(logSumExp(9, x)).toBe(Number.NEGATIVE_INFINITY);
  });

  it('with NaN stays NaN', () => {
    row(9, 1, 0);
    heap[x / 4 + 5] = Number.NaN;
    softmax(9, x, y);
    expect(heap[y / 4]).toBeNaN();
    expect(logSumExp(9, x)).toBeNaN();
  });
});
