// The rank check can fail.
import { expect, it } from 'vitest';
import { manifest, repository } from './fixture.ts';
import { ranks } from './ranks.ts';

it('accepts imports from lower ranks', () => {
  expect(ranks(repository())).toEqual([]);
});

it('refuses a dependency on a higher rank', () => {
  const broken = repository({ 'packages/tensor/package.json': manifest('tensor', ['@twilljs/deltanet']) });
  expect(ranks(broken)).toEqual([
    'packages/tensor/package.json: @twilljs/deltanet has rank 6, not below 0; import only from a lower rank.',
  ]);
});

it('refuses an import between siblings, even of a type', () => {
  const text = "// A layer.\nimport type { DeltaNet } from '@twilljs/deltanet';\nexport type X = DeltaNet;\n";
  expect(ranks(repository({ 'packages/gated-deltanet/src/layer.ts': text }))).toEqual([
    'packages/gated-deltanet/src/layer.ts: @twilljs/deltanet has rank 6, not below 6; import only from a lower rank.',
  ]);
});

it('lets a test import anything', () => {
  const text = "// A test.\nimport { GatedDeltaNet } from '@twilljs/gated-deltanet';\nnew GatedDeltaNet();\n";
  expect(ranks(repository({ 'packages/tensor/src/x.test.ts': text }))).toEqual([]);
});

it('refuses a value from a device below hybrid and accepts its types', () => {
  const layer = (kind: string): string =>
    `// A layer.\nimport ${kind}{ Kernel } from '@twilljs/wasm';\nexport { Kernel };\n`;
  expect(ranks(repository({ 'packages/deltanet/src/layer.ts': layer('type ') }))).toEqual([]);
  expect(ranks(repository({ 'packages/deltanet/src/layer.ts': layer('') }))).toEqual([
    'packages/deltanet/src/layer.ts: imports a value from the device @twilljs/wasm; below hybrid only its types may be imported.',
  ]);
});

it('refuses a package without a rank', () => {
  expect(ranks(repository({ 'packages/misc/package.json': manifest('misc') }))).toEqual([
    'packages/misc: has no rank; give it one in scripts/check/ranks.ts.',
  ]);
});
