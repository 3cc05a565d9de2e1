// What kernels may count on: their programs, places in one memory, numbers that are none; and tensors that are too large.
import { apply, apply1, moveToArena, type Op, ones, parameter, type Shape, tensor, untracked } from '@twilljs/tensor';
import { describe, expect, it } from 'vitest';
import { gpujs } from './device.ts';
import type { GpuJsKernel } from './kernel.ts';
import { gpujsDevices } from './testing.ts';

const numbersOf = async (x: { data(): Promise<ArrayLike<number>> }) => Array.from(await x.data());

/** Its program is called as that of another op. */
const seven: Op<null> = {
  ...{ name: 'seven', inputs: ['x'], outputs: ['y'] },
  shape: ([x]) => [x!],
  cpu: (_, [y]) => void y.data.fill(7),
};
const sevenKernel: GpuJsKernel = {
  op: 'seven',
  run: async ([x], _, [y], call) => [
    await call({ name: 'neg', source: 'function(x, from) { return 7; }' }, y[0], [x!]),
  ],
};

/** a and b, each plus 1, where they lie. */
const both: Op<null> = {
  ...{ name: 'both', inputs: ['a', 'b'], outputs: ['a', 'b'], updates: { a: 'a', b: 'b' } },
  shape: ([a, b]) => [a!, b!],
  cpu: () => {},
};
const bothKernel: GpuJsKernel = {
  op: 'both',
  run: (ins, _, outs, call) => {
    const next = { name: 'next', source: 'function(x, from) { return x[from + this.thread.x] + 1; }' };
    return Promise.all(ins.map((x, i) => call(next, outs[i][0], [x!])));
  },
};

describe.each(gpujsDevices({ kernels: [sevenKernel, bothKernel] }))('gpujs, %s', (_, device) => {
  it('tells programs of one name apart', async () => {
    const x = ones([3], { device });
    expect(await numbersOf(x.neg())).toEqual([-1, -1, -1]);
    expect(await numbersOf(apply1(seven, [x], null))).toEqual([7, 7, 7]);
  });

  it('writes two results into one memory', async () => {
    const parts = [1, 2].map((v) => parameter(tensor([v, v], [2], { device })));
    const arena = await moveToArena(parts, device);
    untracked(() => apply(both, parts, null));
    for (const [i, part] of parts.entries()) expect(await numbersOf(part)).toEqual([i + 2, i + 2]);
    expect((await numbersOf(arena)).slice(0, 3)).toEqual([2, 2, 0]);
  });

  it.skipIf(device.tier === 'webgl2' || device.tier === 'webgl')(
    'the largest of numbers that are none is none',
    async () => {
      expect(await numbersOf(tensor([Number.NaN, 1, 1, Number.NaN, 2, 3], [3, 2], { device }).max(1))).toEqual([
        Number.NaN,
        Number.NaN,
        3,
      ]);
    },
  );

  it('refuses a kernel that gives back its input, and what would be read instead', async () => {
    const back: GpuJsKernel = { op: 'seven', run: async ([x]) => [x!] };
    const own = gpujs({ mode: device.tier, kernels: [back] });
    const y = apply1(seven, [ones([3], { device: own })], null);
    await expect(y.data()).rejects.toThrow('gpujs: the kernel of seven gives back one of its inputs; copy it.');
  });

  it('says where a kernel that is missing is handed in', () => {
    const other = gpujs({ mode: device.tier });
    expect(() => apply1(seven, [ones([3], { device: other })], null)).toThrow('pass it in gpujs({ kernels })');
  });

  it('refuses tensors whose places it cannot tell, and goes on', async () => {
    const beyond: Shape = [5000, 5000];
    expect(() => ones([1], { device }).broadcastTo(beyond)).toThrow(
      'broadcastTo: a tensor [5000,5000] has 25000000 elements, and on gpujs places are exact up to 16777216; use a smaller batch, or wasm.',
    );
    expect(() => tensor(new Float32Array(2 ** 24 + 1), [2 ** 24 + 1], { device })).toThrow('has 16777217 elements');
    expect(await numbersOf(ones([1], { device }))).toEqual([1]);
  });
});
