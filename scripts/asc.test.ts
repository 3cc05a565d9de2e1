// The kernel compiler: what it refuses, that both sides of a launch agree, and that it does nothing twice.
import { fileURLToPath } from 'node:url';
import type { Launch } from '@twilljs/wasm';
import { transformSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { Heap } from '../packages/wasm/src/heap.ts';
import { closure, compileKernels } from './asc.ts';
import { compile } from './asc-compile.ts';
import { launchModule, launchTypes } from './asc-launch.ts';

const build = (text: string) => compile('kernel.ts', new Map([['kernel.ts', text]]), 'plain');

describe('compile', () => {
  it('takes a function of its arguments and the memory', async () => {
    const module = await build('export function f(p: usize): void { v128.store(p, f32x4.splat(1)); }');
    expect(WebAssembly.Module.imports(new WebAssembly.Module(module as BufferSource))).toEqual([
      { module: 'env', name: 'memory', kind: 'memory' },
    ]);
  });

  it.each([
    ['a data section', 'const t: StaticArray<f32> = [1, 2]; export function f(i: i32): f32 { return t[i]; }'],
    ['a start function', 'store<i32>(64, 1); export function f(): void {}'],
    ['a mutable global', 'let n = 0; export function f(): i32 { return n++; }'],
    ['it imports the function kernel.g', 'declare function g(): i32; export function f(): i32 { return g(); }'],
    ['it imports the global kernel.g', 'declare const g: i32; export function f(): i32 { return g; }'],
  ])('refuses %s', async (fault, text) => {
    await expect(build(text)).rejects.toThrow(fault);
    await expect(build(text)).rejects.toThrow('a kernel may use its arguments and the device');
  });

  it('passes on what the compiler says', async () => {
    await expect(build('export function f(): i32 { return nothing; }')).rejects.toThrow("Cannot find name 'nothing'");
  });
});

describe('closure', () => {
  it('follows imports and re-exports, also across packages', () => {
    const files: Record<string, string> = {
      'packages/nn/assembly/norm.ts':
        "import { sum } from '../../wasm/assembly/lib/reduce';\nexport function f(): void {}",
      'packages/wasm/assembly/lib/reduce.ts': "export {\n  g,\n} from './simd';",
      'packages/wasm/assembly/lib/simd.ts': 'export function g(): void {}',
    };
    expect([...closure('packages/nn/assembly/norm.ts', (path) => files[path]).keys()]).toEqual(Object.keys(files));
  });
});

describe('launches', () => {
  const entry = 'packages/p/assembly/norm.ts';
  const sources = new Map([
    [
      entry,
      [
        "export {\n  units,\n  total,\n} from './lib/columns';",
        'export function norm(\n  from: i32, to: i32, n: i32, eps: f64, x: usize, scratch: usize,\n): void {}',
      ].join('\n'),
    ],
    [
      'packages/p/assembly/lib/columns.ts',
      [
        'export function units(n: i32): i32 { return n; }',
        'export function begin(n: i32): i32 { return n; }',
        'export function total(from: i32, to: i32, sums: usize, scratch: usize): void {}',
      ].join('\n'),
    ],
  ]);

  it('are of the functions of a file and of those that it passes on', () => {
    const { text } = launchTypes(entry, sources, '@twilljs/wasm');
    expect(text.match(/^export const \w+/gm)).toEqual(['export const total', 'export const norm']);
    expect(text).toContain('export interface Formulas {\n  units(n: number): number;\n}');
    // As C lays it out: n at 0, eps at 8, x at 16.
    for (const write of ['>>> 2) + 0] = args.n;', '>>> 3) + 1] = args.eps;', '>>> 2) + 4] = args.x;'])
      expect(text).toContain(write);
    expect(launchModule(entry, sources).text).toContain(
      'normOf(from, to, load<i32>(args, 0), load<f64>(args, 8), load<usize>(args, 16), scratch);',
    );
  });

  it('refuse a function that has no units', () => {
    const odd = new Map([[entry, 'export function f(x: usize): void {}']]);
    expect(() => launchModule(entry, odd)).toThrow(
      'f(x: usize) is no kernel; give (from: i32, to: i32, ..., scratch: usize)',
    );
  });

  it.each(['export { units };', "export { units as n } from './lib/columns';", 'export const units = 1;'])(
    'do not overlook %s',
    (line) => {
      expect(() => launchModule(entry, new Map(sources).set(entry, line))).toThrow(`${entry}: ${line} is not read`);
    },
  );

  it('lie in memory as their kernel reads them', async () => {
    const add = 'packages/p/assembly/add.ts';
    const source = `export function add(
  from: i32, to: i32, n: i32, by: f64, twice: bool, x: usize, scratch: usize,
): void {
  for (let i = from; i < min(n, to); i++) store<f64>(x + (i << 3), load<f64>(x + (i << 3)) + (twice ? 2 * by : by));
}`;
    const own = new Map([[add, source]]);
    const { path, text } = launchModule(add, own);
    const module = (await compile(path, new Map(own).set(path, text), 'plain')) as Uint8Array<ArrayBuffer>;
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
    const { exports } = (await WebAssembly.instantiate(module, { env: { memory } })).instance;
    const { code } = transformSync(launchTypes(add, own, '').text, { loader: 'ts', format: 'esm' });
    const launches = new Function('module', code.replace('export {', 'return {'))(null);
    const heap = new Heap(memory);
    heap.f64.set([1, 2, 3, 4], 64);
    const { kernel, args }: Launch = launches.add(4, { n: 3, by: 0.5, twice: true, x: 512 });
    kernel.write(heap, 1024, args);
    (exports.add as (...args: number[]) => void)(1, 4, 1024, 0);
    expect([...heap.f64.subarray(64, 68)]).toEqual([1, 3, 4, 4]);
  });
});

describe('compileKernels', () => {
  it('writes nothing when every kernel is up to date', async () => {
    expect(await compileKernels(fileURLToPath(new URL('..', import.meta.url)))).toEqual([]);
  });
});
