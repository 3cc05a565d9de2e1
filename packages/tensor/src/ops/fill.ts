// Ops that fill memory: with one number, or with what another tensor holds.
import { apply1, applyOn } from '../apply.ts';
import type { Device } from '../device.ts';
import { ShapeError } from '../errors.ts';
import type { Op } from '../op.ts';
import { flag, knownOnly } from '../options.ts';
import { type Shape, sameShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';

/** A tensor of one number. */
export const fullOp: Op<{ shape: Shape; value: number }> = {
  name: 'full',
  inputs: [],
  outputs: ['y'],
  shape: (_, { shape }) => [shape],
  cpu(_, [y], { value }) {
    y.data.fill(value);
  },
};

/** Writes x over `into`, or adds it to what is there. */
export const assignOp: Op<{ add: boolean }> = {
  name: 'assign',
  inputs: ['into', 'x'],
  outputs: ['y'],
  updates: { y: 'into' },
  shape([into, x], { add }) {
    flag('assign: add', add);
    if (!sameShape(into!, x!)) throw new ShapeError(`assign: x [${x}] does not fit into [${into}]; give that shape.`);
    return [into!];
  },
  cpu([into, x], _, { add }) {
    for (let i = 0; i < x.data.length; i++) into.data[i] = add ? into.data[i] + x.data[i] : x.data[i];
  },
};

/** Floats on a device, without a look at the arguments. */
export function filledWith(shape: Shape, value: number, device: Device): Tensor {
  return applyOn(device, fullOp, [], { shape, value })[0];
}

/**
 * Writes the values of `x` into a tensor that exists, in place.
 *
 * @param into of the shape of `x`, on its device.
 * @param options.add adds x to what is there.
 * @returns `into`.
 * @throws ShapeError for another shape; UnsupportedOpError where a gradient through one of them is being recorded: call it inside
 * `untracked`.
 */
export function assign(into: Tensor, x: Tensor, options: { add?: boolean } = {}): Tensor {
  knownOnly('assign', options, ['add']);
  apply1(assignOp, [into, x], { add: options.add ?? false });
  return into;
}
