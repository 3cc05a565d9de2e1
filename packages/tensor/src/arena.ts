// Tensors that move and keep their identity: many into one allocation, so that optimisers and checkpoints see one flat tensor; one into
// bf16.
import { apply1, empty } from './apply.ts';
import { freeze } from './autograd.ts';
import { write, zeros } from './create.ts';
import type { Device } from './device.ts';
import { DTypeError, OptionError, ShapeError } from './errors.ts';
import { requireDevice, requireTensor } from './inputs.ts';
import type { Op } from './op.ts';
import { shown } from './options.ts';
import { keep, scope } from './scope.ts';
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
 * @param apart tensors that go there as well, each to memory of its own: those stored in bf16.
 * @returns the whole arena as one kept tensor [length]; the gaps are 0.
 * @throws before anything is moved: DTypeError for another type, DeviceError for a released tensor or when there is no memory.
 */
export async function moveToArena(
  tensors: readonly Tensor[],
  device: Device,
  apart: readonly Tensor[] = [],
): Promise<Tensor> {
  const { offsets, length } = arenaLayout(tensors, device);
  requireTensors('moveToArena', apart);
  for (const t of [...tensors, ...apart]) t.requireMemory();
  for (const t of tensors) {
    if (t.dtype === t.device.float) continue;
    throw new DTypeError(`moveToArena: [${t.shape}] holds ${t.dtype}; an arena is of floats.`);
  }
  // All memory first: what throws has moved nothing.
  const [arena, ...places] = scope(() => {
    const others = apart.map(({ shape, dtype }) => empty(shape, device, dtype));
    return [keep(zeros([length], { device })), ...keep(others)];
  });
  const move = async (t: Tensor, place: Tensor, offset: number) => {
    const values = t.device.name === 'meta' || device.name === 'meta' ? null : await t.data();
    t.moveTo(place, offset);
    if (values) write(t, values);
  };
  for (const [i, t] of tensors.entries()) await move(t, arena, offsets[i]);
  for (const [i, t] of apart.entries()) {
    await move(t, places[i], 0);
    places[i].release();
  }
  return arena;
}

/**
 * Stores a tensor of numbers in bf16 from now on, where it is and under its identity: each number is rounded to nearest. A parameter is
 * frozen by it.
 *
 * @throws DTypeError for ids.
 */
export async function storeInBF16(t: Tensor): Promise<void> {
  requireTensor('storeInBF16', 't', t);
  if (t.dtype === 'i32')
    throw new DTypeError(`storeInBF16: [${t.shape}] holds i32 ids, which are not rounded; give floats.`);
  if (t.dtype === 'bf16') return;
  const values = t.device.name === 'meta' ? null : await t.data();
  const place = empty(t.shape, t.device, 'bf16');
  t.moveTo(place, 0);
  place.release();
  if (values) write(t, values);
  if (t.isParameter) freeze(t);
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
