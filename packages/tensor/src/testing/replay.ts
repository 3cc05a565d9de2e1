// Runs an op on given numbers and compares outputs and gradients with expected ones: goldens, and fast path against definition.
import { gradOf, parameter } from '../autograd.ts';
import { tensor } from '../create.ts';
import type { Device } from '../device.ts';
import { OptionError, ShapeError } from '../errors.ts';
import { scope } from '../scope.ts';
import type { Shape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { type Deviation, deviation } from './error.ts';

export interface Numbers {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
  readonly dtype?: 'i32';
}

/** One case: inputs by name, and what is expected of outputs and gradients. The loss is the sum over outputs of <output, cotangent>. */
export interface Case {
  readonly inputs: Readonly<Record<string, Numbers>>;
  readonly cotangents: Readonly<Record<string, Numbers>>;
  readonly outputs: Readonly<Record<string, Numbers>>;
  readonly gradients: Readonly<Record<string, Numbers>>;
}

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
 */
export async function evaluate(
  run: Run,
  { inputs, cotangents }: Pick<Case, 'inputs' | 'cotangents'>,
  wanted: readonly string[],
  device: Device,
): Promise<Pick<Case, 'outputs' | 'gradients'>> {
  const make = ({ data, shape, dtype }: Numbers) => tensor(data, shape, { device, ...(dtype && { dtype }) });
  const result = scope(() => {
    const ins = Object.fromEntries(Object.entries(inputs).map(([name, n]) => [name, make(n)]));
    for (const name of wanted) parameter(ins[name]);
    const outs = run(ins);
    const seeded = Object.keys(cotangents);
    const wrt = wanted.map((name) => ins[name]);
    const gs =
      wanted.length === 0
        ? []
        : gradOf(
            seeded.map((n) => outs[n]),
            seeded.map((n) => make(cotangents[n])),
            wrt,
          );
    return { outs: { ...outs }, grads: Object.fromEntries(wanted.map((name, i) => [name, gs[i]])) };
  });
  const read = async (tensors: Readonly<Record<string, Tensor>>) => {
    const out: Record<string, Numbers> = {};
    for (const [name, t] of Object.entries(tensors)) out[name] = { shape: t.shape, data: await t.data() };
    return out;
  };
  return { outputs: await read(result.outs), gradients: await read(result.grads) };
}

/** Runs a case on a device and measures every expected output and gradient. @throws ShapeError or OptionError where a shape or a name differs. */
export async function replay(run: Run, expected: Case, device: Device): Promise<Compared[]> {
  const ours = await evaluate(run, expected, Object.keys(expected.gradients), device);
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
