// Matrices stored in bf16, on every device: the bits of what f32 of the same numbers gives, half the bytes, and refusals.
import {
  argmax,
  cast,
  compile,
  cpu,
  type Device,
  decodeBF16,
  embedding,
  encodeBF16,
  freeze,
  full,
  grad,
  keep,
  parameter,
  primitives,
  release,
  scope,
  type Tensor,
  tensor,
  write,
} from '@twilljs/tensor';
import { noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { describe, expect, it } from 'vitest';

const floats = (device: Device, shape: number[], seed: number): Tensor =>
  tensor(
    Float32Array.from(
      noise(
        shape.reduce((a, b) => a * b, 1),
        seed,
      ),
    ),
    shape,
    { device },
  );
const stored = (device: Device, shape: number[], seed: number): Tensor =>
  tensor(
    noise(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    shape,
    { device, dtype: 'bf16' },
  );
const digest = async (t: Tensor): Promise<string> =>
  String(
    new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(new Uint8Array((await t.data()).buffer)))),
  );

/** Zeros, subnormals, the largest, infinities and NaN, in and around vectors of four. */
const bits = Uint16Array.of(
  0,
  0x8000,
  1,
  0x8001,
  0x7f7f,
  0xff7f,
  0x7f80,
  0xff80,
  0x7fc0,
  0x3f80,
  0xc049,
  0x0080,
  0x00ff,
);

describe.each<[string, Device]>([
  ['cpu', cpu({ poison: true })],
  ['cpu f64', cpu({ float: 'f64' })],
  ['wasm, plain', await wasm({ tier: 'plain', poison: true })],
  ['wasm, relaxed', await wasm({ tier: 'relaxed', poison: true })],
  ['wasm, wide', await wasm({ tier: 'wide', poison: true })],
  ...(await webgpuDevices()),
])('bf16 on %s', (_, device) => {
  it('is cast exactly, whatever the bits are', async () => {
    for (let n = 0; n <= bits.length; n++) {
      const x = tensor(bits.subarray(0, n), [n], { device, dtype: 'bf16' });
      expect([...(await cast(x).data())]).toEqual([...decodeBF16(bits.subarray(0, n))]);
      expect(await x.data()).toEqual(bits.slice(0, n));
    }
    const same = floats(device, [3], 1);
    expect(cast(same)).toBe(same);
  });

  it.each([1, 2, 3, 7, 13, 50])(
    'as the second matrix of a product of %i rows has the bits of its numbers',
    async (M) => {
      for (const [N, K] of [
        [1, 1],
        [5, 3],
        [8, 4],
        [33, 37],
        [64, 64],
        [100, 270],
        [530, 9],
      ]) {
        for (const transposeA of [false, true]) {
          for (const transposeB of [false, true]) {
            const a = floats(device, [2, ...(transposeA ? [K, M] : [M, K])], 1);
            const b = stored(device, [2, ...(transposeB ? [N, K] : [K, N])], 2);
            const [ours, expected] = [b, cast(b)].map((b) => a.matmul(b, { transposeA, transposeB }));
            expect(await digest(ours), `${N} ${K} ${transposeA} ${transposeB}`).toBe(await digest(expected));
          }
        }
      }
    },
  );

  it('as a table has the bits of its numbers, also tied to the head, recorded', async () => {
    const run = (table: Tensor, ids: Tensor) => {
      const h = embedding(table, ids); // [B,D]
      const logits = h.matmul(table, { transposeB: true }); // [B,N]
      return { h, logits, next: argmax(logits) };
    };
    const table = stored(device, [70, 19], 3);
    const wide = cast(table);
    const step = compile(device, run);
    for (let call = 0; call < 4; call++) {
      const ids = tensor(Int32Array.of(call, 69, 3 * call), [3], { device });
      const ours = keep(scope(() => step(table, ids)));
      const expected = keep(scope(() => run(wide, ids)));
      for (const name of ['h', 'logits', 'next'] as const) {
        expect(await digest(ours[name]), name).toBe(await digest(expected[name]));
      }
      release([ours, expected]);
    }
    expect(step.inspect().ops.map(({ op }) => op)).toEqual(['embedding', 'matmul', 'argmax']);
    step[Symbol.dispose]();
  });

  it('takes half the bytes of f32', () => {
    const before = device.report().bytes;
    const x = keep(stored(device, [64, 128], 1));
    expect(device.report().bytes - before).toBe(64 * 128 * 2);
    release(x);
  });

  it('passes a gradient on to the other side, and has none itself', async () => {
    for (const transposeA of [false, true]) {
      const b = freeze(stored(device, [5, 4], 2));
      const gradients = [b, cast(b)].map((b) => {
        const a = parameter(floats(device, transposeA ? [4, 3] : [3, 4], 1));
        return grad(a.matmul(b, { transposeA, transposeB: true }).exp().sum(), [a])[0];
      });
      expect(await digest(gradients[0])).toBe(await digest(gradients[1]));
      expect(b.slot).toBeUndefined();
    }
    expect(() => parameter(stored(device, [2, 2], 1))).toThrow(
      'parameter: [2,2] is stored in bf16, of which there is no gradient; give cast(t), or freeze(t) it.',
    );
  });

  it('is refused by name wherever else a tensor goes', () => {
    const x = stored(device, [2, 2], 1);
    const a = floats(device, [2, 2], 1);
    for (const [op, run] of [
      ['add: a', () => x.add(a)],
      ['exp: x', () => x.exp()],
      ['matmul: a', () => x.matmul(a)],
      ['slice: x', () => x.slice(0, 0, 1)],
    ] as const) {
      expect(run).toThrow(
        `${op} [2,2] is stored in bf16, which only the second matrix of matmul and the table of embedding may be; give cast(${op.slice(-1)}).`,
      );
    }
    expect(() => embedding(a, x)).toThrow('embedding: ids [2,2] is stored in bf16');
  });

  it('is made, filled, written and moved like other tensors', async () => {
    const x = tensor([1, -2, 1 / 3, 2 ** 100], [4], { device, dtype: 'bf16' });
    expect([...(await cast(x).data())]).toEqual([1, -2, 0.333984375, 2 ** 100]);
    write(x, [5, 6, 7, 8]);
    expect([...(await cast(x.reshape([2, 2])).data())]).toEqual([5, 6, 7, 8]);
    expect([...(await cast(full([2], 0.1, { device, dtype: 'bf16' })).data())]).toEqual([0.10009765625, 0.10009765625]);
    expect(await tensor([0.5], [], { device, dtype: 'bf16' }).item()).toBe(0.5);
    for (const other of [cpu(), cpu({ float: 'f64' })]) {
      const there = await x.to(other);
      expect([there.dtype, await there.data()]).toEqual(['bf16', await x.data()]);
    }
    expect(() => tensor(['a'] as never, [1], { device, dtype: 'bf16' })).toThrow(
      'tensor: value 0 is "a", which is no bf16; give numbers.',
    );
  });
});

