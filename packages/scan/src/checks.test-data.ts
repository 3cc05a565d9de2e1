// The properties of a recurrence that every op must have on a device, as a list of checks for any test runner.
import { type Device, type Op, scope, type Tensor, tensor } from '@twilljs/tensor';
import { deviation, type Numbers, named, noise } from '@twilljs/tensor/testing';

export type Inputs = Readonly<Record<string, Numbers>>;
export type Named = Readonly<Record<string, Tensor>>;
type Outputs = Record<'y' | 'state', Float64Array>;

/** An op with attributes `A`, and all that its tests compare it with, on cases `C`. */
export interface Recurrence<A, C> {
  readonly op: Op<A>;
  readonly attrs: A;
  /** The recurrence token by token: the oracle. */
  naive(ins: Named, attrs: A): { readonly y: Tensor; readonly state: Tensor };
  /** The inputs of a case. Those with axes [B,T, ...] have time. */
  inputs(at: C): Inputs;
  /** A small case of `T` tokens, two rows, with a state `h0` unless `fresh`. */
  small(T: number, fresh: boolean): C;
  /** The input that the outputs are linear in while the state starts at zero. */
  readonly linearIn: string;
  /** The chunkwise form for a chunk length, where there is one, from inputs in the order of the op's. */
  chunkwise?(ins: readonly (Tensor | null)[], attrs: A, C: number): readonly Tensor[];
}

export interface Check {
  readonly name: string;
  /** Rejects when the check fails, with the figure and the bound. */
  run(): Promise<void>;
}

const close = 1e-5;

/** Hand-over, causality, independence of rows, linearity and independence of the chunk. */
export function recurrenceChecks<A, C>(of: Recurrence<A, C>, device: Device): Check[] {
  const { op, attrs, linearIn, chunkwise } = of;
  const small = (T: number, fresh: boolean) => of.inputs(of.small(T, fresh));
  const outputs = async (inputs: Inputs, run: (ins: Named) => Named = named(op, attrs)): Promise<Outputs> => {
    const { y, state } = scope(() => {
      const ins = Object.entries(inputs).map(([name, { data, shape }]) => [name, tensor(data, shape, { device })]);
      return { ...run(Object.fromEntries(ins)) };
    });
    return { y: Float64Array.from(await y.data()), state: Float64Array.from(await state.data()) };
  };
  const checks: Check[] = [
    {
      name: 'continues from the state of any split',
      async run() {
        const inputs = small(81, false);
        const whole = await outputs(inputs);
        for (const t of [1, 2, 15, 16, 40, 64, 80]) {
          const head = await outputs({ ...part(inputs, 0, t), h0: inputs.h0 });
          const h0 = { shape: inputs.h0.shape, data: head.state };
          const tail = await outputs({ ...part(inputs, t, 81), h0 });
          within(`y split at ${t}`, joined(head.y, tail.y), whole.y);
          within(`state split at ${t}`, tail.state, whole.state);
        }
      },
    },
    {
      name: 'never lets a later token change an earlier output, to the last bit',
      async run() {
        const inputs = small(90, false);
        const before = await outputs(inputs);
        for (const t of [1, 17, 64, 89]) {
          const after = await outputs(changed(inputs, (_, token) => token >= t));
          const row = before.y.length / (2 * 90);
          for (const from of [0, 90 * row]) {
            same(`y before token ${t}`, after.y, before.y, from, from + t * row);
            differs(`y at token ${t}`, after.y, before.y, from + t * row, from + (t + 1) * row);
          }
        }
      },
    },
    {
      name: 'never lets a row of the batch change another, to the last bit',
      async run() {
        const inputs = small(70, false);
        const before = await outputs(inputs);
        const after = await outputs(changed(inputs, (b) => b === 0));
        for (const name of ['y', 'state'] as const) {
          const half = before[name].length / 2;
          same(`${name} of row 1`, after[name], before[name], half, 2 * half);
          differs(`${name} of row 0`, after[name], before[name], 0, half);
        }
      },
    },
    {
      name: `is linear in ${linearIn} while the state starts at zero`,
      async run() {
        const inputs = small(70, true);
        const x = inputs[linearIn];
        const other = { ...x, data: noise(x.data.length, 50) };
        const sum = { ...x, data: other.data.map((v, i) => 2 * v + x.data[i]) };
        const [one, two, both] = [
          await outputs(inputs),
          await outputs({ ...inputs, [linearIn]: other }),
          await outputs({ ...inputs, [linearIn]: sum }),
        ];
        for (const name of ['y', 'state'] as const) {
          within(
            name,
            both[name],
            one[name].map((v, i) => v + 2 * two[name][i]),
          );
        }
      },
    },
  ];
  if (!chunkwise) return checks;
  const chunks: Check = {
    name: 'does not depend on the chunk',
    async run() {
      const inputs = small(100, false);
      const whole = await outputs(inputs);
      for (const C of [1, 5, 16, 32, 100, 128]) {
        const other = await outputs(inputs, (ins) => {
          const order = op.inputs.map((name) => ins[name.replace('?', '')] ?? null);
          const [y, state] = chunkwise(order, attrs, C);
          return { y, state };
        });
        within(`y in chunks of ${C}`, other.y, whole.y);
        within(`state in chunks of ${C}`, other.state, whole.state);
      }
    },
  };
  return [...checks, chunks];
}

