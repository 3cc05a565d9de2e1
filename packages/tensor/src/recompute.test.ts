// recompute: the gradients of what it wraps, to the bit, in less memory.
import { describe, expect, it } from 'vitest';
import { cpu, grad, keep, parameter, recompute, release, scope, type Tensor, tensor, untracked } from './index.ts';
import { noise } from './testing.ts';

const device = cpu({ float: 'f64', poison: true });
const make = (n: number, seed: number, shape: number[]) => parameter(tensor(noise(n, seed), shape, { device }));

describe('recompute', () => {
  const w = keep([make(9, 1, [3, 3]), make(9, 2, [3, 3]), make(3, 3, [3])]);
  const block = (i: number) => (x: Tensor) => x.matmul(w[i]).softplus().mul(w[2]).add(x);
  const gradients = (through: (i: number, x: Tensor) => Tensor, leaf: boolean) =>
    keep(
      scope(() => {
        const x = tensor(noise(6, 4), [2, 3], { device });
        if (leaf) parameter(x);
        const y = through(1, through(0, x))
          .mul(tensor(noise(6, 5), [2, 3], { device }))
          .sum();
        return grad(y, leaf ? [x, ...w] : w);
      }),
    );

  it.each([true, false])('has the bits of the body, where x is a leaf: %s', async (leaf) => {
    const plain = gradients((i, x) => block(i)(x), leaf);
    const again = gradients((i, x) => recompute(block(i), x, w), leaf);
    for (const [i, g] of plain.entries()) expect(await again[i].data()).toEqual(await g.data());
    release([plain, again]);
    expect(device.report().buffers).toBe(w.length);
  });

  it('keeps what stands between two bodies, and nothing inside', () => {
    const deep = (x: Tensor) => Array.from({ length: 20 }).reduce<Tensor>((h) => h.exp().log(), x);
    const live = (through: (x: Tensor) => Tensor) =>
      scope(() => {
        const x = make(300, 1, [300]);
        const before = device.report().bytes;
        const y = through(through(x));
        const bytes = device.report().bytes - before;
        y.release();
        return bytes;
      });
    const one = 300 * 8;
    expect(live(deep)).toBeGreaterThan(40 * one);
    expect(live((x) => recompute(deep, x, []))).toBe(2 * one);
  });

  it('is the body alone where nothing is recorded', () => {
    const x = w[0];
    scope(() => expect(untracked(() => recompute((h) => h.exp(), x, [])).slot).toBeUndefined());
  });

  it('refuses a gradient that would get lost', () => {
    scope(() => {
      const x = make(6, 4, [2, 3]);
      const y = recompute(block(0), x, [w[0]]).sum();
      expect(() => grad(y, [x])).toThrow('recompute: the body depends on a parameter');
      const outer = x.exp();
      const z = recompute((h) => h.mul(outer), x, []).sum();
      expect(() => grad(z, [x])).toThrow('or on a value of the graph, that was not handed in');
    });
  });
});
