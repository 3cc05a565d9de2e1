// The kernels of attention of sequences: the same bits packed and alone, whatever numbers ranges and positions hold; and what is refused.
import {
  apply,
  assign,
  compile,
  empty,
  keep,
  release,
  type Spec,
  scope,
  type Tensor,
  tensor,
  write,
  zeros,
} from '@twilljs/tensor';
import { evaluate, type Numbers, named, noise, prepare } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { append } from '../append/op.ts';
import { attentionGradOp, attentionOp, scaledDotProductAttention } from '../op.ts';
import { kernels } from '../wasm.ts';
import { kernels as webgpu } from '../webgpu.ts';
import { attrsOf, grouped, inputsOf } from './op.test-data.ts';

const fast = [
  await wasm({ kernels, tier: 'plain', poison: true }),
  await wasm({ kernels, tier: 'relaxed', poison: true }),
  await wasm({ kernels, tier: 'wide', poison: true }),
  ...(await webgpuDevices({ kernels: webgpu })).map(([, device]) => device),
];

describe.each(fast.map((device) => [device.label, device] as const))('kernels on %s', (_, device) => {
  const onCard = device.name === 'webgpu';

  it('give a packed sequence the bits of it alone: outputs and gradients', async () => {
    const at = { T: 100, ranges: [1, 2, 2, 2, 5, 9, 20, 95, 97, 98], positions: [4, 40, 0, 9, 11], C: 9, ...grouped };
    // Of the last one's keys there are more parts than all positions would make.
    const long = { T: 4700, ranges: [0, 4200, 4200, 4700], H: 1, D: 2 };
    for (const of of [at, { ...at, window: 20 }, ...(onCard ? [] : [long])]) {
      const prepared = prepare(attentionOp, { name: '', attrs: attrsOf(of), inputs: inputsOf(of) });
      const together = await evaluate(named(attentionOp, attrsOf(of)), prepared, prepared.wanted, device);
      for (let i = 0; 2 * i < of.ranges.length; i++) {
        const [begin, end] = of.ranges.slice(2 * i);
        // A card decodes one token alone in another order.
        if (begin === end || (onCard && end - begin === 1)) continue;
        const cut = ({ shape, data, dtype }: Numbers, from: number, to: number, axis: number): Numbers => {
          const row = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
          const part = Array.from(data).slice(from * row, to * row);
          return { shape: shape.map((n, a) => (a === axis ? to - from : n)), data: part, ...(dtype && { dtype }) };
        };
        const parts = (all: Readonly<Record<string, Numbers>>) =>
          Object.fromEntries(
            Object.entries(all)
              .filter(([name]) => name !== 'ranges')
              .map(([name, n]) => [
                name,
                ['k0', 'v0', 'position'].includes(name) ? cut(n, i, i + 1, 0) : cut(n, begin, end, 1),
              ]),
          );
        const alone = await evaluate(
          named(attentionOp, attrsOf(of)),
          { inputs: parts(prepared.inputs), cotangents: parts(prepared.cotangents) },
          prepared.wanted,
          device,
        );
        const plain = (all: Readonly<Record<string, Numbers>>) =>
          Object.fromEntries(
            Object.entries(all).map(([name, n]) => [name, { shape: n.shape, data: Array.from(n.data) }]),
          );
        expect(plain(alone.outputs)).toEqual(plain(parts(together.outputs)));
        expect(plain(alone.gradients)).toEqual(plain(parts(together.gradients)));
      }
    }
  });

  it('decode from a recording that reads rings where they lie and writes one row each, as without it', async () => {
    const [C, H, D] = [40, 2, 8];
    const make = (seed: number, ...shape: number[]) =>
      keep(
        tensor(
          Float32Array.from(
            noise(
              shape.reduce((a, b) => a * b),
              seed,
            ),
          ),
          shape,
          { device },
        ),
      );
    const [q, x] = [make(1, 1, 1, H, D), make(2, 1, 1, H, D)];
    const position = keep(zeros([1], { device, dtype: 'i32' }));
    const rings = (seed: number) => [make(seed, 1, C, H, D), make(seed + 1, 1, C, H, D)];
    const decode = ([k, v]: Tensor[]) => {
      const y = scaledDotProductAttention(q, x, x, { scale: 1, window: C }, { k, v, position });
      assign(k, append(k, x, position));
      assign(v, append(v, x.mul(2), position));
      return y;
    };
    const [ours, theirs] = [rings(3), rings(3)];
    const step = compile(device, () => decode(ours));
    let bytes = 0;
    for (let t = 0; t < 2 * C + 3; t++) {
      write(position, Int32Array.of(t));
      write(q, Float32Array.from(noise(H * D, t)));
      write(x, Float32Array.from(noise(H * D, 1000 + t)));
      const [y, expected] = [keep(scope(() => step())), keep(scope(() => decode(theirs)))];
      expect(await y.data()).toEqual(await expected.data());
      release([y, expected]);
      if (t === 3) bytes = device.bytesInUse;
    }
    expect(device.bytesInUse).toBe(bytes);
    for (const [i, ring] of ours.entries()) expect(await ring.data()).toEqual(await theirs[i].data());
    const { ops } = step.inspect();
    expect(ops.map(({ op }) => op)).toEqual(['attention', 'append', 'affine', 'append']);
  });

  it('are safe for ranges and positions that cannot be', async () => {
    const at = { B: 2, T: 9, ranges: [0, 1, 2, 3, 4, 5], positions: [1, 2, 3], C: 4, ...grouped };
    const { q, k, v, k0, v0 } = inputsOf(at);
    const given = [q, k, v, k0, v0].map(({ data, shape }) => tensor(data, shape, { device }));
    const wild = [-(2 ** 31), 2 ** 31 - 1, -1, 5, 3, 40, 18, 0];
    const unknown = (list: readonly number[], ...shape: number[]) => {
      const ids = empty(shape, device, 'i32'); // the host does not know what it holds
      device.write(ids.buffer, Int32Array.from(list));
      return ids;
    };
    for (let i = 0; i < 64; i++) {
      const pick = (_: unknown, j: number) => wild[(i * (j + 1) + j) % wild.length];
      const places = [unknown(Array.from({ length: 3 }, pick), 3), unknown(Array.from({ length: 6 }, pick), 3, 2)];
      const around = [0, 1].map(() => tensor(new Float32Array(64).fill(7), [64], { device }));
      const [y, lse] = apply(attentionOp, [...given, ...places], attrsOf(at));
      const grads = apply(attentionGradOp, [y, lse, ...given, ...places, y, lse], attrsOf(at));
      expect(grads.map(({ shape }) => shape)).toEqual(given.map(({ shape }) => shape));
      for (const [x, data] of given.map((x, i) => [x, [q, k, v, k0, v0][i].data] as const))
        expect(await x.data()).toEqual(Float32Array.from(data));
      for (const x of around) expect(await x.data()).toEqual(new Float32Array(64).fill(7));
    }
  });

  afterAll(() => expect([...device.fallbacks.keys()]).toEqual([]));
});

