// Both norms in one recorded step, whose inputs lie in one buffer of a card at one call and in two at the next. Skipped without an adapter.
import { compile, keep, ones, scope, type Tensor, tensor } from '@twilljs/tensor';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { describe, expect, it } from 'vitest';
import { l2Norms } from '../index.ts';
import { kernels } from '../webgpu.ts';

const devices = await webgpuDevices({ kernels, bufferBytes: 2 ** 20 });
it.skipIf(devices.length === 0)('there is an adapter (skipped: none here)', () => {
  expect(devices).toHaveLength(1);
});

describe.each(devices)('inputs in several buffers, %s', (_, device) => {
  it('are other launches of the same step, and what follows goes on from them', async () => {
    const step = compile(device, (q: Tensor, k: Tensor) => {
      const [x, y] = l2Norms(q, k, 0);
      return x.add(y).mul(10);
    });
    const made = (a: number, b: number) => keep(tensor([a, b], [2], { device }));
    const q = made(3, 4);
    const near = made(0, 5);
    keep(ones([230_000], { device })); // hardly any room is left beside it
    const isApart = (t: Tensor) => (t.buffer as number) - (q.buffer as number) > 2 ** 20;
    let far = made(8, 6);
    while (!isApart(far)) far = made(8, 6);
    const of = async (k: Tensor) => [...(await scope(() => keep(step(q, k))).data())].map(Math.round);
    for (let i = 0; i < 3; i++) {
      expect(await of(near)).toEqual([6, 18]);
      expect(await of(far)).toEqual([14, 14]);
    }
    step[Symbol.dispose]();
    device[Symbol.dispose]();
  });
});
