// What every recurrence over `ranges` must satisfy: any packing is each sequence alone. All in two rows of 37, so 74 positions.
import { compile, type Device, gradOf, keep, parameter, release, scope, type Tensor, tensor } from '@twilljs/tensor';
import { deviation, evaluate, type Numbers, named, noise, prepare } from '@twilljs/tensor/testing';
import fc from 'fast-check';
import type { Check, Inputs, Recurrence } from './checks.test-data.ts';

export type Ranges = readonly (readonly [begin: number, end: number])[];

const close = 1e-5;
const T = 37;
/** Begin and end of one sequence after the other. */
export const pairs = (...cuts: readonly number[]): Ranges =>
  Array.from({ length: cuts.length >> 1 }, (_, i) => [cuts[2 * i], cuts[2 * i + 1]] as const);
const empty = pairs(3, 3, 3, 3);
/** No gap; gaps, empty sequences first, last and between others, one token, and across rows; of whole chunks; nothing at all. */
const hard = [
  pairs(0, 74),
  pairs(5, 5, 9, 10, 10, 27, 27, 27, 36, 70, 74, 74),
  pairs(0, 16, 16, 32, 33, 34, 35, 67),
  empty,
];
const drawn: fc.Arbitrary<Ranges> = fc
  .array(fc.nat(2 * T), { minLength: 2, maxLength: 10 })
  .map((cuts) => pairs(...cuts.sort((a, b) => a - b)));

const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
/** What each sequence has one of. Of all else with axes [B,T,...] each position has one. */
const isState = (name: string) => /^d?(h0|state)$/.test(name);
const isTimed = (name: string, { shape }: Numbers) => !isState(name) && shape.length >= 3;

const each = (of: Inputs, change: (name: string, numbers: Numbers) => Numbers): Inputs =>
  Object.fromEntries(Object.entries(of).map(([name, numbers]) => [name, change(name, numbers)]));

/** Elements from..to of an axis that has the shape's first `axes` in one, as a batch of one. */
function slice({ data, shape }: Numbers, axes: number, from: number, to: number): Numbers {
  const row = count(shape.slice(axes));
  const kept = Array.prototype.slice.call(data, from * row, to * row);
  return { shape: axes === 2 ? [1, to - from, ...shape.slice(2)] : [1, ...shape.slice(1)], data: kept };
}

/** Of each of these, what belongs to sequence i. */
const ownOf = (of: Inputs, ranges: Ranges, i: number): Inputs =>
  each(of, (name, numbers) =>
    isState(name) ? slice(numbers, 1, i, i + 1) : isTimed(name, numbers) ? slice(numbers, 2, ...ranges[i]) : numbers,
  );

/** The same with `value` at every position that no sequence has. */
const outside = (of: Inputs, ranges: Ranges, value: number): Inputs =>
  each(of, (name, numbers) => {
    if (!isTimed(name, numbers)) return numbers;
    const row = count(numbers.shape.slice(2));
    const isInside = (p: number) => ranges.some(([begin, end]) => begin <= p && p < end);
    return { ...numbers, data: Float64Array.from(numbers.data, (x, i) => (isInside(Math.floor(i / row)) ? x : value)) };
  });

/** Inputs with a state for each sequence, if there is one at all. */
function withStates(inputs: Inputs, n: number): Inputs {
  const shape = [n, ...(inputs.h0?.shape.slice(1) ?? [])];
  return { ...inputs, ...(inputs.h0 && { h0: { shape, data: Float32Array.from(noise(count(shape), 60)) } }) };
}

const lying = (ranges: Ranges): Numbers => ({
  shape: [ranges.length, 2],
  data: Int32Array.from(ranges.flat()),
  dtype: 'i32',
});

/** The inputs of a case over ranges. */
export const packed = (inputs: Inputs, ranges: Ranges): Inputs => ({
  ...withStates(inputs, ranges.length),
  ranges: lying(ranges),
});

/** The first place at which bits differ. */
const differsAt = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.prototype.findIndex.call(a, (x: number, i: number) => !Object.is(x, b[i]));

function same(what: string, ours: Numbers, expected: Numbers): void {
  const at = differsAt(ours.data, expected.data);
  if (at >= 0) throw new Error(`${what}: ${ours.data[at]} at ${at}, not ${expected.data[at]}`);
}

function near(what: string, ours: Numbers, expected: Numbers): void {
  const { error, worst } = deviation(ours.data, expected.data);
  if (!(error <= close)) throw new Error(`${what}: error ${error} above ${close}, worst at ${worst}`);
}

