// Runs an op on given numbers and compares outputs and gradients with expected ones: goldens, and fast path against definition.
import { gradOf, parameter } from '../autograd.ts';
import { compile } from '../compile.ts';
import { tensor } from '../create.ts';
import type { Device } from '../device.ts';
import { OptionError, ShapeError } from '../errors.ts';
import { keep, release, scope } from '../scope.ts';
import type { Shape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { type Deviation, deviation } from './error.ts';

/** Values with their shape. */
export interface Numbers {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
  /** Bits of bf16 are made of `data`. */
  readonly dtype?: 'i32' | 'bf16';
}

/** One case: inputs by name, and what is expected of outputs and gradients. The loss is the sum over outputs of <output, cotangent>. */
export interface Case {
  readonly inputs: Readonly<Record<string, Numbers>>;
  readonly cotangents: Readonly<Record<string, Numbers>>;
  readonly outputs: Readonly<Record<string, Numbers>>;
  readonly gradients: Readonly<Record<string, Numbers>>;
}

/** One tensor of a golden file, and how far ours is from it. */
export interface Compared extends Deviation {
  /** `out.y`, `grad.q`, ... */
  readonly name: string;
  readonly kind: 'out' | 'grad';
  /** True where every expected value is 0. */
  readonly zero: boolean;
}

type Run = (ins: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>;

/**
 * Outputs and gradients of `run` on a device, as host numbers.
 *
 * @param wanted names of the inputs whose gradients to form.
 * @param recorded from the replay of a compiled step.
 */
export async function evaluate(
  run: Run,
  { inputs, cotangents }: Pick<Case, 'inputs' | 'cotangents'>,
  wanted: readonly string[],
  device: Device,
  recorded = false,
): Promise<Pick<Case, 'outputs' | 'gradients'>> {
  const make = ({ data, shape, dtype }: Numbers) => tensor(data, shape, { device, ...(dtype && { dtype }) });
  const made = keep({ ins: mapped(inputs, make), seeds: mapped(cotangents, make) });
  for (const name of wanted) parameter(made.ins[name]);
  const step = ({ ins, seeds }: typeof made) => {
    const outs = run(ins);
    const names = Object.keys(seeds);
    const ys = names.map((name) => outs[name]);
    const dys = names.map((name) => seeds[name]);
    const gs =
      wanted.length === 0
        ? []
        : gradOf(
            ys,
            dys,
            wanted.map((name) => ins[name]),
          );
    return { outs: { ...outs }, grads: Object.fromEntries(wanted.map((name, i) => [name, gs[i]])) };
  };
  const result = keep(recorded ? replayed(device, step, made) : scope(() => step(made)));
  const read = async (tensors: Readonly<Record<string, Tensor>>) => {
    const out: Record<string, Numbers> = {};
    for (const [name, t] of Object.entries(tensors)) out[name] = { shape: t.shape, data: await t.data() };
    return out;
  };
  const numbers = { outputs: await read(result.outs), gradients: await read(result.grads) };
  release([made, result]);
  return numbers;
}

const mapped = <A, B>(record: Readonly<Record<string, A>>, f: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value)]));

/** What a step returns when it is replayed. */
export function replayed<I extends readonly unknown[], R>(device: Device, step: (...inputs: I) => R, ...inputs: I): R {
  using compiled = compile(device, step);
  for (let i = 0; i < 2; i++) scope(() => void compiled(...inputs));
  return keep(scope(() => compiled(...inputs)));
}

/** Runs a case on a device and measures every expected output and gradient. @throws ShapeError or OptionError where a shape or a name differs. */
export async function replay(run: Run, expected: Case, device: Device, recorded = false): Promise<Compared[]> {
  const ours = await evaluate(run, expected, Object.keys(expected.gradients), device, recorded);
  const compare = (kind: 'out' | 'grad', mine: Case['outputs'], theirs: Case['outputs']) =>
    Object.entries(theirs).map(([name, n]): Compared => {
      const got = mine[name];
      if (!got)
        throw new OptionError(
          `${kind}.${name} is expected but the op has no such ${kind === 'out' ? 'output' : 'gradient'}; leave it out.`,
        );
      if (`${got.shape}` !== `${n.shape}`)
        throw new ShapeError(
          `${kind}.${name}: [${n.shape}] is expected but the op gives [${got.shape}]; let the inputs agree with it.`,
        );
      const zero = Array.prototype.every.call(n.data, (x: number) => x === 0);
      return { name: `${kind}.${name}`, kind, zero, ...deviation(got.data, n.data) };
    });
  return [...compare('out', ours.outputs, expected.outputs), ...compare('grad', ours.gradients, expected.gradients)];
}