it('numbers are rounded once, to nearest, ties to even', () => {
  const last = 2 ** -7; // of the fraction, at 1
  for (const [x, y] of [
    [1 + last / 2, 1],
    [1 + 1.5 * last, 1 + 2 * last],
    [1 + last / 2 + 2 ** -40, 1 + last], // a tie only once it is an f32
    [1 + last / 2 - 2 ** -40, 1],
    [-(1 + last / 2 + 2 ** -40), -(1 + last)],
    [3.3895313892515355e38, 3.3895313892515355e38],
    [3.4e38, Number.POSITIVE_INFINITY],
    [1e300, Number.POSITIVE_INFINITY],
    [2 ** -133, 2 ** -133],
    [2 ** -134, 0],
    [2 ** -134 + 2 ** -180, 2 ** -133],
    [Number.NaN, Number.NaN],
    [-0, -0],
  ]) {
    expect(decodeBF16(encodeBF16([x]))[0], `${x}`).toBe(y);
  }
});

describe('a matrix of 2 GiB', () => {
  it('is not packed whole, which would take 4 GiB', async () => {
    const device = await wasm({ tier: 'relaxed' });
    const asked = (K: number, N: number) => {
      const b = { shape: [K, N], dtype: 'bf16' } as const;
      return device.find(primitives.matmul, [{ shape: [48, K], dtype: 'f32' }, b], {
        transposeA: false,
        transposeB: false,
      });
    };
    expect(asked(1024, 1040)).toMatchObject({ scratch: 1024 * 1040 * 4 });
    // 32 bits would say 2 GiB less than nothing, and 256 KiB.
    for (const N of [131072, 262160]) expect(asked(4096, N)).toMatchObject({ scratch: 0 });
  });
});
