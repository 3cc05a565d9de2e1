// Builds: the same bytes in Node and as a page inflates them, and what is said of those that are none.
import { deflateRawSync } from 'node:zlib';
import { afterEach, expect, it, vi } from 'vitest';
import { wasm } from './device.ts';
import { module as pool } from './gen/pool.gen.ts';
import { bytesOf, type WasmBuild } from './kernel.ts';
import { primitiveKernels } from './primitives.ts';

afterEach(() => vi.unstubAllGlobals());

it('is inflated to the same module where there is no Node', async () => {
  const inNode = Buffer.from(await bytesOf(pool.plain));
  expect(WebAssembly.validate(inNode)).toBe(true);
  vi.stubGlobal('process', undefined);
  const inPage = Buffer.from(await bytesOf(pool.plain));
  expect(inPage.equals(inNode)).toBe(true);
});

const withBuild = (build: WasmBuild) => {
  const { plan } = primitiveKernels.neg;
  return wasm({ kernels: [{ op: 'odd', plan, module: { name: 'p/odd', plain: build, relaxed: build, wide: build } }] });
};

it('is refused, by the name of its module, where it is not there or not deflated', async () => {
  await expect(withBuild(() => Promise.reject(new TypeError('Failed to fetch')))).rejects.toThrow(
    /^wasm: the \w+ build of module p\/odd cannot be loaded \(TypeError: Failed to fetch\); its file must be where/,
  );
  const magic = Buffer.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
  await expect(withBuild(async () => ({ bytes: magic.toString('base64') }))).rejects.toThrow(
    'hold what deflateRawSync',
  );
  const cut = deflateRawSync(magic.subarray(0, 6)).toString('base64');
  await expect(withBuild(async () => ({ bytes: cut }))).rejects.toThrow('module p/odd');
});