/** Two rows of a sequence from two parts of it. */
function joined(head: Float64Array, tail: Float64Array): Float64Array {
  const [h, t] = [head.length / 2, tail.length / 2];
  return Float64Array.from([...head.subarray(0, h), ...tail.subarray(0, t), ...head.subarray(h), ...tail.subarray(t)]);
}

const hasTime = (name: string, { shape }: Numbers): boolean => name !== 'h0' && shape.length >= 3;

/** Other numbers at the tokens for which `where` holds. */
function changed(inputs: Inputs, where: (b: number, t: number) => boolean): Inputs {
  const other = ({ data, shape }: Numbers): Numbers => {
    const T = shape[1];
    const row = data.length / (shape[0] * T);
    const drawn = noise(data.length, 99);
    const at = (i: number) => where(Math.floor(i / (row * T)), Math.floor(i / row) % T);
    // Log gates stay negative.
    const sign = Array.prototype.every.call(data, (x) => x <= 0) ? (x: number) => -Math.abs(x) : (x: number) => x;
    return { shape, data: Float64Array.from(data, (x, i) => (at(i) ? sign(0.3 * drawn[i]) : x)) };
  };
  return Object.fromEntries(Object.entries(inputs).map(([name, n]) => [name, hasTime(name, n) ? other(n) : n]));
}

/** Tokens from..to of every input that has a time axis; h0 is left out. */
function part(inputs: Inputs, from: number, to: number): Inputs {
  const cut = ({ data, shape }: Numbers): Numbers => {
    const [B, T, ...rest] = shape;
    const row = rest.reduce((a, b) => a * b, 1);
    const all = Float64Array.from(data);
    const kept = Array.from({ length: B }, (_, b) => [...all.subarray((b * T + from) * row, (b * T + to) * row)]);
    return { shape: [B, to - from, ...rest], data: kept.flat() };
  };
  const kept = Object.entries(inputs).filter(([name]) => name !== 'h0');
  return Object.fromEntries(kept.map(([name, n]) => [name, hasTime(name, n) ? cut(n) : n]));
}

function within(what: string, ours: Float64Array, expected: Float64Array): void {
  const { error, worst } = deviation(ours, expected);
  if (!(error <= close)) throw new Error(`${what}: error ${error} above ${close}, worst at ${worst}`);
}

function same(what: string, ours: Float64Array, expected: Float64Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    if (!Object.is(ours[i], expected[i])) throw new Error(`${what}: ${expected[i]} became ${ours[i]} at ${i}`);
  }
}

function differs(what: string, ours: Float64Array, expected: Float64Array, from: number, to: number): void {
  for (let i = from; i < to; i++) if (ours[i] !== expected[i]) return;
  throw new Error(`${what} does not depend on what changed`);
}
