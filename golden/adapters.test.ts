// Replays every golden adapter on every device: logits, loss, gradients, decoding; merged; and its files written back.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernels as attention } from '@twilljs/attention/webgpu';
import { kernels as nn } from '@twilljs/nn/webgpu';
import { replayGoldens } from '@twilljs/parity/node';
import { kernels as scan } from '@twilljs/scan/webgpu';
import { cpu } from '@twilljs/tensor';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { device, mixers } from 'twilljs';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('adapters', import.meta.url));

describe.each([
  ['cpu-f64', cpu({ float: 'f64' })],
  ['cpu', cpu()],
  ['wasm', await device({ name: 'wasm' })],
  ...(await webgpuDevices({ kernels: [...nn, ...scan, ...attention] })),
] as const)('golden adapters on %s', (_, device) => {
  it.each(readdirSync(folder))('%s', async (name) => {
    const { replayed, skipped, broken } = await replayGoldens([join(folder, name)], { mixers, device, label: '' });
    expect([...skipped, ...broken]).toEqual([]);
    const [{ measured }] = replayed;
    const expected = ['logits', 'loss', 'decode', 'merged.logits', 'written.keys', 'written.adapter_config.json'];
    expect(measured.map(({ tensor }) => tensor)).toEqual(expect.arrayContaining(expected));
    expect(measured.some(({ tensor }) => /^grad\..*lora_B/.test(tensor))).toBe(true);
    expect(measured.filter(({ error, tolerance }) => !(error <= tolerance))).toEqual([]);
  });
});
