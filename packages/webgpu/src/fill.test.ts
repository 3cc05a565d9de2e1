// Ops that fill memory.
import { assign, full, tensor, untracked, zeros } from '@twilljs/tensor';
import { describe, expect, it } from 'vitest';
import { webgpuDevices } from './testing.ts';

const devices = await webgpuDevices();
it.skipIf(devices.length === 0)('there is an adapter (skipped: none here)', () => {
  expect(devices).toHaveLength(1);
});

describe.each(devices)('on %s', (_, device) => {
  // The last has more workgroups than one dimension of a dispatch.
  it.each([[0], [1], [7], [4096], [4099], [3, 5000], [2 ** 24 + 3]])(
    'full [%s] writes every element',
    async (...shape) => {
      const values = await full(shape, -2.5, { device }).data();
      expect(values.every((x) => x === -2.5)).toBe(true);
      expect(values.length).toBe(shape.reduce((a, b) => a * b, 1));
    },
  );

  it('assign writes over a tensor or adds to it, and nowhere else', async () => {
    for (const n of [1, 5, 4096, 9001]) {
      const around = zeros([n + 128], { device });
      const into = around.alias([n], 64);
      const x = tensor(
        Float32Array.from({ length: n }, (_, i) => i + 0.5),
        [n],
        { device },
      );
      const result = untracked(() => assign(into, x));
      expect(result).toBe(into);
      untracked(() => assign(into, x, { add: true }));
      const all = await around.data();
      expect(all.subarray(64, 64 + n)).toEqual(Float32Array.from({ length: n }, (_, i) => 2 * (i + 0.5)));
      expect(all.subarray(0, 64).every((v) => v === 0) && all.subarray(64 + n).every((v) => v === 0)).toBe(true);
    }
  });
});
