// Forget gates: exact at both ends, above the bounds of their layers, however near to 0 or 1 these are, with all gradients.
import { cpu, type Device, grad, parameter, scope, tensor } from '@twilljs/tensor';
import { gradcheck, noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { describe, expect, it } from 'vitest';
import { forgetGate, lowerBounds } from './forget-gate.ts';
import { initializer } from './initializer.ts';
import { kernels } from './wasm.ts';

const devices: [string, Device, number][] = [
  ['cpu', cpu(), 2 ** -23],
  ['cpu-f64', cpu({ float: 'f64' }), 2 ** -51],
  ['wasm', await wasm({ kernels, poison: true }), 2 ** -23],
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
