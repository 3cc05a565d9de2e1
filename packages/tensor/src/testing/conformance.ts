// One op on a device against its definition (or its oracle) on the f64 reference, forward and backward.
import { apply } from '../apply.ts';
import { cpu } from '../cpu.ts';
import type { Device } from '../device.ts';
import type { Op } from '../op.ts';
import { size } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { tolerances } from './error.ts';
import { noise } from './noise.ts';
import { type Case, type Compared, evaluate, type Numbers, replay } from './replay.ts';

/** Inputs of one case by name; leave optional ones out. */
export interface OpCase<A> {
  readonly name: string;
  readonly attrs: A;
  readonly inputs: Readonly<Record<string, Numbers>>;
  /** Inputs that take a gradient. Default: all of the device's floats. */
  readonly wanted?: readonly string[];
  /** Larger bounds, for cases that f32 cannot do better (with the reason in the case's name). */
  readonly tolerance?: { out: number; grad: number };
}

/** The op as a function of named inputs. */
export function named<A>(op: Op<A>, attrs: A): (ins: Readonly<Record<string, Tensor>>) => Record<string, Tensor> {
  return (ins) => {
    const last = op.inputs.at(-1);
    const order = last?.endsWith('...')
      ? Object.values(ins)
      : op.inputs.map((name) => ins[name.replace('?', '')] ?? null);
    return Object.fromEntries(apply(op, order, attrs).map((t, i) => [outputName(op, i), t]));
  };
}

/** The name of an output; of a last `y...`: `y0`, `y1` and so on. */
function outputName(op: Op, i: number): string {
  const last = op.outputs.length - 1;
  const name = op.outputs[Math.min(i, last)];
  return name.endsWith('...') ? `${name.slice(0, -3)}${i - last}` : name;
}

/** A case with the inputs that take a gradient, and a cotangent for each output. */
export function prepare<A>(
  op: Op<A>,
  { attrs, inputs, wanted }: OpCase<A>,
): Pick<Case, 'inputs' | 'cotangents'> & { wanted: readonly string[] } {
  const shapes = op.shape(
    op.inputs.at(-1)?.endsWith('...')
      ? Object.values(inputs).map((n) => n.shape)
      : op.inputs.map((name) => inputs[name.replace('?', '')]?.shape ?? null),
    attrs,
  );
  const cotangents = Object.fromEntries(
    shapes.map((shape, i) => [outputName(op, i), { shape, data: Float32Array.from(noise(size(shape), 100 + i)) }]),
  );
  const differentiable = shapes.some((_, i) => !op.types?.[outputName(op, i)]);
  return {
    inputs,
    cotangents,
    wanted: wanted ?? Object.keys(inputs).filter((name) => differentiable && !inputs[name].dtype),
  };
}

/**
 * Errors of an op on `device` against `oracle` (default: the op itself) on the f64 reference device.
 *
 * @returns every output and gradient with its error, worst last.
 */
export async function conformance<A>(
  op: Op<A>,
  { attrs, inputs, wanted }: OpCase<A>,
  device: Device,
  oracle: (ins: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>> = named(op, attrs),
): Promise<Compared[]> {
  const rounded = Object.fromEntries(
    Object.entries(inputs).map(([name, n]) => [name, { ...n, data: roundedTo(n, device) }]),
  );
  const prepared = prepare(op, { name: '', attrs, inputs: rounded, ...(wanted && { wanted }) });
  const reference = await evaluate(oracle, prepared, prepared.wanted, cpu({ float: 'f64' }));
  const expected: Case = { ...prepared, ...reference };
  return (await replay(named(op, attrs), expected, device)).sort((a, b) => a.error - b.error);
}

const roundedTo = (n: Numbers, device: Device) =>
  n.dtype ? n.data : device.float === 'f32' ? Float32Array.from(n.data) : Float64Array.from(n.data);

/** The comparisons that exceed the tolerance of the device's type. */
export function failures(
  compared: readonly Compared[],
  float: 'f32' | 'f64',
  tolerance: { out: number; grad: number } = tolerances[float],
): Compared[] {
  return compared.filter(({ kind, zero, error }) => !(error <= (zero ? tolerances[float].zero : tolerance[kind])));
}