describe('what it refuses', () => {
  const of = (...shape: number[]) => zeros(shape);
  const i32 = (list: number[], ...shape: number[]) => tensor(Int32Array.from(list), shape);
  const call =
    ({ S = 3, ...changes }: Partial<Record<'k' | 'v' | 'position' | 'ranges', Tensor>> & { S?: number }) =>
    () => {
      const { ranges = null, ...past } = { k: of(2, 5, 2, 8), v: of(2, 5, 2, 5), position: i32([0, 1], 2), ...changes };
      return scaledDotProductAttention(
        of(2, 3, 4, 8),
        of(2, S, 2, 8),
        of(2, S, 2, 5),
        { scale: 1, window: null },
        past,
        ranges,
      );
    };
  it.each<[string, () => unknown, string]>([
    [
      'rings of other heads',
      call({ k: of(2, 5, 4, 8) }),
      'k0 [2,5,4,8], v0 [2,5,2,5] and position [2] are not [n,C,HKV,D]',
    ],
    ['rings of two lengths', call({ v: of(2, 4, 2, 5) }), 'k0 [2,5,2,8], v0 [2,4,2,5] and position [2] are not'],
    ['positions of others', call({ position: i32([0], 1) }), 'and position [1] are not'],
    ['a past of others than the ranges', call({ ranges: i32([0, 6], 1, 2) }), 'for n=1 sequences'],
    ['a part of a past', call({ v: undefined as never }), 'v0 [null] and position [2] are not'],
    ['keys beside a past', call({ S: 4 }), '3 queries but 4 keys beside a past or ranges'],
    ['ranges of another form', call({ ranges: i32([0, 6], 2) }), 'ranges [2]'],
    ['a range outside', call({ ranges: i32([0, 3, 4, 7], 2, 2) }), 'attention: range 7 lies outside 7 positions'],
    ['a position below 0', call({ position: i32([0, -1], 2) }), 'attention: position -1 lies outside'],
    ['an unknown part', call({ x: of(1) } as never), 'attention: the past'],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message);
  });
});

// A card reads keys where they are.
const packing = fast.filter(({ name }) => name === 'wasm').map((device) => [device.label, device] as const);
describe.each(packing)('what %s packs', (_, device) => {
  it('have room for a block of each short sequence, and not for more', () => {
    const spec = (...shape: number[]): Spec => ({ shape, dtype: 'f32' });
    const room = (T: number, n: number) => {
      const [x, ranges] = [spec(1, T, 1, 8), { ...spec(n, 2), dtype: 'i32' } as const];
      const runner = device.find(attentionOp, [x, x, x, null, null, null, ranges], { scale: 1, window: null });
      return typeof runner === 'string' ? Number.NaN : runner.scratch;
    };
    expect(room(960, 96)).toBeLessThan(60 * room(10, 1));
  });
});
