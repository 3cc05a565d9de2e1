// The device: what it does with memory, order and errors. Skipped where the machine has no adapter.
import { cast, compile, keep, scope, type Tensor, tensor } from '@twilljs/tensor';
import { describe, expect, it, vi } from 'vitest';
import { webgpu } from './index.ts';
import { webgpuDevices } from './testing.ts';

const devices = await webgpuDevices();
it.skipIf(devices.length === 0)('there is an adapter (skipped: none here, so that nothing of WebGPU is tested)', () => {
  expect(devices).toHaveLength(1);
});

describe.each(devices)('%s', (_, device) => {
  it('runs eagerly what it replays', async () => {
    const x = tensor([1, 2, -3, 0.5], [4], { device });
    const eager = await x.exp().sigmoid().data();
    using step = compile(device, (x: Tensor) => x.exp().sigmoid());
    for (let i = 0; i < 4; i++) expect(await scope(() => keep(step(x))).data()).toEqual(eager);
  });

  it('does things in the order in which they were asked for', async () => {
    const x = tensor([1, 2, 3, 4], [4], { device });
    const y = x.mul(2);
    device.write(x.buffer, Float32Array.of(5, 6, 7, 8));
    expect(await y.data()).toEqual(Float32Array.of(2, 4, 6, 8));
    expect(await x.data()).toEqual(Float32Array.of(5, 6, 7, 8));
  });

  it.runIf(device.gpu.features.has('timestamp-query'))('says how long the card takes for each kernel', async () => {
    const x = tensor([1, 2, 3, 4], [4], { device });
    const times = await device.profile(() => {
      for (let i = 0; i < 3; i++) x.exp();
    });
    expect(times).toMatchObject([{ kernel: 'webgpu/unary/map', launches: 3 }]);
    expect(times[0].ms).toBeGreaterThanOrEqual(0);
  });

  it.runIf(device.gpu.features.has('timestamp-query'))(
    'times what still compiles, and nothing from before',
    async () => {
      const x = tensor([1, 2, 3, 4], [4], { device });
      x.exp();
      const times = await device.profile(() => x.cumsum(0));
      expect(times).toMatchObject([{ kernel: expect.stringContaining('cumsum'), launches: 1 }]);
    },
  );

  it.runIf(device.gpu.features.has('timestamp-query'))('takes one profile at a time', async () => {
    const x = tensor([1, 2, 3, 4], [4], { device });
    const first = device.profile(() => x.exp());
    await expect(device.profile(() => x.log())).rejects.toThrow('webgpu: a profile is being taken;');
    expect(await first).toHaveLength(1);
    expect(await device.profile(() => x.log())).toHaveLength(1);
  });

  it('refuses a part of a buffer that it cannot copy, and goes on', async () => {
    const x = tensor([1, 2, 3, 4], [4], { device, dtype: 'bf16' });
    await expect(async () => x.alias([2], 1).data()).rejects.toThrow('begin it at a multiple of 4');
    expect([...(await cast(x.alias([2], 2)).data())]).toEqual([3, 4]);
  });

  it('waits for all that was asked for', async () => {
    const before = device.submissions;
    tensor([1, 2], [2], { device }).exp();
    await device.synchronize();
    expect(device.submissions).toBe(before + 1);
  });
});

it.skipIf(devices.length === 0)('says what became of it to whoever still waits when it is disposed of', async () => {
  const [[, device]] = await webgpuDevices();
  const x = tensor([1, 2], [2], { device });
  const step = compile(device, (x: Tensor) => x.exp());
  keep(step(x));
  const waiting = x.log().data();
  device[Symbol.dispose]();
  await expect(waiting).rejects.toThrow('webgpu: the device was disposed of; make another one with webgpu().');
  await expect(device.synchronize()).rejects.toThrow('was disposed of');
  expect(device.pipelines.ms).toBeGreaterThanOrEqual(0);
});

it.skipIf(devices.length === 0)('what fails while pipelines compile reaches whoever waits', async () => {
  const [[, device]] = await webgpuDevices();
  const x = tensor([1, 2], [2], { device });
  const waiting = x.exp().data();
  vi.spyOn(device.gpu, 'createCommandEncoder').mockImplementation(() => {
    throw new TypeError('no encoder');
  });
  await expect(waiting).rejects.toThrow('webgpu: a command could not be given: no encoder; make another device.');
  expect(() => x.exp()).toThrow('no encoder');
  device[Symbol.dispose]();
});

it.each([null, {}, 'gpu'])('refuses %j for a GPUDevice', async (given) => {
  await expect(webgpu({ device: given as never })).rejects.toThrow(/^webgpu: device is .*; give a GPUDevice/);
});
