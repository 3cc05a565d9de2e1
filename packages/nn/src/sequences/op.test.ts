// Sequences taken apart and put together again, and what is no set of sequences.
import { checkRanges, compile, cpu, grad, parameter, scope, type Tensor, tensor } from '@twilljs/tensor';
import { gradcheck, noise } from '@twilljs/tensor/testing';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { describe, expect, it } from 'vitest';
import { kernels } from '../webgpu.ts';
import { packSequences, padSequences } from './op.ts';
import { sequencesOf } from './sequences.ts';

const devices = [cpu(), cpu({ float: 'f64' }), ...(await webgpuDevices({ kernels })).map(([, device]) => device)];
/** A gap, a sequence across rows, an empty one, one of one token, and a gap behind. */
const ranges = [1, 5, 5, 5, 6, 7];

describe.each(devices.map((device) => [device.name, device] as const))('sequences on %s', (_, device) => {
  const x = () =>
    tensor(
      Float64Array.from({ length: 16 }, (_, i) => i + 1),
      [2, 4, 2],
      { device },
    );
  const lying = (list = ranges) => tensor(Int32Array.from(list), [list.length / 2, 2], { device });

  it('lie in rows of their own, cut and filled up', async () => {
    expect([...(await padSequences(x(), lying(), 3).data())]).toEqual([
      ...[3, 4, 5, 6, 7, 8],
      ...[0, 0, 0, 0, 0, 0],
      ...[13, 14, 0, 0, 0, 0],
    ]);
  });

  it('go back to where they were, with zeros elsewhere', async () => {
    const back = packSequences(padSequences(x(), lying(), 8), lying(), [2, 4]);
    const inside = [false, true, true, true, true, false, true, false];
    const kept = (i: number) => (inside[Math.floor(i / 2)] ? i + 1 : 0);
    expect([...(await back.data())]).toEqual(Array.from({ length: 16 }, (_, i) => kept(i)));
  });

  it('are read anew by a recording, and NaN outside of them is not read', async () => {
    const step = compile(device, (x: Tensor, at: Tensor) => packSequences(padSequences(x, at, 4), at, [2, 4]));
    for (const list of [ranges, [0, 2, 2, 4, 7, 8], [0, 0, 0, 0, 0, 8], [3, 4, 5, 6, 7, 8]]) {
      const inside = (p: number) => [0, 2, 4].some((i) => p >= list[i] && p < Math.min(list[i + 1], list[i] + 4));
      const values = Float64Array.from({ length: 16 }, (_, i) => (inside(Math.floor(i / 2)) ? i + 1 : Number.NaN));
      const y = await scope(() => step(tensor(values, [2, 4, 2], { device }), lying(list))).data();
      expect([...y]).toEqual([...values].map((v) => (Number.isNaN(v) ? 0 : v)));
    }
  });

  it('take their gradients along', async () => {
    const from = parameter(x());
    const [d] = scope(() => grad(padSequences(from, lying(), 3).sum(), [from]));
    expect([...(await d.data())]).toEqual([0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0]);
  });
});

it('have gradients of gradients', async () => {
  const at = tensor(Int32Array.from(ranges), [3, 2], { device: devices[1] });
  const input = { shape: [2, 4, 2], values: noise(16, 1) };
  expect(await gradcheck(([x]) => [packSequences(padSequences(x, at, 3), at, [2, 4])], [input], 8)).toBeLessThan(1e-9);
});

describe('what is refused', () => {
  const x = tensor(new Float32Array(16), [2, 4, 2]);
  const at = (...list: number[]) => tensor(Int32Array.from(list), [list.length / 2, 2]);
  it.each<[string, () => unknown, string]>([
    ['a range beyond the end', () => padSequences(x, at(0, 9), 3), 'padSequences: range 9 lies outside 9 positions'],
    ['one before the beginning', () => packSequences(x, at(0, 1, -1, 2), [2, 4]), 'range -1 lies outside 9 positions'],
    [
      'ranges of another form',
      () => padSequences(x, tensor(Int32Array.of(0, 1), [2]), 3),
      'ranges [2] of x [2,4,2] are',
    ],
    ['ranges of other sequences', () => packSequences(x, at(0, 1), [2, 4]), 'x [2,4,2] and ranges [1,2] are not'],
    ['a length', () => padSequences(x, at(0, 1), 1.5), 'padSequences: a row of length 1.5 cannot be'],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message);
  });

  it.each<[unknown, string]>([
    [
      [
        [0, 2],
        [1, 3],
      ],
      'packed: range 1 is [1, 3] after position 2 of 8',
    ],
    [[[2, 1]], 'packed: range 0 is [2, 1] after position 0 of 8'],
    [[[0, 9]], 'packed: range 0 is [0, 9] after position 0 of 8'],
    [[[0, 0.5]], 'packed: range 0 is [0, 0.5]'],
    [[[0]], 'packed: ranges are [[0]]; give [begin, end] of each sequence.'],
    ['0-1', 'packed: ranges are "0-1"'],
  ])('%j', (given, message) => {
    expect(() => checkRanges('packed', given as never, 8)).toThrow(message);
  });
});

it('stand at positions, by which heads are turned', async () => {
  const rotary = { size: 2, base: 10 };
  const at = sequencesOf(cpu(), {
    B: 2,
    T: 4,
    ranges: [
      [1, 3],
      [6, 7],
    ],
    positions: [5, 9],
    rotary: [rotary, rotary],
  });
  expect(at.capacity).toBe(10);
  const [{ cos }] = Object.values(at.rotary);
  const of = (p: number) => Math.fround(Math.cos(p));
  expect([...(await cos.data())]).toEqual([0, of(5), of(6), 0, 0, 0, of(9), 0]);
});

it.each([
  [[1], 'sequencesOf: positions are [1] but there are 2 sequences; give the tokens that each had before.'],
  [[0, -1], 'sequencesOf: positions[1] is -1; give a whole number from 0 to 2147483641.'],
  [[1.5, 0], 'sequencesOf: positions[0] is 1.5'],
  [[Number.NaN, 0], 'sequencesOf: positions[0] is NaN'],
  [[2 ** 31, 0], 'sequencesOf: positions[0] is 2147483648'],
  [['1', 0], 'sequencesOf: positions[0] is "1"'],
  [5, 'sequencesOf: positions are 5'],
])('positions %j are refused', (positions, message) => {
  expect(() => sequencesOf(cpu(), { B: 2, T: 3, positions: positions as never })).toThrow(message);
});
