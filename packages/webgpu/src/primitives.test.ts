// Every primitive against the f64 reference, forward and backward, in memory that starts as NaN: in one buffer, and in one for each tensor.
import { type Device, type Op, type PrimitiveName, primitives } from '@twilljs/tensor';
import { conformance, failures, primitiveCases } from '@twilljs/tensor/testing';
import { describe, expect, it } from 'vitest';
import { webgpuDevices } from './testing.ts';

const [one] = await webgpuDevices();
const [several] = await webgpuDevices({ bufferBytes: 2 ** 20 });

/** Blocks so large that a buffer has room for one. */
const apart = (device: Device): Device =>
  Object.create(device, { allocate: { value: (bytes: number) => device.allocate(Math.max(bytes, 600_000)) } });

/** By device, which of the cases: tensors in other buffers change what a kernel binds, not what it does. */
const devices: [string, Device, number][] = one
  ? [
      [...one, 1],
      [`${several[0]}, tensors apart`, apart(several[1]), 5],
    ]
  : [];

it.skipIf(devices.length === 0)('there is an adapter (skipped: none here)', () => {
  expect(devices).toHaveLength(2);
});

describe.each(devices)('primitives, %s', (_, device, nth) => {
  it.each(Object.entries(primitiveCases))('%s', async (name, list) => {
    const op = primitives[name as PrimitiveName] as Op;
    for (const { attrs = null, inputs } of list.filter((_, i) => i % nth === 0)) {
      const compared = await conformance(op, { name, attrs, inputs }, device);
      const shapes = Object.values(inputs).map((x) => `[${x.shape}]`);
      expect(failures(compared, 'f32'), `${name} ${shapes} ${JSON.stringify(attrs)}`).toEqual([]);
    }
    expect([...device.fallbacks.keys()]).toEqual([]);
  });
});
