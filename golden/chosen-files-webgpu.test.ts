// A model as a page gets it: files that somebody chose, and an address, onto WebGPU. A page runs this too.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kernels as attention } from '@twilljs/attention/webgpu';
import { load } from '@twilljs/hub';
import { kernels as nn } from '@twilljs/nn/webgpu';
import { readModelGolden } from '@twilljs/parity';
import { kernels as scan } from '@twilljs/scan/webgpu';
import { untracked } from '@twilljs/tensor';
import { deviation, tolerances } from '@twilljs/tensor/testing';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { mixers } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { folder } from './models.test-data.ts';

const kernels = [...nn, ...scan, ...attention];
const devices = await webgpuDevices({ kernels });
it.skipIf(devices.length === 0)('there is an adapter (skipped: none here)', () => {
  expect(devices).toHaveLength(1);
});

const name = 'gated_deltanet-hybrid';
const bytes = (file: string) => new Uint8Array(readFileSync(join(folder, name, file)));
const chosen = ['config.json', 'model.safetensors'].map((file) => new File([bytes(file)], file));
const golden = readModelGolden(bytes('expected.safetensors'));

/** Of a page: the server that it came from sends ranges. */
const { location } = globalThis as { location?: { origin?: string } };
const addresses = location?.origin?.startsWith('http') ? [`${location.origin}/golden/models/${name}`] : [];

describe.each(devices)('on %s', (_, device) => {
  it.each([['chosen files', chosen], ...addresses.map((address) => ['an address', address] as const)] as const)(
    '%s compute their logits',
    async (_, where) => {
      const seen: number[] = [];
      const onProgress = ({ done, total }: { done: number; total: number }) => seen.push(done / total);
      const { model, notes } = await load(where, { mixers, device, onProgress });
      expect(notes).toEqual([]);
      expect(seen.at(-1)).toBe(1);
      const logits = await untracked(() => model.forward(golden.inputIds)).data();
      expect(deviation(logits, golden.logits.data).error).toBeLessThan(tolerances.f32.out);
      model[Symbol.dispose]();
    },
  );
});
