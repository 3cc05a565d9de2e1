// Labels that no host has looked at: kernels are safe, and what they cannot know is NaN.
import type { Data, Device, Spec } from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { expect, it } from 'vitest';
import { backwardOf } from '../backward.ts';
import { kernels } from '../wasm.ts';
import { kernels as webgpuKernels } from '../webgpu.ts';
import { crossEntropyOp } from './op.ts';

const labels = Int32Array.of(0, 3, -1, 2 ** 31 - 1, -(2 ** 31), 2);
const logits = new Float32Array(6 * 3); // three classes, all alike

const devices: [name: string, device: Device][] = [
  ['plain', await wasm({ kernels, tier: 'plain', poison: true })],
  ['relaxed', await wasm({ kernels, tier: 'relaxed', poison: true })],
  ['wide', await wasm({ kernels, tier: 'wide', poison: true })],
  ...(await webgpuDevices({ kernels: webgpuKernels })),
];

it.each(devices)('a label that is no class makes NaN of its row alone (%s)', async (_, device) => {
  const place = (data: Data) => {
    const buffer = device.allocate(data.byteLength);
    device.write(buffer, data);
    return buffer;
  };
  const run = async (op: typeof crossEntropyOp, ins: readonly [Data, number[]][], length: number) => {
    const specs = ins.map(([data, shape]): Spec => ({ shape, dtype: data instanceof Int32Array ? 'i32' : 'f32' }));
    const runner = device.find(op, specs, null);
    if (typeof runner === 'string') throw new Error(runner);
    const out = device.allocate(4 * length);
    runner.run(
      ins.map(([data]) => place(data)),
      [out],
      device.allocate(runner.scratch),
    );
    return [...(await device.read(out, 'f32', length))];
  };
  const given: [Data, number[]][] = [
    [logits, [6, 3]],
    [labels, [6]],
  ];
  expect(await run(crossEntropyOp, given, 1)).toEqual([Number.NaN]);
  const gradient = await run(backwardOf(crossEntropyOp, ['logits']), [[Float32Array.of(12), []], ...given], 18);
  // Four rows count: 12 / 4 times the distribution, less 1 where the label is.
  expect(gradient.map((x) => Math.round(1e4 * x) / 1e4)).toEqual([
    ...[-2, 1, 1],
    ...Array(3).fill(Number.NaN),
    ...Array(3).fill(0),
    ...Array(3).fill(Number.NaN),
    ...Array(3).fill(0),
    ...[1, 1, -2],
  ]);
});
