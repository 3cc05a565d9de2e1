// Ids that the host does not know, on every device: rows that do not exist read as NaN, and nothing is written outside.
import { apply, cpu, empty, primitives, tensor } from '@twilljs/tensor';
import { describe, expect, it } from 'vitest';
import { wasm } from './device.ts';

const list = Int32Array.of(1, -1, 3, 0, 2 ** 31 - 1, -(2 ** 31), 4);

describe.each([
  ['cpu', cpu()],
  ['wasm, plain', await wasm({ tier: 'plain', poison: true })],
  ['wasm, relaxed', await wasm({ tier: 'relaxed', poison: true })],
] as const)('ids on %s', (_, device) => {
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
});
