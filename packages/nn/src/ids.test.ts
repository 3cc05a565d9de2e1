// Ids that the host does not know, on every device: rows that do not exist read as NaN, and nothing is written outside.
import {
  apply,
  argmax,
  compile,
  cpu,
  type Device,
  embedding,
  empty,
  keep,
  primitives,
  release,
  scope,
  type Tensor,
  tensor,
} from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { describe, expect, it } from 'vitest';

const list = Int32Array.of(1, -1, 3, 0, 2 ** 31 - 1, -(2 ** 31), 4);

describe.each<[string, Device]>([
  ['cpu', cpu()],
  ['wasm, plain', await wasm({ tier: 'plain', poison: true })],
  ['wasm, relaxed', await wasm({ tier: 'relaxed', poison: true })],
  ['wasm, wide', await wasm({ tier: 'wide', poison: true })],
  ...(await webgpuDevices()),
])('ids on %s', (_, device) => {
  const ids = empty([list.length], device, 'i32');
  device.write(ids.buffer, list);
  const table = tensor([1, 2, 3, 4, 5, 6, 7, 8], [4, 2], { device });
  const nan = [Number.NaN, Number.NaN];

  it('embedding', async () => {
    const [y] = apply(primitives.embedding, [table, ids], null);
    expect([...(await y.data())]).toEqual([3, 4, ...nan, 7, 8, 1, 2, ...nan, ...nan, ...nan]);
  });

  it('scatterAdd', async () => {
    const x = tensor(new Float32Array(2 * list.length).fill(1), [list.length, 2], { device });
    const [y] = apply(primitives.scatterAdd, [x, ids], { rows: 4 });
    expect([...(await y.data())]).toEqual([1, 1, 1, 1, 0, 0, 1, 1]);
  });

  it('oneHot', async () => {
    const [y] = apply(primitives.oneHot, [ids], { classes: 2 });
    expect([...(await y.data())]).toEqual([0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('of argmax, chosen and read again in one recorded step, also where there is nothing to choose by', async () => {
    const step = compile(device, (weight: Tensor, ids: Tensor) => {
      const next = argmax(embedding(weight, ids));
      return { next, rows: embedding(weight, next) };
    });
    const weight = tensor([1, 5, 2, 9, Number.NaN, 3, 4, 3, 8], [3, 3], { device });
    let last = keep(tensor(Int32Array.of(0, 1, 2), [3], { device }));
    const seen: number[][] = [];
    for (let call = 0; call < 5; call++) {
      const { next, rows } = keep(scope(() => step(weight, last)));
      release(last);
      last = next;
      expect(next.dtype).toBe('i32');
      seen.push([...(await next.data())]);
      const values = await weight.data();
      const row = (id: number) => [0, 1, 2].map((i) => (id < 0 ? Number.NaN : values[3 * id + i]));
      expect([...(await rows.data())]).toEqual(seen[call].flatMap(row));
      release(rows);
    }
    expect(seen).toEqual([[1, -1, 2], ...new Array(4).fill([-1, -1, 2])]);
    release(last);
    step[Symbol.dispose]();
  });
});
