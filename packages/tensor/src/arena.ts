// Arenas: many tensors in one allocation, so that optimisers and checkpoints see one flat tensor.
import { apply1 } from './apply.ts';
import { zeros } from './create.ts';
import type { Device } from './device.ts';
import { ShapeError } from './errors.ts';
import type { Op } from './op.ts';
import { keep } from './scope.ts';
import { bytesPer, size } from './shape.ts';
import type { Tensor } from './tensor.ts';

const alignment = 256;

/** Where each tensor starts in the arena, in elements, and the arena's length. */
export function arenaLayout(tensors: readonly Tensor[], device: Device): { offsets: number[]; length: number } {
  const unit = alignment / bytesPer[device.float];
  let length = 0;
  const offsets = tensors.map((t) => {
    const at = length;
    length += Math.ceil(t.size / unit) * unit;
    return at;
  });
  return { offsets, length };
}

/**
 * Moves float tensors, 256-byte aligned, into one new allocation on `device`; they keep their identity and values.
 *
 * @returns the whole arena as one kept tensor [length]; the gaps are 0.
 */
export async function moveToArena(tensors: readonly Tensor[], device: Device): Promise<Tensor> {
  const { offsets, length } = arenaLayout(tensors, device);
  const arena = keep(zeros([length], { device }));
  for (const [i, t] of tensors.entries()) {
    const values = t.device.name === 'meta' || device.name === 'meta' ? null : await t.data();
    t.moveTo(arena, offsets[i]);
    if (values) device.write(t.buffer, device.float === 'f32' ? Float32Array.from(values) : Float64Array.from(values));
  }
  return arena;
}

/** Copies tensors to their places in one flat tensor, zeros in the gaps: how gradients reach the optimiser. */
export const packOp: Op<{ offsets: readonly number[]; length: number }> = {
  name: 'pack',
  inputs: ['x...'],
  outputs: ['y'],
  shape(xs, { offsets, length }) {
    if (xs.length !== offsets.length)
      throw new ShapeError(`pack: ${xs.length} tensors and ${offsets.length} offsets; give one each.`);
    xs.forEach((x, i) => {
      const end = offsets[i] + size(x!);
      if (end > (offsets[i + 1] ?? length))
        throw new ShapeError(`pack: tensor ${i} [${x}] ends at ${end}, past its place; fix the offsets.`);
    });
    return [[length]];
  },
  cpu(xs, [y], { offsets }) {
    y.data.fill(0);
    xs.forEach((x, i) => {
      y.data.set(x.data, offsets[i]);
    });
  },
  vjp: ([dy], xs, _outs, { offsets }) =>
    xs.map((x, i) => dy.slice(0, offsets[i], offsets[i] + x.size).reshape(x.shape)),
};

export const packArena = (xs: readonly Tensor[], layout: { offsets: readonly number[]; length: number }): Tensor =>
  apply1(packOp, xs, layout);
