// Every golden model on every device: logits, residual stream, loss, all gradients, decoding, and twelve steps of training.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpu, type Device } from '@twilljs/tensor';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { holds } from '../packages/cli/src/parity/measured.ts';
import { replayModel } from '../packages/cli/src/parity/model.ts';

const folder = fileURLToPath(new URL('models', import.meta.url));
const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'config.json')));
const devices: [string, Device][] = [
  ['cpu', cpu()],
  ['cpu-f64', cpu({ float: 'f64' })],
  ['wasm', await device()],
];

describe.each(devices)('golden models on %s', (_, device) => {
  it.each(names)('%s', async (name) => {
    const path = join(folder, name);
    const training = existsSync(join(path, 'train.safetensors'));
    const measured = await replayModel({ kind: 'model', path, training }, device);
    expect(measured.map(({ tensor }) => tensor)).toEqual(
      expect.arrayContaining(['logits', 'loss', 'decode', 'hidden.0']),
    );
    expect(measured.filter((m) => !holds(m))).toEqual([]);
  });
});

it('there are goldens with training', () => {
  expect(names.filter((name) => existsSync(join(folder, name, 'train.safetensors'))).length).toBeGreaterThanOrEqual(2);
});
