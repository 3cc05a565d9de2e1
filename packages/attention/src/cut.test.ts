// Every kernel with its units cut in every way, in both tiers: the same bits.
import { kernels as nn } from '@twilljs/nn/wasm';
import { type Numbers, noise, type OpCase } from '@twilljs/tensor/testing';
import { cutChecks } from '@twilljs/wasm/testing';
import { describe, it } from 'vitest';
import { appendOp } from './append/op.ts';
import { type AttentionAttrs, attentionOp } from './op.ts';
import { kernels } from './wasm.ts';

const make = (seed: number, ...shape: number[]): Numbers => ({
  shape,
  data: noise(
    shape.reduce((a, b) => a * b, 1),
    seed,
  ).map((x) => 3 * x),
});

/** Several blocks of queries, the last one not full; one query; queries at the end; windows over blocks and within. */
const attention = (
  [
    [1, 131, 131, 4, 2, null],
    [2, 64, 64, 2, 2, null],
    [2, 1, 70, 4, 2, null],
    [2, 1, 70, 4, 2, 9],
    [1, 150, 230, 2, 1, 100],
    [1, 200, 200, 2, 2, 9],
  ] as const
).map(([B, T, S, H, HKV, window]): OpCase<AttentionAttrs> => {
  const inputs = { q: make(1, B, T, H, 6), k: make(2, B, S, HKV, 6), v: make(3, B, S, HKV, 5) };
  return { name: `T ${T}, S ${S}, window ${window}`, attrs: { scale: 0.4, window }, inputs };
});

const ranges = (...list: number[]): Numbers => ({ shape: [list.length / 2, 2], data: list, dtype: 'i32' });

/** Rings that are not full and that have wrapped; one token, several blocks; sequences with gaps. */
const sequences = (
  [
    [2, 131, null, [7, 90], null],
    [3, 1, 9, [3, 40, 0], null],
    [1, 200, null, [0, 40, 5], [3, 90, 90, 91, 95, 199]],
    [2, 100, 20, [0, 40, 5], [3, 90, 90, 90, 95, 199]],
  ] as const
).map(([B, T, window, had, list]): OpCase<AttentionAttrs> => {
  const n = had.length;
  const inputs = {
    ...{ q: make(1, B, T, 4, 6), k: make(2, B, T, 2, 6), v: make(3, B, T, 2, 5) },
    ...{
      k0: make(4, n, 33, 2, 6),
      v0: make(5, n, 33, 2, 5),
      position: { shape: [n], data: had, dtype: 'i32' as const },
    },
    ...(list && { ranges: ranges(...list) }),
  };
  return { name: `T ${T}, a past of ${had}`, attrs: { scale: 0.4, window }, inputs };
});

const appended = [null, ranges(0, 2, 2, 2, 3, 9)].map((ranges) => ({
  name: ranges ? 'ranges' : 'rows',
  attrs: null,
  inputs: {
    ...{
      buffer: make(1, 3, 4, 3),
      x: make(2, 3, 3, 3),
      position: { shape: [3], data: [0, 3, 9], dtype: 'i32' as const },
    },
    ...(ranges && { ranges }),
  },
}));

const tried = [
  { op: attentionOp, cases: [...attention, ...sequences] },
  { op: appendOp, cases: appended },
];

/** The others of the list are those of nn, which cuts them itself. */
const own = kernels.filter((kernel) => !nn.includes(kernel));

describe.each(['plain', 'relaxed', 'wide'] as const)('tier %s', (tier) => {
  it.each(cutChecks(own, tried, tier))('$name', ({ run }) => run());
});
