// Every golden of an op on every device: outputs and gradients within the tolerances of golden/README.md.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernels as attention } from '@twilljs/attention/wasm';
import { kernels as attentionOnWebgpu } from '@twilljs/attention/webgpu';
import { kernels as nn } from '@twilljs/nn/wasm';
import { kernels as nnOnWebgpu } from '@twilljs/nn/webgpu';
import { type Golden, goldenOps, readGolden, runGoldenOp } from '@twilljs/parity';
import { kernels as scan } from '@twilljs/scan/wasm';
import { kernels as scanOnWebgpu } from '@twilljs/scan/webgpu';
import { cpu, type Device } from '@twilljs/tensor';
import { type Compared, replay, tolerances } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { afterAll, describe, expect, it } from 'vitest';

const kernels = [...nn, ...scan, ...attention];
const onWebgpu = [...nnOnWebgpu, ...scanOnWebgpu, ...attentionOnWebgpu];
const folder = fileURLToPath(new URL('ops', import.meta.url));
const goldens = readdirSync(folder)
  .map((file): [string, Golden] => [file, readGolden(readFileSync(join(folder, file)), file)])
  .filter(([, { op }]) => op in goldenOps);
const devices: [string, Device][] = [
  ['cpu', cpu()],
  ['cpu-f64', cpu({ float: 'f64' })],
  ['wasm, plain', await wasm({ tier: 'plain', kernels, poison: true })],
  ['wasm, relaxed', await wasm({ tier: 'relaxed', kernels, poison: true })],
  ...(await webgpuDevices({ kernels: onWebgpu })),
];

/** The largest error that a golden allows for one tensor. The file's own tolerance is for f32. */
function allowed({ name, kind, zero }: Compared, float: 'f32' | 'f64', { tolerance }: Golden): number {
  const usual = tolerances[float];
  if (zero) return usual.zero;
  if (float === 'f32' && tolerance[kind] !== undefined) return tolerance[kind];
  return name === 'out.loss' ? usual.loss : usual[kind];
}

describe.each(devices)('goldens of ops on %s', (name, device) => {
  it.each(goldens.flatMap(([file, golden]) => [true, false].map((recorded) => [file, recorded, golden] as const)))(
    '%s, recorded: %s',
    async (_file, recorded, golden) => {
      const run = (ins: Parameters<typeof runGoldenOp>[1]) => runGoldenOp(golden.op, ins, golden.attrs);
      const compared = await replay(run, golden, device, recorded);
      expect(compared.length).toBeGreaterThan(0);
      expect(compared.filter((c) => !(c.error <= allowed(c, device.float, golden)))).toEqual([]);
    },
  );
  if (name === 'webgpu') afterAll(() => expect([...device.fallbacks.keys()]).toEqual([]));
});

it('every op of the folder is replayed', () => {
  expect(readdirSync(folder).filter((file) => !(file.split('--')[0] in goldenOps))).toEqual([]);
});
