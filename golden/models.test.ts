// Every golden model on every device: logits, residual stream, loss, all gradients, decoding, and twelve steps of training.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { replayGoldens } from '@twilljs/parity/node';
import { cpu, type Device } from '@twilljs/tensor';
import { device, mixers } from 'twilljs';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('models', import.meta.url));
const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'config.json')));
const devices: [string, Device][] = [
  ['cpu', cpu()],
  ['cpu, eager', cpu({ eager: true })],
  ['cpu-f64', cpu({ float: 'f64' })],
  ['cpu-f64, eager', cpu({ float: 'f64', eager: true })],
  ['wasm', await device()],
  ['wasm, eager', await device({ eager: true })],
];

describe.each(devices)('golden models on %s', (_, device) => {
  it.each(names)('%s', async (name) => {
    const { replayed, skipped, broken } = await replayGoldens([join(folder, name)], { mixers, device, label: '' });
    expect([...skipped, ...broken]).toEqual([]);
    const [{ measured }] = replayed;
    expect(measured.map(({ tensor }) => tensor)).toEqual(
      expect.arrayContaining(['logits', 'loss', 'decode', 'hidden.0']),
    );
    expect(measured.filter(({ error, tolerance }) => !(error <= tolerance))).toEqual([]);
  });
});

it.each([
  ['train', 2],
  ['packed', 7],
] as const)('there are goldens with %s.safetensors', (kind, count) => {
  const having = names.filter((name) => existsSync(join(folder, name, `${kind}.safetensors`)));
  expect(having.length).toBeGreaterThanOrEqual(count);
});
