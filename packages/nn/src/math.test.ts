// Accuracy of our own transcendental functions, in units of the last place, over everything that f32 can hold.
import { apply, type Device, type Op, primitives, scope, tensor } from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { describe, expect, it } from 'vitest';

/** Below it our functions may return 0: numbers here are still normal. */
const least = 2 ** -125;
const lastPlace = (y: number) => 2 ** (Math.floor(Math.log2(Math.abs(y))) - 23);

/** All exponents and signs, with varying mantissas, and two denser stretches around 0. */
function samples(): Float32Array {
  const bits = Uint32Array.from({ length: 1 << 16 }, (_, i) => ((i << 16) | ((i * 40503) & 0xffff)) >>> 0);
  const around = (width: number) => Float32Array.from({ length: 1 << 15 }, (_, i) => (i / (1 << 15) - 0.5) * width);
  return Float32Array.from([...new Float32Array(bits.buffer), ...around(220), ...around(4)]);
}

const sigmoid = (x: number) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
const functions: [name: 'exp' | 'log' | 'sigmoid' | 'tanh' | 'softplus', of: (x: number) => number, bound: number][] = [
  ['exp', Math.exp, 1.1],
  ['log', Math.log, 1],
  ['sigmoid', sigmoid, 2.6],
  ['tanh', Math.tanh, 1.5],
  ['softplus', (x) => (x > 20 ? x : Math.log1p(Math.exp(x))), 2],
];

async function map(device: Device, op: Op<null>, x: ArrayLike<number>): Promise<number[]> {
  return Array.from(await scope(() => apply(op, [tensor(x, [x.length], { device })], null)[0]).data());
}

describe.each<[string, Device]>([
  ['wasm, plain', await wasm({ tier: 'plain', poison: true })],
  ['wasm, relaxed', await wasm({ tier: 'relaxed', poison: true })],
  ['wasm, wide', await wasm({ tier: 'wide', poison: true })],
  ...(await webgpuDevices()),
])('on %s', (_, device) => {
  it.each(functions)('%s', async (name, of, bound) => {
    const xs = samples();
    const ys = await map(device, primitives[name], xs);
    let worst = 0;
    for (const [i, y] of ys.entries()) {
      const exact = of(xs[i]);
      const rounded = Math.fround(exact);
      if (Number.isNaN(rounded) || !Number.isFinite(rounded)) expect(y, `${name} ${xs[i]}`).toBe(rounded);
      else if (Math.abs(rounded) < least) expect(Math.abs(y), `${name} ${xs[i]}`).toBeLessThanOrEqual(least);
      else worst = Math.max(worst, Math.abs(y - exact) / lastPlace(exact));
    }
    expect(worst).toBeLessThanOrEqual(bound);
  });

  it('special values', async () => {
    const { exp, log, tanh } = primitives;
    const edges = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN, -1e30, 1e30, 0];
    const [inf, none] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    expect(await map(device, exp, edges)).toEqual([0, inf, Number.NaN, 0, inf, 1]);
    expect(await map(device, log, edges)).toEqual([
      Number.NaN,
      inf,
      Number.NaN,
      Number.NaN,
      Math.fround(Math.log(1e30)),
      none,
    ]);
    expect(await map(device, tanh, edges)).toEqual([-1, 1, Number.NaN, -1, 1, 0]);
  });

  it('does not depend on where in a tensor a number stands', async () => {
    const x = Array.from({ length: 19 }, (_, i) => Math.sin(i) * 5);
    for (const [name] of functions) {
      const whole = await map(device, primitives[name], x);
      for (let from = 0; from < 8; from++) {
        expect(await map(device, primitives[name], x.slice(from))).toEqual(whole.slice(from));
      }
    }
  });
});
