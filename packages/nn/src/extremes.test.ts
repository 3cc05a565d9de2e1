// Where rounding, overflow or 0/0 would break an op that is right on ordinary numbers: on every device.
import { cpu, gradOf, parameter, scope, type Tensor, tensor } from '@twilljs/tensor';
import { deviation, noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { describe, expect, it } from 'vitest';
import { forgetGate } from './forget-gate/forget-gate.ts';
import {
  addRmsNorm,
  clipGradNorm,
  crossEntropy,
  gatedRmsNorm,
  l2Norm,
  layerNorm,
  logSigmoid,
  logSumExp,
  rmsNorm,
  silu,
  softmax,
  swiglu,
} from './ops.ts';
import { kernels } from './wasm.ts';
import { kernels as webgpuKernels } from './webgpu.ts';

const f64 = cpu({ float: 'f64' });
const devices = [
  ['cpu', cpu()],
  ['wasm, plain', await wasm({ tier: 'plain', kernels, poison: true })],
  ['wasm, relaxed', await wasm({ tier: 'relaxed', kernels, poison: true })],
  ['wasm, wide', await wasm({ tier: 'wide', kernels, poison: true })],
  ...(await webgpuDevices({ kernels: webgpuKernels })),
] as const;

type Values = ArrayLike<number>;

/** The result of `f`, and the gradients of <result, ones>. */
async function run(f: (...xs: Tensor[]) => Tensor, xs: readonly Values[], shape: number[], device = f64) {
  const [y, gs] = scope(() => {
    const ts = xs.map((x) => parameter(tensor(Float32Array.from(Array.from(x)), shape, { device })));
    const y = f(...ts);
    const ones = tensor(new Float32Array(y.size).fill(1), y.shape, { device });
    return [y, gradOf([y], [ones], ts)] as const;
  });
  return { y: await y.data(), gradients: await Promise.all(gs.map((g) => g.data())) };
}

const column = (rows: number, seed: number, map: (x: number) => number) => noise(rows * 20, seed).map(map);

describe.each(devices)('extremes on %s', (_, device) => {
  const both = async (f: (...xs: Tensor[]) => Tensor, xs: readonly Values[], shape: number[]) => {
    const ours = await run(f, xs, shape, device);
    const exact = await run(f, xs, shape);
    return {
      ours,
      exact,
      y: deviation(ours.y, exact.y).error,
      dx: deviation(ours.gradients[0], exact.gradients[0]).error,
    };
  };
  const weighted = (f: (x: Tensor) => Tensor) => (x: Tensor) =>
    f(x).mul(tensor(noise(20, 9), [20], { device: x.device }));

  it('layerNorm: a mean a thousand deviations away', async () => {
    const { y, dx } = await both(
      weighted((x) => layerNorm(x, null, null, 1e-5)),
      [column(6, 1, (x) => 1000 + x)],
      [6, 20],
    );
    expect(y).toBeLessThan(1e-5);
    expect(dx).toBeLessThan(1e-5);
  });

  it('rmsNorm: from 1e-15 to 1e15', async () => {
    for (const size of [1e-15, 1e-3, 1e4, 1e15]) {
      const { y, dx } = await both(
        weighted((x) => rmsNorm(x, null, 1e-6)),
        [column(6, 2, (x) => x * size)],
        [6, 20],
      );
      expect(y).toBeLessThan(1e-6);
      expect(dx).toBeLessThan(1e-5);
    }
  });

  it('l2Norm: a row of zeros stays one, its gradient is a thousand times the cotangent', async () => {
    const { y, gradients } = await run((x) => l2Norm(x), [new Float64Array(20)], [1, 20], device);
    expect(Array.from(y)).toEqual(new Array(20).fill(0));
    for (const g of gradients[0]) expect(g).toBeCloseTo(1000, 2);
  });

  it('softmax and logSumExp: entries of a thousand and more', async () => {
    // Ten entries of each row share its top; the others vanish.
    const x = column(6, 3, (x) => 3 * x).map((v, i) => v + (i % 2 ? 1500 : -1500));
    for (const f of [weighted(softmax), logSumExp]) {
      const { y, dx } = await both(f, [x], [6, 20]);
      expect(y).toBeLessThan(1e-6);
      expect(dx).toBeLessThan(1e-5);
    }
  });

  it('silu, swiglu, logSigmoid and the gated norm: saturated on both sides', async () => {
    const values = [-1e30, -1000, -104, -88.5, -87, -20, 0, 20, 87, 88.5, 104, 1000, 1e30];
    const gates = values.flatMap((g) => [g, g, g]);
    const up = noise(gates.length, 4);
    for (const [f, xs] of [
      [silu, [gates]],
      [swiglu, [gates, up]],
      [logSigmoid, [gates]],
      [(g: Tensor, x: Tensor) => gatedRmsNorm(x, g, null, 1e-6), [gates, up]],
      [(g: Tensor, x: Tensor) => gatedRmsNorm(x, g, null, 1e-6, 'sigmoid'), [gates, up]],
    ] as const) {
      const { ours, exact } = await both(f, xs, [values.length, 3]);
      for (const [mine, theirs] of [
        [ours.y, exact.y],
        ...ours.gradients.map((g, i) => [g, exact.gradients[i]] as const),
      ]) {
        mine.forEach((value, i) => {
          expect(Math.abs(value - theirs[i])).toBeLessThanOrEqual(1e-6 + 1e-5 * Math.abs(theirs[i]));
        });
      }
    }
  });

  it('what is no number stays so, in its row alone', async () => {
    const clean = noise(60, 7);
    const place = 27;
    const odd = clean.map((v, i) => (i === place ? Number.NaN : v));
    const rest = noise(60, 8);
    for (const [name, f] of Object.entries<(x: Tensor, z: Tensor) => Tensor>({
      silu: (x) => silu(x),
      swiglu: (x, z) => swiglu(x, z),
      'swiglu, up': (x, z) => swiglu(z, x),
      logSigmoid: (x) => logSigmoid(x),
      forgetGate: (x) => forgetGate(x, null, 0).log,
      'forgetGate, complement': (x) => forgetGate(x, null, 0).complement,
      rmsNorm: (x) => rmsNorm(x, null, 1e-6),
      addRmsNorm: (x, z) => addRmsNorm(z, x, null, 1e-6).y,
      'gatedRmsNorm, gate': (x, z) => gatedRmsNorm(z, x, null, 1e-6),
      gatedRmsNorm: (x, z) => gatedRmsNorm(x, z, null, 1e-6),
      l2Norm: (x) => l2Norm(x),
    })) {
      const [sound, ours] = [await run(f, [clean, rest], [3, 20], device), await run(f, [odd, rest], [3, 20], device)];
      expect(ours.y[place], name).toBeNaN();
      for (const [mine, theirs] of [
        [ours.y, sound.y],
        [ours.gradients[0], sound.gradients[0]],
      ]) {
        for (const rows of [
          [0, 20],
          [40, 60],
        ])
          expect(mine.slice(...rows), name).toEqual(theirs.slice(...rows));
      }
    }
  });

  it('crossEntropy: logits of thousands, where a difference of a few decides', async () => {
    const labels = Int32Array.from([3, 0, 19, 7, -100, 4]);
    const loss = (x: Tensor) => crossEntropy(x, tensor(labels, [6], { device: x.device }));
    const { y, dx } = await both(loss, [column(6, 5, (x) => 4096 + 3 * x)], [6, 20]);
    expect(y).toBeLessThan(1e-6);
    expect(dx).toBeLessThan(1e-5);
  });

  it('crossEntropy: 0 with a gradient of 0 when no row counts', async () => {
    const labels = Int32Array.from([-100, -1]);
    const loss = (x: Tensor) => crossEntropy(x, tensor(labels, [2], { device: x.device }));
    const { y, gradients } = await run(loss, [column(2, 6, (x) => x)], [2, 20], device);
    expect([...y, ...gradients[0]]).toEqual(new Array(41).fill(0));
  });

  it('clipGradNorm: 0, tiny, and a norm of exactly the limit', async () => {
    const clipped = async (values: number[], maxNorm: number) => {
      const { grad, norm } = scope(() => clipGradNorm(tensor(values, [values.length], { device }), maxNorm));
      return [...(await grad.data()), await norm.item()];
    };
    expect(await clipped([0, 0, 0], 1)).toEqual([0, 0, 0, 0]);
    expect(await clipped([3, 4], 5.000001)).toEqual([3, 4, 5]);
    const [a, norm] = await clipped([1e-6], 1e-6);
    expect(a).toBeCloseTo(5e-7, 12);
    expect(norm).toBeCloseTo(1e-6, 12);
  });
});
