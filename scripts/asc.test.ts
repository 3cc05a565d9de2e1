// The kernel compiler: what it refuses, and that it does nothing twice.
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { closure, compileKernels } from './asc.ts';
import { compile } from './asc-compile.ts';

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

describe('compileKernels', () => {
  it('writes nothing when every kernel is up to date', async () => {
    expect(await compileKernels(fileURLToPath(new URL('..', import.meta.url)))).toEqual([]);
  });
});
