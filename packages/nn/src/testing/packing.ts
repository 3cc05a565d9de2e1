// A packing of sequences of different lengths, which go on from states, and what a mixer makes of it.
import {
  type Device,
  gradOf,
  keep,
  parameter,
  type Shape,
  scope,
  size,
  type Tensor,
  tensor,
  untracked,
} from '@twilljs/tensor';
import { noise } from '@twilljs/tensor/testing';
import type { Mixer, Sequences } from '../mixer.ts';
import { params } from '../module.ts';
import { sequencesOf } from '../sequences/sequences.ts';

type Range = readonly [begin: number, end: number];

export const [B, T] = [2, 36] as const;
/** Fewer tokens than a filter, none, one, one across rows with several chunks, and gaps of all kinds. */
export const ranges: readonly Range[] = [
  [1, 3],
  [3, 3],
  [5, 6],
  [6, 54],
  [60, 71],
];
/** Tokens that each had before. */
export const before = [3, 2, 0, 5, 1];
/** For which there is room where a state grows. */
export const capacity = 56;

/** Host numbers of a tensor. */
export interface Numbers {
  readonly shape: Shape;
  readonly data: Float64Array;
}
export type Named = Readonly<Record<string, Numbers>>;

export const isInside = (p: number) => ranges.some(([begin, end]) => p >= begin && p < end);
export const random = (shape: Shape, seed: number): Numbers => ({
  shape,
  data: noise(size(shape), seed).map(Math.fround),
});

/** Entries from..to of the first axis. */
export function rows({ shape: [n, ...rest], data }: Numbers, from: number, to: number): Numbers {
  const row = data.length / n;
  return { shape: [to - from, ...rest], data: data.slice(from * row, to * row) };
}

export async function read(tensors: Readonly<Record<string, Tensor>>): Promise<Named> {
  const out: Record<string, Numbers> = {};
  for (const [name, t] of Object.entries(tensors))
    out[name] = { shape: t.shape, data: Float64Array.from(await t.data()) };
  return out;
}

/** x and dy are [P,D], states [n,...]; in rows of its own where a sequence is alone. */
export interface Given {
  readonly x: Numbers;
  readonly dy: Numbers;
  readonly state: Named;
  readonly dstate: Named;
}

/** y, the states after it, and the gradients of x, the states before it and the parameters, of x [B,T,D]. */
export async function evaluated(
  mixer: Mixer,
  at: Sequences,
  [B, T]: readonly number[],
  given: Given,
  device: Device,
): Promise<Named> {
  const make = ({ shape, data }: Numbers) => tensor(data, shape, { device });
  const inBatch = ({ shape, data }: Numbers) => make({ shape: [B, T, shape[1]], data });
  const parameters = params(mixer);
  const made = scope(() => {
    const x = parameter(inBatch(given.x));
    const entries = Object.entries(given.state).map(([name, n]) => [name, parameter(make(n))] as const);
    const { y, state } = mixer.forward(x, Object.fromEntries(entries), at);
    const names = Object.keys(state);
    const seeds = [inBatch(given.dy), ...names.map((name) => make(given.dstate[name]))];
    const from = [x, ...entries.map(([, t]) => t), ...parameters.values()];
    const ds = gradOf([y, ...names.map((name) => state[name])], seeds, from);
    const gradients = ['x', ...entries.map(([name]) => name), ...parameters.keys()].map((name, i) => [
      `d ${name}`,
      ds[i],
    ]);
    return { y, ...state, ...Object.fromEntries(gradients) } as Record<string, Tensor>;
  });
  return read(made);
}

/** A packing whose positions outside hold `outside` x noise. */
export async function packing(
  mixer: Mixer,
  width: number,
  outside: number,
  device: Device,
): Promise<{ at: Sequences; given: Given }> {
  const rotary = [mixer.rotary];
  const prompt = sequencesOf(device, { B: 1, T: 11, ranges: rangesOf(before), capacity, rotary });
  const first = tensor(noise(11 * width, 5), [1, 11, width], { device });
  const state = await read(untracked(() => scope(() => mixer.forward(first, undefined, prompt).state)));
  const dstate = Object.entries(state).map(([name, { shape }], i) => [name, random(shape, 20 + i)] as const);
  const tokens = (seed: number) => {
    const values = noise(B * T * width, seed).map(Math.fround);
    return { shape: [B * T, width], data: values.map((v, i) => (isInside(Math.floor(i / width)) ? v : v * outside)) };
  };
  const at = keep(scope(() => sequencesOf(device, { B, T, ranges, positions: before, capacity, rotary })));
  return { at, given: { x: tokens(1), dy: tokens(2), state, dstate: Object.fromEntries(dstate) } };
}

/** One behind the other. */
export function rangesOf(lengths: readonly number[]): Range[] {
  let end = 0;
  return lengths.map((length) => {
    end += length;
    return [end - length, end];
  });
}

/** One sequence of a packing, in a row of its own. */
export function aloneOf({ x, dy, state, dstate }: Given, i: number): Given {
  const one = (named: Named) => Object.fromEntries(Object.entries(named).map(([name, t]) => [name, rows(t, i, i + 1)]));
  return { x: rows(x, ...ranges[i]), dy: rows(dy, ...ranges[i]), state: one(state), dstate: one(dstate) };
}
