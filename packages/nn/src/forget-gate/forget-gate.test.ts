// Forget gates: exact at both ends, above the bounds of their layers, however near to 0 or 1 these are, with all gradients.
import { apply, cpu, type Device, grad, parameter, scope, type Tensor, tensor } from '@twilljs/tensor';
import { gradcheck, noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { describe, expect, it } from 'vitest';
import { initializer } from '../initializer.ts';
import { kernels } from '../wasm.ts';
import { kernels as webgpuKernels } from '../webgpu.ts';
import { forgetGate, lowerBounds } from './forget-gate.ts';
import { forgetGateOp } from './op.ts';

const devices: [string, Device, number][] = [
  ['cpu', cpu(), 2 ** -23],
  ['cpu-f64', cpu({ float: 'f64' }), 2 ** -51],
  ['wasm, plain', await wasm({ tier: 'plain', kernels, poison: true }), 2 ** -23],
  ['wasm, relaxed', await wasm({ tier: 'relaxed', kernels, poison: true }), 2 ** -23],
  ['wasm, wide', await wasm({ tier: 'wide', kernels, poison: true }), 2 ** -23],
  ...(await webgpuDevices({ kernels: webgpuKernels })).map(([name, device]): [string, Device, number] => [
    name,
    device,
    2 ** -23,
  ]),
];
/** A channel for each f; four layers. */
const fs = [-80, -40, -22, -3, 0, 2, 30, 80];
const rows = [0, 1, -1, 0.5];

describe.each(devices)('forgetGate on %s', (_, device, unit) => {
  it.each([0, 1, 2, 3])('stays above the bound of layer %d', async (layer) => {
    const e = rows.map(Math.exp);
    const gamma = e.slice(1, layer + 1).reduce((a, b) => a + b, 0) / e.reduce((a, b) => a + b);
    const gate = scope(() => {
      const table = tensor(
        rows.flatMap((x) => fs.map(() => x)),
        [4, fs.length],
        { device },
      );
      return forgetGate(tensor(fs, [fs.length], { device }), layer === 0 ? null : table, layer);
    });
    // log( (1 + gamma e^-f) / (1 + e^-f) ) without the cancellation: for large f all that is left is of the size of e^-f.
    const log = fs.map((f) =>
      gamma === 0 && f < 0 ? f - Math.log1p(Math.exp(f)) : Math.log1p(gamma * Math.exp(-f)) - Math.log1p(Math.exp(-f)),
    );
    const complement = fs.map((f) => (1 - gamma) / (1 + Math.exp(f)));
    const [ourLog, ourComplement] = [await gate.log.data(), await gate.complement.data()];
    for (const [i, f] of fs.entries()) {
      // A few roundings of a number like f: relative to the result where the gate is near 1, absolute where it is at its bound.
      const allowed = unit * (8 + 2 * Math.abs(f)) * (f > 0 ? Math.abs(log[i]) : 1);
      expect(Math.abs(ourLog[i] - log[i]), `log at ${f}`).toBeLessThanOrEqual(allowed);
      expect(Math.abs(ourComplement[i] / complement[i] - 1), `complement at ${f}`).toBeLessThan(8 * unit);
    }
  });
});

describe.each(devices)('forgetGate on %s, bounds near 0 and 1', (_, device, unit) => {
  const mild = [-3, 0, 2];
  /** Layer 0 has e^x in the softmax, three more share the e^0; `layer` reads its gates and the slope of what they add up to. */
  const at = (x: number, layer: number, of: 'complement' | 'log') =>
    scope(() => {
      const rows = [x, 0, 0, 0].flatMap((row) => mild.map(() => row));
      const table = parameter(tensor(rows, [4, mild.length], { device }));
      const gate = forgetGate(tensor(mild, [mild.length], { device }), table, layer);
      return { ...gate, slope: grad(gate[of].sum(), [table])[0] };
    });

  it.each([-60, -16, -8, 8, 16, 60])('keeps the digits of 1 - gamma and of its slope: x = %d', async (x) => {
    const [above, gamma] = [1 / (1 + 3 * Math.exp(-x)), 1 / (1 + Math.exp(x) / 3)];
    const { log, complement, slope } = at(x, 3, 'complement');
    const [ourLog, ours, slopes] = [await log.data(), await complement.data(), await slope.data()];
    const digits = (16 + 2 * Math.abs(x)) * unit;
    for (const [i, f] of mild.entries()) {
      const open = 1 / (1 + Math.exp(f));
      expect(Math.abs(ours[i] / (open * above) - 1), `complement at ${f}`).toBeLessThan(digits);
      expect(Math.abs(slopes[i] / (open * above * gamma) - 1), `slope at ${f}`).toBeLessThan(digits);
      const gate = x < 0 ? Math.log1p(-open * above) : Math.log(gamma + above / (1 + Math.exp(-f)));
      expect(Math.abs(ourLog[i] - gate), `log at ${f}`).toBeLessThan(digits);
    }
  });

  it.each([-2000, -120, 120, 2000])('stays finite where they are rounded to 0 or 1: x = %d', async (x) => {
    for (const of of ['complement', 'log'] as const) {
      for (const t of Object.values(at(x, 2, of))) expect([...(await t.data())].every(Number.isFinite)).toBe(true);
    }
  });
});

/** The mathematics in a form that loses nothing on either side. */
function exactly(f: number, odds: number) {
  const sigmoid = (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
  const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  const [complement, depth] = [sigmoid(-f) * sigmoid(odds), softplus(odds)];
  const ratio = Math.log1p(Math.exp(-Math.abs(f + depth))) - Math.log1p(Math.exp(-Math.abs(f)));
  return {
    log: complement <= 0.5 ? Math.log1p(-complement) : Math.max(f, -depth) + ratio,
    complement,
    byF: { log: complement * sigmoid(f + depth), complement: -complement * sigmoid(f) },
    byOdds: { log: -sigmoid(odds) * sigmoid(-f - depth), complement: complement * sigmoid(-odds) },
  };
}

describe.each(devices)('forgetGateOp on %s', (name, device, unit) => {
  const sides = [-1e4, -300, -88, -80, -30, -7, -1, -0.01, 0, 0.01, 1, 7, 30, 80, 88, 300, 1e4];
  const n = sides.length;
  const fs = sides.flatMap((f) => sides.map(() => f));

  it.each([
    ['above bounds', sides],
    ['without', null],
  ])('is right far out, with its gradients: %s', async (_, odds) => {
    const oddsAt = (i: number) => odds?.[i % n] ?? Number.POSITIVE_INFINITY;
    const exact = fs.map((f, i) => exactly(f, oddsAt(i)));
    const near = async (ours: Tensor, wanted: readonly number[], what: string) => {
      const values = await ours.data();
      for (const [i, x] of wanted.entries()) {
        // The definition forms the logarithm and its slope as differences of numbers like f and like 1; kernels lose what is below 2^-125.
        const least = name.startsWith('cpu') ? unit * (what === 'log' ? 1 + Math.abs(fs[i]) : n) : 2 ** -100;
        const allowed = least + unit * (8 + Math.min(100, Math.abs(fs[i]))) * Math.abs(x);
        expect(Math.abs(values[i] - x), `${what}: f = ${fs[i]}, odds = ${oddsAt(i)}`).toBeLessThanOrEqual(allowed);
      }
    };
    for (const [place, of] of (['log', 'complement'] as const).entries()) {
      const [y, df, dodds] = scope(() => {
        const ins = [fs, odds].flatMap((x) => (x ? [parameter(tensor(x, [x.length / n, n], { device }))] : []));
        const y = apply(forgetGateOp, [ins[0], ins[1]?.reshape([n]) ?? null], null)[place];
        return [y, ...grad(y.sum(), ins)];
      });
      const values = exact.map((e) => e[of]);
      const slopes = exact.map(({ byF }) => byF[of]);
      await near(y, values, of);
      await near(df, slopes, `slope of ${of} by f`);
      if (!odds) continue;
      const sums = odds.map((_, i) => sides.reduce((sum, _, row) => sum + exact[row * n + i].byOdds[of], 0));
      await near(dodds, sums, `slope of ${of} by the odds`);
    }
  });
});

it('has the gradients of gate and bounds', async () => {
  const run = (ts: Parameters<typeof forgetGate>[0][]) => Object.values(forgetGate(ts[0], ts[1], 2));
  const f = { shape: [2, 3], values: noise(6, 1).map((x) => 4 * x) };
  expect(await gradcheck(run, [f, { shape: [4, 3], values: noise(12, 2) }])).toBeLessThan(1e-7);
});

it('wants bounds above the first layer', () => {
  const init = initializer(0);
  const table = tensor([0, 0], [2, 1]);
  expect(lowerBounds('HGRN2', { init, layer: 0, layers: 2 })).toBeNull();
  expect(lowerBounds('HGRN2', { init, layer: 1, layers: 2, shared: { lower_bounds: table } })).toBe(table);
  expect(() => lowerBounds('HGRN2', { init, layer: 1, layers: 2 })).toThrow(
    'HGRN2: layer 1 has a lower bound but no lower_bounds are shared; hand in what hgrn2.shared makes.',
  );
});