/** @param wanted inputs that take a gradient. Default: all. */
export function packedChecks<A, C>(of: Recurrence<A, C>, device: Device, wanted?: readonly string[]): Check[] {
  const { op, attrs } = of;
  // Chunks of a kernel count from where a sequence begins; those of a definition are as even as the longest row allows.
  const kernels = !device.name.startsWith('cpu');
  // On WebGPU a token alone is decoded, by a kernel with another order of sums.
  const agreeOn = (tokens: number) => (kernels && (tokens !== 1 || device.name !== 'webgpu') ? same : near);
  const cotangentsOf = (inputs: Inputs) => prepare(op, { name: '', attrs, inputs }).cotangents;

  /** Outputs, and gradients under a `d`. */
  const run = async (inputs: Inputs, cotangents: Inputs): Promise<Inputs> => {
    const names = wanted ?? Object.keys(inputs).filter((name) => name !== 'ranges');
    const found = await evaluate(
      named(op, attrs),
      { inputs, cotangents },
      names.filter((name) => name in inputs),
      device,
    );
    const gradients = Object.entries(found.gradients).map(([name, numbers]) => [`d${name}`, numbers]);
    return { ...found.outputs, ...Object.fromEntries(gradients) };
  };

  const compare = async (ranges: Ranges, fresh: boolean) => {
    const inputs = withStates(of.inputs(of.small(T, fresh)), ranges.length);
    const dys = cotangentsOf({ ...inputs, ranges: lying(ranges) });
    const all = (value: number) =>
      run({ ...outside(inputs, ranges, value), ranges: lying(ranges) }, outside(dys, ranges, value));
    const [found, again] = [await all(Number.NaN), await all(1)];
    for (const [name, numbers] of Object.entries(found)) {
      same(`${name} with other numbers outside`, again[name], numbers);
      same(`${name} outside`, numbers, outside({ [name]: numbers }, ranges, 0)[name]);
    }
    for (const [i, [begin, end]] of ranges.entries()) {
      const [ours, mine, dmine] = [found, inputs, dys].map((of) => ownOf(of, ranges, i));
      const passed = {
        state: mine.h0 ?? { ...ours.state, data: new Float32Array(ours.state.data.length) },
        dh0: dmine.state,
      };
      const alone = begin < end ? await run(mine, dmine) : fresh ? { state: passed.state } : passed;
      const agree = agreeOn(end - begin);
      for (const [name, numbers] of Object.entries(alone)) agree(`${name} of ${begin}..${end}`, ours[name], numbers);
    }
  };

  const make = ({ data, shape, dtype }: Numbers) => tensor(data, shape, { device, ...(dtype && { dtype }) });
  const made = (of: Inputs) => Object.fromEntries(Object.entries(of).map(([name, numbers]) => [name, make(numbers)]));

  return [
    {
      name: 'has of any packing what each sequence has alone, and nothing from outside',
      async run() {
        // Definitions take their time: each of the hard packings once.
        for (const [i, ranges] of hard.entries()) {
          for (const fresh of kernels ? [false, true] : [i === 1]) await compare(ranges, fresh);
        }
        await fc.assert(fc.asyncProperty(drawn, fc.boolean(), compare), { seed: 11, numRuns: kernels ? 8 : 2 });
      },
    },
    {
      name: 'reads ranges anew at every replay, with the bits of an eager step',
      async run() {
        const inputs = withStates(of.inputs(of.small(T, false)), 2);
        const dys = cotangentsOf({ ...inputs, ranges: lying(empty) });
        const held = keep({ ins: made(inputs), dys: made(dys) });
        const wrt = Object.keys(inputs).filter((name) => wanted?.includes(name) ?? true);
        for (const name of wrt) parameter(held.ins[name]);
        const step = (ranges: Tensor): Tensor[] => {
          const outs = named(op, attrs)({ ...held.ins, ranges });
          const names = Object.keys(dys);
          const ys = names.map((name) => outs[name]);
          return [
            ...ys,
            ...gradOf(
              ys,
              names.map((name) => held.dys[name]),
              wrt.map((name) => held.ins[name]),
            ),
          ];
        };
        using recorded = compile(device, step);
        for (const ranges of [...[3, 20, 30].map((at) => pairs(1, at, at + 2, 70)), empty, pairs(0, 74, 74, 74)]) {
          const read = async (run: typeof step) => {
            const outs = keep(scope(() => run(make(lying(ranges)))));
            const numbers = await Promise.all(outs.map(async (t) => ({ shape: t.shape, data: await t.data() })));
            release(outs);
            return numbers;
          };
          const [ours, expected] = [await read(recorded), await read(step)];
          for (const [i, numbers] of ours.entries())
            same(`result ${i} with ${JSON.stringify(ranges)}`, numbers, expected[i]);
        }
        release(held);
      },
    },
    {
      name: 'refuses what are no ranges of its positions',
      async run() {
        const inputs = of.inputs(of.small(T, false));
        const refused = (ranges: Numbers, error: string, rows = ranges.shape[0]) => {
          try {
            scope(() => void named(op, attrs)(made({ ...withStates(inputs, rows), ranges })));
          } catch (e) {
            if ((e as Error).name === error && (e as Error).message.startsWith(`${op.name}: `)) return;
            throw e;
          }
          throw new Error(`ranges [${ranges.shape}] of ${Array.from(ranges.data)} with ${rows} states are no ${error}`);
        };
        const ids = (...data: number[]): Numbers => ({
          shape: [data.length / 2, 2],
          data: Int32Array.from(data),
          dtype: 'i32',
        });
        refused(ids(0, 75), 'OptionError');
        refused(ids(0, 1, -1, 2), 'OptionError');
        refused({ shape: [1, 2], data: [0, 1] }, 'DTypeError');
        refused({ ...ids(0, 1), shape: [2] }, 'ShapeError');
        refused(ids(), 'ShapeError', 1);
        refused(ids(0, 1, 1, 2, 2, 3), 'ShapeError', 2);
      },
    },
  ];
}
