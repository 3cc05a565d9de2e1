// Memory in buffers that grow, and in several of them: what was written stays, also what is under way, and recorded steps go on.
import { compile, keep, release, scope, type Tensor, tensor } from '@twilljs/tensor';
import { describe, expect, it, vi } from 'vitest';
import { webgpuDevices } from './testing.ts';

const floats = (n: number, from: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: n }, (_, i) => from + (i % 97));
const holds = async (t: Tensor, expected: Float32Array): Promise<boolean> => {
  const data = await t.data();
  return data.length === expected.length && data.every((value, i) => value === expected[i]);
};

const devices = await webgpuDevices();
it.skipIf(devices.length === 0)('there is an adapter (skipped: none here)', () => {
  expect(devices).toHaveLength(1);
});

describe.each(devices)('a buffer that grows, %s', (_, device) => {
  it('keeps what it holds and what is under way, also for steps that were recorded before', async () => {
    const n = 40_000;
    const x = keep(tensor(floats(n, 1), [n], { device }));
    const step = compile(device, (x: Tensor) => x.mul(2).add(1));
    const expected = floats(n, 1).map((value) => 2 * value + 1);
    for (let i = 0; i < 3; i++)
      expect(
        await holds(
          scope(() => keep(step(x))),
          expected,
        ),
      ).toBe(true);
    const before = device.bytesInUse;
    const held: Tensor[] = [];
    // Not read, so that launches wait when the buffer moves.
    while (device.bytesInUse < 20 * before) held.push(keep(scope(() => x.add(held.length))));
    for (const [i, t] of held.entries()) expect(await holds(t, floats(n, 1 + i))).toBe(true);
    expect(
      await holds(
        scope(() => keep(step(x))),
        expected,
      ),
    ).toBe(true);
    expect(await holds(x, floats(n, 1))).toBe(true);
    release([x, ...held]);
    step[Symbol.dispose]();
  });
});

describe.each(await webgpuDevices({ bufferBytes: 2 ** 20 }))('several buffers, %s', (_, device) => {
  it('an op reads from some and writes to another, eagerly and recorded, and refuses what fits into none', async () => {
    const n = 150_000; // one for each buffer
    const parts = keep([1, 2, 3].map((from) => tensor(floats(n, from), [n], { device })));
    const [p, q, r] = [1, 2, 3].map((from) => floats(n, from));
    const expected = p.map((value, i) => value * q[i] + r[i]);
    const step = compile(device, (a: Tensor, b: Tensor, c: Tensor) => a.mul(b).add(c));
    for (let call = 0; call < 4; call++) {
      expect(
        await holds(
          scope(() => keep(step(parts[0], parts[1], parts[2]))),
          expected,
        ),
      ).toBe(true);
    }
    expect(() => tensor(new Float32Array(2 * n), [2 * n], { device })).toThrow('one buffer holds 1048576;');
    release(parts);
    step[Symbol.dispose]();
  });
});

describe.each(await webgpuDevices({ maximumBytes: 5 * 2 ** 19, bufferBytes: 2 ** 20 }))('a limit, %s', (_, device) => {
  it('holds of all buffers together', () => {
    const made = vi.spyOn(device.gpu, 'createBuffer');
    const n = 50_000;
    const held: Tensor[] = [];
    expect(() => {
      while (true) held.push(keep(tensor(floats(n, 1), [n], { device })));
    }).toThrow(
      /^webgpu: 200000 bytes could not be allocated, \d+ of at most 2621440 are in use, one buffer holds 1048576;/,
    );
    expect(held).toHaveLength(10);
    const bytes = made.mock.calls.reduce((sum, [{ size }]) => sum + size, 0);
    expect(bytes).toBeLessThanOrEqual(5 * 2 ** 19);
    release(held);
    keep(tensor(floats(n, 1), [n], { device }));
  });
});
