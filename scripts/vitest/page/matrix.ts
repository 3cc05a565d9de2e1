// Which test files hold WebGPU and gpu.js to the definitions of ops: those that ask for the device, themselves or through their test data.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../check/repository.ts';

/** Where ops, mixers and goldens are tried. What lies above them needs a disk, processes or a terminal. */
const packages = [
  'gpujs',
  'webgpu',
  'nn',
  'scan',
  'attention',
  'deltanet',
  'gated-deltanet',
  'gla',
  'hgrn',
  'hgrn2',
  'retnet',
];
const folders = [...packages.map((name) => `packages/${name}/src`), 'golden'];

/** Paths from the root of the repository. */
export function pageTests(): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => join(folder, name))
      .filter(asksForCard)
      .sort(),
  );
}

function asksForCard(path: string): boolean {
  const text = readFileSync(join(root, path), 'utf8');
  if (/webgpuDevices|gpujsDevices/.test(text)) return true;
  return [...text.matchAll(/from '(\.[^']*\.test-data\.ts)'/g)]
    .map(([, from]) => join(path, '..', from))
    .some((data) => existsSync(join(root, data)) && asksForCard(data));
}
