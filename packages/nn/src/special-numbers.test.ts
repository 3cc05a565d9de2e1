// NaN, infinities and zeros on every device: what the reference makes of them, whatever the device's compiler takes for granted.
import { apply, cpu, type Device, type Op, type PrimitiveName, primitives, scope, tensor } from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { describe, expect, it } from 'vitest';

const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1, -2.5, 1e30];
/** Every pair: [a], [b]. */
const pairs = [special.flatMap((a) => special.map(() => a)), special.flatMap(() => special)];
const below = 1e-42;

/** Rows of ones with special numbers in one place, in two, and everywhere. */
const rows = (n: number): number[][] =>
  special.flatMap((value) => [
    Array.from({ length: n }, (_, i) => (i === n >> 1 ? value : 1)),
    Array.from({ length: n }, (_, i) => (i === 3 ? Number.NEGATIVE_INFINITY : i === n - 1 ? value : 1)),
    Array.from({ length: n }, () => value),
  ]);

async function run(device: Device, name: PrimitiveName, lists: readonly number[][], shape: number[], attrs: unknown) {
  const y = scope(() => {
    const ins = lists.map((list) => tensor(Float32Array.from(list), shape, { device }));
    return apply(primitives[name] as Op, ins, attrs)[0];
  });
  return Array.from(await y.data());
}

const reference = cpu();

describe.each<[string, Device]>([
  ['wasm, plain', await wasm({ tier: 'plain', poison: true })],
  ['wasm, relaxed', await wasm({ tier: 'relaxed', poison: true })],
  ['wasm, wide', await wasm({ tier: 'wide', poison: true })],
  ...(await webgpuDevices()),
])('on %s', (_, device) => {
  const compare = async (name: PrimitiveName, lists: number[][], shape = [lists[0].length], attrs: unknown = null) => {
    const [ours, expected] = await Promise.all([device, reference].map((on) => run(on, name, lists, shape, attrs)));
    const same = (a: number, b: number) => Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-6 * Math.abs(b);
    const wrong = ours.flatMap((value, i) =>
      same(value, expected[i]) ? [] : [{ of: lists.map((list) => list[i]), i, value, expected: expected[i] }],
    );
    expect(wrong, name).toEqual([]);
  };

  it.each(['neg', 'exp', 'log', 'sqrt', 'reciprocal', 'sigmoid', 'tanh', 'relu', 'step', 'softplus'] as const)(
    '%s',
    (name) => compare(name, [special]),
  );

  it.each(['add', 'sub', 'mul', 'div', 'maximum', 'equal', 'where'] as const)('%s', (name) => compare(name, pairs));

  it('where takes a number however small', async () => {
    await compare('where', [
      [1, 2, 3, 4],
      [below, -below, 0, -0],
    ]);
  });

  it.each([7, 70, 2500])('sums, maxima and their places over %i numbers', async (n) => {
    const list = rows(n);
    const x = [list.flat()];
    for (const name of ['sum', 'max'] as const) await compare(name, x, [list.length, n], { to: [list.length, 1] });
    await compare('argmax', x, [list.length, n]);
    const across = [Array.from({ length: n }, (_, i) => list.map((row) => row[i])).flat()];
    for (const name of ['sum', 'max'] as const) await compare(name, across, [n, list.length], { to: [1, list.length] });
  });
});
