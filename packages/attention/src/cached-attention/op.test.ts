// cachedAttention on every device: rings, wrapped and not, against attention over the same keys one after the other.
import { compile, cpu, type Device, full, gradOf, parameter, type Tensor, tensor, zeros } from '@twilljs/tensor';
import { noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { describe, expect, it } from 'vitest';
import { appendInPlace } from '../append-in-place/op.ts';
import { scaledDotProductAttention } from '../op.ts';
import { kernels } from '../wasm.ts';
import { cachedAttention } from './op.ts';

interface Sizes {
  readonly B: number;
  readonly H: number;
  readonly HKV: number;
  readonly D: number;
  readonly V: number;
  /** Rows of the rings, and tokens. */
  readonly C: number;
  readonly T: number;
}

const cases: [string, Sizes][] = [
  ['one row', { B: 1, H: 1, HKV: 1, D: 1, V: 1, C: 1, T: 3 }],
  ['a ring that is never full', { B: 2, H: 2, HKV: 2, D: 6, V: 6, C: 40, T: 33 }],
  ['a ring that wraps', { B: 2, H: 4, HKV: 2, D: 10, V: 7, C: 13, T: 40 }],
  ['a ring of whole vectors', { B: 1, H: 3, HKV: 1, D: 33, V: 36, C: 16, T: 35 }],
];

/** [B,T,heads,size], a little sharper than uniform weights. */
const make = (shape: readonly number[], seed: number, device: Device): Tensor =>
  tensor(
    noise(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ).map((x) => Math.fround(3 * x)),
    shape,
    { device },
  );

/** Decodes every token in rings, and again as attention over the positions that they hold. */
async function both({ B, H, HKV, D, V, C, T }: Sizes, device: Device): Promise<[Float64Array, Float64Array][]> {
  const [q, k, v] = [make([B, T, H, D], 1, device), make([B, T, HKV, D], 2, device), make([B, T, HKV, V], 3, device)];
  const [ks, vs] = [make([B, C, HKV, D], 4, device), make([B, C, HKV, V], 5, device)];
  const found: [Float64Array, Float64Array][] = [];
  for (let t = 0; t < T; t++) {
    const position = tensor(Int32Array.of(t), [1], { device });
    const token = (x: Tensor, from = t) => x.slice(1, from, t + 1);
    appendInPlace(ks, token(k), position);
    appendInPlace(vs, token(v), position);
    const ours = cachedAttention(token(q), ks, vs, position, { scale: D ** -0.5 });
    const first = Math.max(0, t + 1 - C);
    const attrs = { scale: D ** -0.5, window: null };
    const theirs = scaledDotProductAttention(token(q), token(k, first), token(v, first), attrs);
    expect(ours.shape).toEqual(theirs.shape);
    found.push([Float64Array.from(await ours.data()), Float64Array.from(await theirs.data())]);
  }
  return found;
}

it.each(cases)('gives the bits of attention over the keys that are there: %s', async (_, sizes) => {
  for (const device of [cpu({ float: 'f64' }), cpu()]) {
    for (const [ours, theirs] of await both(sizes, device)) expect(ours).toEqual(theirs);
  }
});

describe.each(['plain', 'relaxed'] as const)('the kernel on wasm, %s', async (tier) => {
  const device = await wasm({ kernels, tier, poison: true });

  it.each(cases)('gives the bits of attention over the keys that are there: %s', async (_, sizes) => {
    for (const [ours, theirs] of await both(sizes, device)) expect(ours).toEqual(theirs);
    expect(device.fallbacks.has('cachedAttention')).toBe(false);
  });
});

it('reads the position anew when it is replayed', async () => {
  const device = await wasm({ kernels, poison: true });
  const [k, x] = [make([1, 3, 1, 4], 1, device), make([1, 1, 1, 4], 2, device)];
  const rings = [k, k].map((ring) => ring.mul(1));
  const step = (ring: Tensor, position: Tensor) => {
    appendInPlace(ring, x, position);
    return cachedAttention(x, ring, ring, position, { scale: 1 });
  };
  const replayed = compile(device, step);
  for (let t = 0; t < 8; t++) {
    const position = tensor(Int32Array.of(t), [1], { device });
    expect(await replayed(rings[0], position).data()).toEqual(await step(rings[1], position).data());
  }
});

it('gives zeros for scores of -Infinity throughout', async () => {
  for (const device of [cpu(), await wasm({ kernels })]) {
    const [one, low] = [1, Number.NEGATIVE_INFINITY].map((x) => full([1, 5, 1, 2], x, { device }));
    const last = tensor(Int32Array.of(7), [1], { device });
    const y = cachedAttention(one.slice(1, 0, 1), low, one, last, { scale: 1 });
    expect([...(await y.data())]).toEqual([0, 0]);
  }
});

describe('what it refuses', () => {
  const position = tensor(Int32Array.of(0), [1]);
  const call =
    (changes: Partial<Record<'q' | 'k' | 'v', number[]>>, at = position) =>
    () => {
      const { q, k, v } = { q: [2, 1, 4, 8], k: [2, 3, 2, 8], v: [2, 3, 2, 5], ...changes };
      return cachedAttention(zeros(q), zeros(k), zeros(v), at, { scale: 1 });
    };
  const fit = 'are not [B,1,H,D], [B,C,HKV,D] and [B,C,HKV,V]; reshape them.';
  it.each<[Partial<Record<'q' | 'k' | 'v', number[]>>, string]>([
    [{ q: [2, 2, 4, 8] }, `q [2,2,4,8], k [2,3,2,8] and v [2,3,2,5] ${fit}`],
    [{ k: [1, 3, 2, 8] }, `q [2,1,4,8], k [1,3,2,8] and v [2,3,2,5] ${fit}`],
    [{ v: [2, 4, 2, 5] }, `q [2,1,4,8], k [2,3,2,8] and v [2,4,2,5] ${fit}`],
    [{ k: [2, 0, 2, 8], v: [2, 0, 2, 5] }, `q [2,1,4,8], k [2,0,2,8] and v [2,0,2,5] ${fit}`],
    [{ q: [2, 1, 3, 8] }, '2 key/value heads do not divide 3 heads; choose a divisor.'],
  ])('%o', (changes, message) => {
    expect(call(changes)).toThrow(`cachedAttention: ${message}`);
  });

  it('more than one position, one below 0, a scale that is no number, and a gradient', () => {
    const two = tensor(Int32Array.of(0, 1), [2]);
    expect(call({}, two)).toThrow('cachedAttention: position [2] is not one number; give [1].');
    const [q, k] = [zeros([1, 1, 1, 2]), zeros([1, 3, 1, 2])];
    const low = tensor(Int32Array.of(-1), [1]);
    expect(call({}, low)).toThrow('cachedAttention: position -1 lies outside 2147483648 positions');
    const scaled = (scale: number) => () => cachedAttention(q, k, k, position, { scale });
    expect(scaled(Number.NaN)).toThrow('cachedAttention: scale is NaN');
    const wanted = parameter(zeros([1, 1, 1, 2]));
    const y = cachedAttention(wanted, k, k, position, { scale: 1 });
    expect(() => gradOf([y], [q], [wanted])).toThrow('cachedAttention has no gradient');
  });
});
