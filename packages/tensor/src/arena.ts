// Arenas: many tensors in one allocation, so that optimisers and checkpoints see one flat tensor.
import { apply1 } from './apply.ts';
import { zeros } from './create.ts';
import type { Device } from './device.ts';
import { DTypeError, OptionError, ShapeError } from './errors.ts';
import { requireDevice, requireTensor } from './inputs.ts';
import type { Op } from './op.ts';
import { shown } from './options.ts';
import { keep } from './scope.ts';
import { bytesPer, requireSize, size } from './shape.ts';
import type { Tensor } from './tensor.ts';

const alignment = 256;

function requireTensors(where: string, tensors: unknown): void {
  if (!Array.isArray(tensors)) throw new OptionError(`${where}: the tensors are ${shown(tensors)}; give a list.`);
  tensors.forEach((t, i) => {
    requireTensor(where, `tensor ${i}`, t);
  });
}

/** Where each tensor starts in the arena, in elements, and the arena's length. */
export function arenaLayout(tensors: readonly Tensor[], device: Device): { offsets: number[]; length: number } {
  requireDevice('arenaLayout', device);
  requireTensors('arenaLayout', tensors);
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
 * @throws before anything is moved: DTypeError for ids, DeviceError for a released tensor or when there is no memory.
 */
export async function moveToArena(tensors: readonly Tensor[], device: Device): Promise<Tensor> {
  const { offsets, length } = arenaLayout(tensors, device);
  for (const t of tensors) {
    t.requireMemory();
    if (t.dtype === t.device.float) continue;
    throw new DTypeError(`moveToArena: [${t.shape}] holds ${t.dtype}; an arena is of floats.`);
  }
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
    requireSize('pack: the length', length);
    if (!Array.isArray(offsets) || xs.length !== offsets.length)
      throw new ShapeError(`pack: ${xs.length} tensors and offsets ${shown(offsets)}; give one each.`);
    for (const offset of offsets) requireSize('pack: an offset', offset);
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

/** Tensors one after the other, as `arenaLayout` says: [length], 0 in the gaps. */
export const packArena = (xs: readonly Tensor[], layout: { offsets: readonly number[]; length: number }): Tensor =>
  apply1(packOp, xs, layout);
