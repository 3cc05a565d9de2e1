// Ops of one's own: against the reference forward and backward in every mode, and what cannot be.
import { apply1, cpu, grad, ones, parameter, tensor } from '@twilljs/tensor';
import { conformance, failures, noise } from '@twilljs/tensor/testing';
import { describe, expect, it } from 'vitest';
import { type CustomOpOptions, customOp } from './custom-op.ts';
import { gpujs } from './device.ts';
import { gpujsDevices } from './testing.ts';

/** x / (1 + |x|) with a slope of its own. */
const softsign = customOp({
  name: 'softsign',
  inputs: ['x'],
  numbers: ['slope'],
  body: function (x: Float32Array, slope: number) {
    const v = slope * x[this.thread.x];
    return v / (1 + Math.abs(v));
  },
  vjp(dy, [x], _y, attrs) {
    const root = x.mul(attrs!.slope);
    const away = root.maximum(root.neg()).add(1);
    return [dy.mul(attrs!.slope).div(away.mul(away))];
  },
});

/** Neighbours of a row, one the text of a function: [N] -> [N-1]. */
const steps = customOp({
  name: 'steps',
  inputs: ['x', 'scale'],
  shape: ([x]) => [x[0] - 1],
  body: 'function (x, scale) { return scale[0] * (x[this.thread.x + 1] - x[this.thread.x]); }',
  vjp(dy, [, scale], y) {
    const through = dy.mul(scale);
    return [through.pad(0, 1, 0).sub(through.pad(0, 0, 1)), dy.mul(y).sum().div(scale)];
  },
});

/** Not the second `let total`: that stands in a comment. */
const looped = customOp({
  name: 'looped',
  inputs: ['x'],
  body: `function (x) {
    let total = x[this.thread.x]; // let total = 3;
    for (let i = 0; i < 2; i++) { if (x[this.thread.x] >= 0) { total += 1; } }
    for (let i = 0; i < 2; i++) { if (x[0] === 1) { total = total + 0.5; } }
    return total;
  }`,
});

describe.each(gpujsDevices({ kernels: [softsign.kernel, steps.kernel, looped.kernel] }))(
  'custom ops, %s',
  (_, device) => {
    const floats = (shape: number[], seed: number) => ({
      shape,
      data: Float32Array.from(
        noise(
          shape.reduce((n, d) => n * d, 1),
          seed,
        ),
      ),
    });
    it('have their numbers and gradients', async () => {
      for (const n of [2, 7, 300]) {
        const softsigned = { name: 'softsign', attrs: { slope: 1.5 }, inputs: { x: floats([n, 3], 1) } };
        expect(failures(await conformance(softsign.op, softsigned, device), 'f32')).toEqual([]);
        const stepped = { name: 'steps', attrs: null, inputs: { x: floats([n], 2), scale: floats([1], 3) } };
        expect(failures(await conformance(steps.op, stepped, device), 'f32')).toEqual([]);
      }
    });

    it('read a part of a tensor from its beginning', async () => {
      const part = tensor([1, 2, 4, 8], [4], { device }).slice(0, 2, 4);
      expect([...(await apply1(softsign.op, [part], { slope: 1 }).data())]).toEqual([4 / 5, 8 / 9].map(Math.fround));
    });

    it('take loops that count by one name, and comparisons', async () => {
      const x = tensor([1, 2, 3], [3], { device });
      expect([...(await apply1(looped.op, [x], null).data())]).toEqual([4, 5, 6]);
    });

    it('say what gpu.js cannot take of a body', async () => {
      const { op, kernel } = customOp({
        name: 'far',
        inputs: ['x'],
        body: 'function (x) { return far * x[this.thread.x]; }',
      });
      const own = gpujs({ mode: device.tier, kernels: [kernel] });
      await expect(apply1(op, [ones([2], { device: own })], null).data()).rejects.toThrow(
        /^gpujs: custom far failed in gpu.js: .*; a body may hold numbers, Math, if, for and variables of its own/,
      );
    });

    it('are given their numbers, or nothing runs', () => {
      const x = ones([2], { device });
      expect(() => apply1(softsign.op, [x], null)).toThrow(
        'softsign: slope is undefined; give a number among the attributes.',
      );
    });
  },
);

it('the reference says what it cannot read of a body', () => {
  const { op } = customOp({ name: 'open', inputs: ['x'], body: 'function (x) { return 1 ' });
  expect(() => apply1(op, [ones([2], { device: cpu() })], null)).toThrow('customOp: the body of open cannot be read (');
});

it('without a vjp nothing flows through', () => {
  const { op } = customOp({
    name: 'twice',
    inputs: ['x'],
    body: function (x) {
      return 2 * x[this.thread.x];
    } as CustomOpOptions['body'],
  });
  const x = parameter(ones([2], { device: cpu() }));
  expect(() => grad(apply1(op, [x], null).sum(), [x])).toThrow('twice');
});

it('a vjp gives a cotangent for each input', () => {
  const { op } = customOp({
    name: 'twice',
    inputs: ['x'],
    body: 'function (x) { return 2 * x[this.thread.x]; }',
    vjp: () => [],
  });
  const x = parameter(ones([2], { device: cpu() }));
  expect(() => grad(apply1(op, [x], null).sum(), [x])).toThrow('the vjp of twice gives 0 cotangents for 1 inputs');
});

it.each<[Record<string, unknown>, string]>([
  [{ name: 'my op' }, 'customOp: name is ["my op"]; give different words'],
  [{ inputs: [] }, 'customOp: op has no inputs; name one at least.'],
  [{ inputs: ['x', 'x'] }, 'customOp: inputs is ["x", "x"]; give different words'],
  [{ numbers: 'a' }, 'customOp: numbers is "a"; give different words'],
  [{ body: (x: Float32Array) => x[0] }, 'write function (x) { ... }, which has the `this` that an arrow lacks.'],
  [{ vpj: () => [] }, 'customOp: there is no option vpj; did you mean vjp?'],
  [
    { numbers: ['x'], body: 'function (x, y) { return y; }' },
    'customOp: inputs and numbers is ["x", "x"]; give different words',
  ],
  [{ shape: [2] }, 'customOp: shape is [2]; give a function, or leave it out.'],
  [{ vjp: 3 }, 'customOp: vjp is 3; give a function, or leave it out.'],
  [{ body: 3 }, 'customOp: the body of op is 3; write function (x)'],
  [
    { body: 'function (x) { let a = 1; if (a > 0) { let a = 2; } return a; }' },
    'has two variables a, which gpu.js takes',
  ],
  [{ body: 'function (x) { let i = 1; for (let i = 0; i < 2; i++) { } return i; }' }, 'has two variables i, which'],
  [{ body: 'function (x) { { const x = 1; } return x[0]; }' }, 'has two variables x, which'],
  [{ body: 'function (x) { x[x[0] + this.thread.x] = 9; return 1; }' }, 'writes to x, which others read; put what'],
  [{ body: 'function (x) { x[0] *= 2; return 1; }' }, 'writes to x'],
  [{ body: 'function (x) { return x[0]++; }' }, 'writes to x'],
  [{ body: () => 1 }, 'the body of op takes 0 arguments, and there are 1 inputs and numbers'],
])('refuses %o', (changes, message) => {
  const options = { name: 'op', inputs: ['x'], body: 'function (x) { return x[this.thread.x]; }', ...changes };
  expect(() => customOp(options as CustomOpOptions)).toThrow(message);
});
