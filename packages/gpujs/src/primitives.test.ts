// Every primitive against the f64 reference, forward and backward, in what gpu.js runs on here.
import { type Op, type PrimitiveName, primitives, size } from '@twilljs/tensor';
import { conformance, failures, primitiveCases } from '@twilljs/tensor/testing';
import { describe, expect, it } from 'vitest';
import { gpujsDevices } from './testing.ts';

/** The largest cases are for the tiles of other devices. */
const isSmall = ({ shape }: { shape: readonly number[] }) => size(shape) <= 20_000;

describe.each(gpujsDevices())('primitives, %s', (_, device) => {
  it.each(Object.entries(primitiveCases))('%s', async (name, list) => {
    const op = primitives[name as PrimitiveName] as Op;
    for (const { attrs = null, inputs } of list) {
      if (!Object.values(inputs).every(isSmall)) continue;
      const compared = await conformance(op, { name, attrs, inputs }, device);
      const shapes = Object.values(inputs).map((x) => `[${x.shape}]`);
      expect(failures(compared, 'f32'), `${name} ${shapes} ${JSON.stringify(attrs)}`).toEqual([]);
    }
    expect([...device.fallbacks.keys()]).toEqual([]);
  });
});
