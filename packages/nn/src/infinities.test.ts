// Classes that cannot be, rows that are not asked and logits that are no numbers: what is left out is selected, never multiplied.
import { cpu, grad, gradOf, parameter, scope, type Tensor, tensor } from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crossEntropy, logProbs, logSumExp, softmax } from './ops.ts';
import { kernels } from './wasm.ts';
import { kernels as webgpuKernels } from './webgpu.ts';

const devices = [
  ['cpu', cpu()],
  ['cpu-f64', cpu({ float: 'f64' })],
  ['wasm by definitions', await wasm()],
  ['wasm, plain', await wasm({ tier: 'plain', kernels, poison: true })],
  ['wasm, relaxed', await wasm({ tier: 'relaxed', kernels, poison: true })],
  ['wasm, wide', await wasm({ tier: 'wide', kernels, poison: true })],
  ...(await webgpuDevices({ kernels: webgpuKernels })),
] as const;

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

describe.each(devices)('on %s', (_, device) => {
  /** The loss and its gradient. */
  async function lossOf(rows: readonly (readonly number[])[], labels: readonly number[]) {
    const shape = [rows.length, rows[0].length];
    const { loss, d } = scope(() => {
      const logits = parameter(tensor(rows.flat(), shape, { device }));
      const loss = crossEntropy(logits, tensor(Int32Array.from(labels), [labels.length], { device }));
      return { loss, d: grad(loss, [logits])[0] };
    });
    return { loss: await loss.item(), d: Array.from(await d.data()) };
  }
  const near = (ours: readonly number[], expected: readonly number[]) => {
    expect(ours.length).toBe(expected.length);
    ours.forEach((x, i) => {
      expect(x).toBeCloseTo(expected[i], 6);
    });
  };

  it('a class of -Infinity has no share of the loss, and a gradient of exactly 0', async () => {
    const { loss, d } = await lossOf([[-inf, 0, -inf, 0]], [3]);
    expect(loss).toBeCloseTo(Math.log(2), 6);
    near(d, [0, 0.5, 0, -0.5]);
    expect([d[0], d[2]].map(Math.abs)).toEqual([0, 0]);
  });

  it.each([[nan], [inf], [-inf]])('an ignored row may hold %s, in one place or everywhere', async (bad) => {
    const asked = [0, Math.log(3), -inf];
    for (const row of [
      [bad, 0, 1],
      [1, 0, bad],
      [bad, bad, bad],
    ]) {
      for (const label of [-100, -1]) {
        const { loss, d } = await lossOf([row, asked, row], [label, 1, label]);
        expect(loss).toBeCloseTo(Math.log(4 / 3), 6);
        near(d, [0, 0, 0, 0.25, -0.25, 0, 0, 0, 0]);
        expect([...d.slice(0, 3), ...d.slice(5)].map(Math.abs)).toEqual(new Array(7).fill(0));
      }
    }
  });

  it('no row asked: 0 with a gradient of 0, whatever they hold', async () => {
    const { loss, d } = await lossOf([[nan, inf, -inf]], [-100]);
    expect([loss, ...d].map(Math.abs)).toEqual([0, 0, 0, 0]);
  });

  it('the label cannot be: an infinite loss with a finite gradient', async () => {
    const { loss, d } = await lossOf([[-inf, 0, 0]], [0]);
    expect(loss).toBe(inf);
    near(d, [-1, 0.5, 0.5]);
  });

  it.each<[string, number[]]>([
    ['NaN at the label', [0, nan, 0]],
    ['NaN elsewhere', [nan, 0, 0]],
    ['Infinity at the label', [0, inf, 0]],
    ['Infinity elsewhere', [inf, 0, 0]],
    ['-Infinity throughout', [-inf, -inf, -inf]],
  ])('a row that is asked gives no sound number: %s', async (_, row) => {
    const { loss, d } = await lossOf([[1, 2, 3], [...row]], [0, 1]);
    expect(loss).toBeNaN();
    expect(d.slice(3).some(Number.isNaN)).toBe(true);
    near(
      d.slice(0, 3),
      softmaxOf([1, 2, 3]).map((p, i) => (p - Number(i === 0)) / 2),
    );
  });

  it('classes of -Infinity are as good as absent', async () => {
    const logit = fc.integer({ min: -40, max: 40 }).map((n) => n / 8);
    const cases = fc.record({
      rows: fc.array(fc.array(logit, { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 4 }),
      absent: fc.uniqueArray(fc.nat(5), { minLength: 1, maxLength: 4 }),
      pick: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ rows, absent, pick }) => {
        const left = [0, 1, 2, 3, 4, 5].filter((n) => !absent.includes(n));
        const label = left[pick % left.length];
        const masked = await lossOf(
          rows.map((row) => row.map((x, n) => (absent.includes(n) ? -inf : x))),
          rows.map(() => label),
        );
        const short = await lossOf(
          rows.map((row) => left.map((n) => row[n])),
          rows.map(() => left.indexOf(label)),
        );
        expect(masked.loss).toBeCloseTo(short.loss, 5);
        near(
          masked.d.filter((_, i) => !absent.includes(i % 6)),
          short.d,
        );
      }),
      { seed: 8, numRuns: 25 },
    );
  });

  it('softmax and logSumExp of infinite rows', async () => {
    const values = (rows: number[][]) => tensor(rows.flat(), [rows.length, rows[0].length], { device });
    const read = async (f: (x: Tensor) => Tensor, rows: number[][]) =>
      Array.from(await scope(() => f(values(rows))).data());
    expect(await read(softmax, [[-inf, -inf]])).toEqual([0, 0]);
    near(await read(softmax, [[-inf, 7, 7]]), [0, 0.5, 0.5]);
    for (const row of [
      [inf, 0],
      [nan, 0],
    ])
      expect((await read(softmax, [row])).every(Number.isNaN)).toBe(true);
    const sums = await read(logSumExp, [
      [-inf, -inf, -inf],
      [-inf, 0, 0],
      [inf, 0, -inf],
      [inf, nan, 0],
    ]);
    expect(sums[0]).toBe(-inf);
    expect(sums[1]).toBeCloseTo(Math.log(2), 6);
    expect(sums[2]).toBe(inf);
    expect(sums[3]).toBeNaN();
  });

  it('an infinite cotangent reaches what was selected and nothing else', async () => {
    const gradients = async (f: (a: Tensor, b: Tensor) => Tensor, a: number[], b: number[]) => {
      const gs = scope(() => {
        const xs = [a, b].map((v) => parameter(tensor(v, [v.length], { device })));
        const y = f(xs[0], xs[1]);
        return gradOf([y], [tensor(new Array(y.size).fill(inf), y.shape, { device })], xs);
      });
      return Promise.all(gs.map(async (g) => Array.from(await g.data(), Math.abs)));
    };
    expect((await gradients((a) => a.relu(), [-1, 2], [0]))[0]).toEqual([0, inf]);
    expect((await gradients((a) => a.max(0, true), [1, 3, 2], [0]))[0]).toEqual([0, inf, 0]);
    expect(await gradients((a, b) => a.maximum(b), [1, 3], [2, 2])).toEqual([
      [0, inf],
      [inf, 0],
    ]);
    expect((await gradients((a, b) => a.where(b), [nan, 3], [0, 2]))[0]).toEqual([0, inf]);
  });

  it('logProbs: what softmax takes, what it does not, and the first of equal logits', async () => {
    const spread = Math.log(2 + Math.exp(-1));
    const rows: [row: number[], logprobs: [number, number], best: number][] = [
      [[0, 0, 0, 0], [-Math.log(4), -Math.log(4)], 0],
      [[-inf, 2, -inf, 2], [-inf, -Math.log(2)], 1],
      [[1000, 3000, 3000, 2999], [-2000 - spread, -1 - spread], 1],
      [[-inf, -inf, -inf, -inf], [nan, nan], -1],
      [[5, nan, 1, 2], [nan, nan], -1],
      [[1, 2, inf, 2], [nan, nan], -1],
    ];
    const logits = rows.flatMap(([row]) => row);
    const labels = Int32Array.from(rows.flatMap(() => [0, -100, 3, -1]));
    const { logprobs, best } = scope(() =>
      logProbs(tensor(logits, [6, 4], { device }), tensor(labels, [6, 4], { device })),
    );
    expect([...(await best.data())]).toEqual(rows.map(([, , expected]) => expected));
    const expected = rows.flatMap(([, [first, last]]) => [first, 0, last, 0]);
    for (const [i, x] of (await logprobs.data()).entries()) {
      const isNear = Object.is(x, expected[i]) || Math.abs(x - expected[i]) <= 2e-7 * Math.max(1, -expected[i]);
      expect(isNear, `${x} where ${expected[i]} is, at ${i}`).toBe(true);
    }
  });
});

function softmaxOf(row: number[]): number[] {
  const e = row.map(Math.exp);
  const total = e.reduce((a, b) => a + b);
  return e.map((x) => x / total);
}
