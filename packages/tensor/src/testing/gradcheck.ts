// Gradients against central differences, in f64.
import { gradOf, parameter } from '../autograd.ts';
import { cpu } from '../cpu.ts';
import { tensor } from '../create.ts';
import { scope } from '../scope.ts';
import { type Shape, size } from '../shape.ts';
import { untracked } from '../tape.ts';
import type { Tensor } from '../tensor.ts';
import { deviation } from './error.ts';
import { noise } from './noise.ts';

/** An input of a function whose gradient is checked. */
export interface GradcheckInput {
  values: ArrayLike<number>;
  shape: Shape;
  /** Ids, and what is stored in bf16, take no gradient. */
  dtype?: 'i32' | 'bf16';
}

/**
 * Compares the gradient of sum over outputs of <y, random cotangent> with central differences, for every input.
 *
 * @param f from tensors on the f64 reference device to outputs.
 * @param samples how many elements of each input to perturb, evenly spread. Default 24.
 * @returns the largest RMS ratio over the inputs.
 */
export async function gradcheck(
  f: (ins: Tensor[]) => Tensor[],
  inputs: readonly GradcheckInput[],
  samples = 24,
): Promise<number> {
  const device = cpu({ float: 'f64' });
  const make = (values: readonly ArrayLike<number>[]) =>
    values.map((v, i) => tensor(v, inputs[i].shape, { device, ...(inputs[i].dtype && { dtype: inputs[i].dtype }) }));
  const values = inputs.map((input) => Float64Array.from(input.values));
  const objective = async (at: readonly ArrayLike<number>[]) => {
    let total = 0;
    for (const [i, y] of untracked(() => scope(() => f(make(at)))).entries()) {
      const data = await y.data();
      const cotangent = noise(data.length, i + 1);
      for (let n = 0; n < data.length; n++) total += data[n] * cotangent[n];
    }
    return total;
  };
  const gradients = scope(() => {
    const xs = make(values);
    const wrt = xs.filter((x) => x.dtype === 'f64').map((x) => parameter(x));
    const ys = f(xs);
    const dys = ys.map((y, i) => tensor(noise(y.size, i + 1), y.shape, { device }));
    return wrt.length === 0 ? [] : gradOf(ys, dys, wrt);
  });
  let worst = 0;
  let next = 0;
  for (const [i, input] of inputs.entries()) {
    if (input.dtype) continue;
    const gradient = await gradients[next++].data();
    const count = Math.min(samples, size(input.shape));
    const measured: number[] = [];
    const claimed: number[] = [];
    for (let s = 0; s < count; s++) {
      const at = Math.floor((s * gradient.length) / count);
      claimed.push(gradient[at]);
      measured.push(await centralDifference(objective, values, i, at));
    }
    worst = Math.max(worst, deviation(claimed, measured).error);
  }
  return worst;
}

/** Fourth-order central difference: truncation ~ h^4 f^(5) and rounding ~ 1e-16 / h are both far below 1e-7. */
async function centralDifference(
  objective: (at: readonly ArrayLike<number>[]) => Promise<number>,
  values: readonly Float64Array[],
  input: number,
  at: number,
): Promise<number> {
  const h = 2e-4 * Math.max(1, Math.abs(values[input][at]));
  const shifted = async (by: number) => {
    const moved = values.map((v, i) => (i === input ? v.slice() : v));
    moved[input][at] += by;
    return objective(moved);
  };
  const near = (await shifted(h)) - (await shifted(-h));
  const far = (await shifted(2 * h)) - (await shifted(-2 * h));
  return (8 * near - far) / (12 * h);
}
