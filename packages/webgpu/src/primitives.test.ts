// Every primitive against the f64 reference, forward and backward, in memory that starts as NaN; once with operands in several buffers.
import { type Op, type PrimitiveName, primitives } from '@twilljs/tensor';
import { conformance, failures, primitiveCases } from '@twilljs/tensor/testing';
import { describe, expect, it } from 'vitest';
import { webgpuDevices } from './testing.ts';

const devices = await webgpuDevices();
const missing = ['argmax', 'solveTril', 'cumsum'];

describe.each(devices)('primitives, %s', (_, device) => {
  it.each(Object.entries(primitiveCases).filter(([name]) => !missing.includes(name)))('%s', async (name, list) => {
    const op = primitives[name as PrimitiveName] as Op;
    for (const { attrs = null, inputs } of list) {
      const compared = await conformance(op, { name, attrs, inputs }, device);
      const shapes = Object.values(inputs).map((x) => `[${x.shape}]`);
      expect(failures(compared, 'f32'), `${name} ${shapes} ${JSON.stringify(attrs)}`).toEqual([]);
    }
    expect([...device.fallbacks.keys()]).toEqual([]);
  });
});
