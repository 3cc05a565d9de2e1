// Golden models on the devices of f32. The CPU's eager run is held to the tighter tolerance of f64, in models-f64.test.ts.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cpu } from '@twilljs/tensor';
import { device } from 'twilljs';
import { expect, it } from 'vitest';
import { folder, names, replayModels } from './models.test-data.ts';

replayModels([
  ['cpu', cpu()],
  ['wasm', await device({ name: 'wasm' })],
  ['wasm, eager', await device({ name: 'wasm', eager: true })],
]);

it.each([
  ['train', 2],
  ['packed', 7],
] as const)('there are goldens with %s.safetensors', (kind, count) => {
  const having = names.filter((name) => existsSync(join(folder, name, `${kind}.safetensors`)));
  expect(having.length).toBeGreaterThanOrEqual(count);
});
