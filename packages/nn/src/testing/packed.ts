// What every mixer must satisfy over sequences of different lengths: any packing is each sequence alone.
import { keep, scope, size, type Tensor, tensor, untracked } from '@twilljs/tensor';
import { tolerances } from '@twilljs/tensor/testing';
import type { State } from '../mixer.ts';
import { params } from '../module.ts';
import { sequencesOf } from '../sequences/sequences.ts';
import { type Check, type MixerCase, makeMixer, same, within } from './cases.ts';
import {
  aloneOf,
  B,
  before,
  capacity,
  evaluated,
  type Given,
  isInside,
  type Named,
  type Numbers,
  packing,
  random,
  ranges,
  rangesOf,
  read,
  rows,
  T,
} from './packing.ts';

/** What a sequence without tokens leaves: its state, and the cotangent of that as its gradient. */
function passedOn({ state, dstate }: Given): Named {
  const gradients = Object.entries(dstate).map(([name, d]) => [`d ${name}`, d] as const);
  return { ...state, ...Object.fromEntries(gradients) };
}

/** The checks of one case. */
export function packedChecks(of: MixerCase): Check[] {
  const { device, config } = of;
  const width = config.hidden_size;
  const { out, grad } = tolerances[device.float];
  // Elsewhere the two ways differ by less than outputs may; on a card they are up to 4e-5 apart.
  const ofGradients = device.name === 'webgpu' ? grad : out;
  return [
    {
      name: 'packed, each sequence is what it is alone, gradients too',
      async run() {
        const mixer = await makeMixer(of);
        const { at, given } = await packing(mixer, width, 1, device);
        const together = await evaluated(mixer, at, [B, T], given, device);
        const rotary = [mixer.rotary];
        const expected: Record<string, Float64Array> = {};
        for (const [i, [begin, end]] of ranges.entries()) {
          const own = aloneOf(given, i);
          const sizes = { B: 1, T: end - begin, positions: [before[i]], capacity, rotary };
          const alone =
            begin < end
              ? await evaluated(
                  mixer,
                  scope(() => sequencesOf(device, sizes)),
                  [1, end - begin],
                  own,
                  device,
                )
              : passedOn(own);
          for (const [name, { shape, data }] of Object.entries(alone)) {
            expected[name] ??= new Float64Array(together[name].data.length);
            // Of tokens, of a sequence, or of a parameter, to whose gradient all sequences add.
            const isTokens = name === 'y' || name === 'd x';
            const first = isTokens ? begin * width : params(mixer).has(name.slice(2)) ? 0 : i * size(shape);
            for (const [k, value] of data.entries()) expected[name][first + k] += value;
          }
        }
        for (const [name, values] of Object.entries(expected)) {
          within(name, together[name].data, values, name.startsWith('d ') ? ofGradients : out);
        }
      },
    },
    {
      name: 'packed, what lies outside changes no bit, and y is 0 there',
      async run() {
        const mixer = await makeMixer(of);
        const results: Named[] = [];
        for (const outside of [0, 3]) {
          const { at, given } = await packing(mixer, width, outside, device);
          results.push(await evaluated(mixer, at, [B, T], given, device));
        }
        for (const [name, { data }] of Object.entries(results[0])) same(name, results[1][name].data, data);
        for (const name of ['y', 'd x']) {
          const at = results[1][name].data.findIndex((v, i) => v !== 0 && !isInside(Math.floor(i / width)));
          if (at !== -1) throw new Error(`${name} outside is ${results[1][name].data[at]} at ${at}`);
        }
        const { at, given } = await packing(mixer, width, Number.NaN, device);
        const make = ({ shape, data }: Numbers) => tensor(data, shape, { device });
        const made = untracked(() =>
          scope(() => {
            const state = Object.fromEntries(Object.entries(given.state).map(([name, n]) => [name, make(n)]));
            const next = mixer.forward(make({ ...given.x, shape: [B, T, width] }), state, at);
            return { y: next.y, ...next.state };
          }),
        );
        for (const [name, { data }] of Object.entries(await read(made))) {
          const expected = results[0][name].data;
          const shown = name === 'y' ? data.map((v, i) => (isInside(Math.floor(i / width)) ? v : expected[i])) : data;
          same(`${name} beside NaN`, shown, expected);
        }
      },
    },
    {
      name: 'packed, in chunks of any lengths with their states it is the whole',
      async run() {
        const mixer = await makeMixer(of);
        const lengths = [40, 3, 22];
        const chunks = [
          [1, 0, 2],
          [1, 1, 1],
          [30, 0, 3],
          [0, 1, 1],
          [8, 1, 15],
        ];
        const rotary = [mixer.rotary];
        const texts = lengths.map((length, i) => random([length, width], 30 + i));
        const done = lengths.map(() => 0);
        const ys = texts.map(({ shape, data }) => ({ shape, data: data.slice() }));
        let state: State | undefined;
        for (const counts of chunks) {
          const P = counts.reduce((a, b) => a + b);
          const parts = counts.map((count, i) => rows(texts[i], done[i], done[i] + count));
          const next: { y: Tensor; state: State } = keep(
            untracked(() =>
              scope(() => {
                const at = sequencesOf(device, {
                  B: 1,
                  T: P,
                  ranges: rangesOf(counts),
                  positions: done,
                  capacity,
                  rotary,
                });
                const x = Float64Array.from(parts.flatMap(({ data }) => [...data]));
                return mixer.forward(tensor(x, [1, P, width], { device }), state, at);
              }),
            ),
          );
          state = next.state;
          const y = Float64Array.from(await next.y.data());
          for (const [i, [begin, end]] of rangesOf(counts).entries()) {
            ys[i].data.set(y.subarray(begin * width, end * width), done[i] * width);
            done[i] += end - begin;
          }
        }
        for (const [i, { shape, data }] of texts.entries()) {
          const whole = untracked(() => scope(() => mixer.forward(tensor(data, [1, ...shape], { device })).y));
          within(`y of sequence ${i}`, ys[i].data, await whole.data(), out);
        }
      },
    },
  ];
}
