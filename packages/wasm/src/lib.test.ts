// Library functions that kernels of other packages use, called through a module made for this test.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closure } from '../../../scripts/asc.ts';
import { compile } from '../../../scripts/asc-compile.ts';
import type { Tier } from './tier.ts';

const entry = 'packages/wasm/assembly/probe.ts';
const rowsSource = `
import { logSumExpRow, softmaxRow } from './lib/softmax';
import { sumRow, maxRow } from './lib/reduce';
import { writeExpConstants } from './lib/exp';
import { writeLogConstants } from './lib/log';
export function constants(): void { writeExpConstants(); writeLogConstants(); }
export function softmax(n: i32, x: usize, y: usize): void { softmaxRow(n, x, y); }
export function logSumExp(n: i32, x: usize, scratch: usize): f32 { return logSumExpRow(n, x, scratch); }
export function sum(n: i32, x: usize): f32 { return sumRow(n, x); }
export function max(n: i32, x: usize): f32 { return maxRow(n, x); }
`;
const rangesSource = `
import { beginOf, clearGap, endOf } from './lib/ranges';
export function begin(ranges: usize, i: i32, T: i32, P: i32): i32 { return beginOf(ranges, i, T, P); }
export function end(ranges: usize, i: i32, T: i32, P: i32): i32 { return endOf(ranges, i, T, P); }
export function clear(ranges: usize, i: i32, n: i32, P: i32, size: i32, at: usize, step: usize): void {
  clearGap(ranges, i, n, P, size, at, step);
}
`;
type Call = (...args: number[]) => number;

/** What the module of this source exports, compiled beside the library. */
async function exportsOf(source: string, tier: Tier, memory: WebAssembly.Memory): Promise<Record<string, Call>> {
  const sources = closure(entry, (path) => (path === entry ? source : readFileSync(path, 'utf8')));
  const module = (await compile(entry, sources, tier)) as Uint8Array<ArrayBuffer>;
  return (await WebAssembly.instantiate(module, { env: { memory } })).instance.exports as Record<string, Call>;
}

describe.each(['plain', 'relaxed', 'wide'] as const)('rows, tier %s', async (tier) => {
  const { chooseTier } = await import('./tier.ts');
  await chooseTier(tier);
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 65536, shared: true });
  const { softmax, logSumExp, sum, max, constants } = await exportsOf(rowsSource, tier, memory);
  constants();
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
      expect(Math.abs(logSumExp(n, x, y + 8192) - exact)).toBeLessThanOrEqual(Math.max(1, Math.abs(exact)) * 2e-7);
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
    expect(logSumExp(9, x, y)).toBe(Number.NEGATIVE_INFINITY);
  });

  it('with NaN stays NaN', () => {
    row(9, 1, 0);
    heap[x / 4 + 5] = Number.NaN;
    softmax(9, x, y);
    expect(heap[y / 4]).toBeNaN();
    expect(logSumExp(9, x, y)).toBeNaN();
  });
});

describe.each(['plain', 'relaxed', 'wide'] as const)('ranges, tier %s', async (tier) => {
  const { chooseTier } = await import('./tier.ts');
  await chooseTier(tier);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const { begin, end, clear } = await exportsOf(rangesSource, tier, memory);
  const [P, size, step, at] = [12, 3, 20, 4096];
  const numbers = new Float32Array(memory.buffer);
  const ids = new Int32Array(memory.buffer);
  const wild = fc.oneof(fc.integer({ min: -3, max: P + 3 }), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1));

  it('whatever they hold stay within the positions, and with the gaps cover each', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(wild, wild), { minLength: 1, maxLength: 4 }), (ranges) => {
        numbers.fill(7, at / 4 - 64, at / 4 + 128);
        ids.set(ranges.flat(), 256);
        const covered = new Set<number>();
        for (let i = 0; i < ranges.length; i++) {
          const [from, to] = [begin(1024, i, 0, P), end(1024, i, 0, P)];
          expect(0 <= from && from <= to && to <= P).toBe(true);
          for (let p = from; p < to; p++) covered.add(p);
          clear(1024, i, ranges.length, P, size, at, step);
        }
        for (let i = -64; i < 128; i++) {
          const [p, c] = [Math.floor((4 * i) / step), i % (step / 4)];
          if (i < 0 || p >= P || c >= size) expect(numbers[at / 4 + i]).toBe(7);
          else if (!covered.has(p)) expect(numbers[at / 4 + i]).toBe(0);
        }
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it('that ascend: a gap has no position of a sequence', () => {
    ids.set([2, 2, 3, 7, 7, 9], 256);
    numbers.fill(7, at / 4, at / 4 + 128);
    for (let i = 0; i < 3; i++) clear(1024, i, 3, P, size, at, step);
    const kept = Array.from({ length: P }, (_, p) => p).filter((p) => numbers[(at + p * step) / 4] === 7);
    expect(kept).toEqual([3, 4, 5, 6, 7, 8]);
  });

  it('absent are rows, without gaps', () => {
    expect([begin(0, 2, 5, 15), end(0, 2, 5, 15)]).toEqual([10, 15]);
    numbers.fill(7, at / 4, at / 4 + 128);
    clear(0, 0, 1, P, size, at, step);
    expect(numbers.subarray(at / 4, at / 4 + 128).every((x) => x === 7)).toBe(true);
  });
});
