// Making tensors from host data.
import { empty, requireTypeOf } from './apply.ts';
import { encodeBF16 } from './bf16.ts';
import { cpu } from './cpu.ts';
import type { Device } from './device.ts';
import { DTypeError, OptionError, ShapeError } from './errors.ts';
import { requireDevice, requireTensor } from './inputs.ts';
import { filledWith } from './ops/fill.ts';
import { knownOnly, number, shown } from './options.ts';
import { activeRecorder, requireOutsideStep } from './recorder.ts';
import { bytesPer, type Data, type DType, hostArray, requireShape, type Shape, size } from './shape.ts';
import type { Bounds, Storage } from './storage.ts';
import type { Tensor } from './tensor.ts';

/** On which device a tensor is made, and in which type. */
export interface CreateOptions {
  /** Default: the `cpu` f32 device. */
  device?: Device;
  /** `'i32'` for ids, `'bf16'` for a matrix that is stored so. Default: the device's float type. */
  dtype?: DType;
}

/** Options as a caller wrote them: the device, and the type that is asked for on it. */
function place(where: string, options: CreateOptions, standard?: DType): { device: Device; dtype: DType } {
  knownOnly(where, options, ['device', 'dtype']);
  const device = options.device ?? cpu();
  requireDevice(where, device);
  const dtype = options.dtype ?? standard ?? device.float;
  requireTypeOf(device, where, dtype);
  return { device, dtype };
}

/**
 * A tensor of the given values, row-major.
 *
 * @param values numbers or a typed array; converted to the dtype. An Int32Array makes an `i32` tensor unless `dtype` says otherwise;
 * for `bf16` a Uint16Array is bits, and all others are numbers, rounded to nearest.
 * @throws ShapeError for what is no shape, or not filled by the values; DTypeError for a value that is no number (of ids: no whole
 * number of 32 bits), and for a float type that the device does not have; DeviceError when there is no memory for it.
 * @example
 * await tensor([1, 2, 3, 4], [2, 2]).sum().item() // => 10
 */
export function tensor(values: ArrayLike<number>, shape: Shape, options: CreateOptions = {}): Tensor {
  const { device, dtype } = place('tensor', options, values instanceof Int32Array ? 'i32' : undefined);
  requireShape('tensor', shape);
  const length = (values as ArrayLike<number> | null | undefined)?.length;
  if (typeof values !== 'object' || length !== size(shape)) {
    const given =
      typeof values === 'object' && length !== undefined ? `${shown(length)} values` : `values ${shown(values)}`;
    throw new ShapeError(`tensor: ${given} do not fill [${shape}], which holds ${size(shape)}; give the right shape.`);
  }
  const data = converted(values, dtype);
  return tensorInto(empty(shape, device, dtype), data);
}

/** A fresh tensor, with its first values. */
function tensorInto(out: Tensor, data: Data): Tensor {
  out.device.write(out.buffer, data);
  if (data instanceof Int32Array) out.requireMemory().bounds = boundsOf(data);
  activeRecorder()?.filled(out, data);
  return out;
}

function boundsOf(ids: Int32Array): Bounds {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const id of ids) {
    if (id < least) least = id;
    if (id > most) most = id;
  }
  return { least, most };
}

/**
 * Writes host values into a tensor that exists: how what changes from call to call reaches a compiled step.
 *
 * @param values as many as the tensor has elements, of its type, as for `tensor`.
 * @throws ShapeError for another number of them; DTypeError for what is no value of its type; OptionError inside a compiled step.
 * @example
 * const x = zeros([2]);
 * write(x, [3, 4]);
 * await x.sum().item() // => 7
 */
export function write(t: Tensor, values: ArrayLike<number>): void {
  requireTensor('write', 't', t);
  requireOutsideStep(
    `write() of a tensor [${t.shape}]`,
    'and replays would leave it out; call it before the step, or assign(into, x) inside.',
  );
  const storage = t.requireMemory();
  if (typeof values !== 'object' || values?.length !== t.size) {
    throw new ShapeError(
      `write: ${shown(values)} do not fill [${t.shape}], which holds ${t.size}; give as many values.`,
    );
  }
  const data = converted(values, t.dtype);
  t.device.write(t.buffer, data);
  if (data instanceof Int32Array) storage.bounds = joined(storage, t, boundsOf(data));
}

/** Bounds of a memory of which `t` was written: those of the rest still hold. */
function joined({ bounds, bytes }: Storage, t: Tensor, written: Bounds): Bounds | null {
  if (t.size * bytesPer.i32 === bytes || bounds === null) return t.size * bytesPer.i32 === bytes ? written : null;
  return { least: Math.min(bounds.least, written.least), most: Math.max(bounds.most, written.most) };
}

const numbers = [Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Uint8Array, Uint16Array, Uint32Array];

/** Values in the array of a dtype: themselves where they are one already. */
function converted(values: ArrayLike<number>, dtype: DType): Data {
  const same = { f32: Float32Array, f64: Float64Array, i32: Int32Array, bf16: Uint16Array }[dtype];
  if (values instanceof same) return values;
  if (dtype === 'i32' || !numbers.some((kind) => values instanceof kind)) {
    for (let i = 0; i < values.length; i++) requireNumber(values[i], i, dtype);
  }
  if (dtype === 'bf16') return encodeBF16(values);
  const out = hostArray('tensor', dtype, values.length);
  out.set(values);
  return out;
}

function requireNumber(value: unknown, i: number, dtype: DType): void {
  if (typeof value === 'number' && (dtype !== 'i32' || (value | 0) === value)) return;
  const next = dtype === 'i32' ? 'whole numbers from -2^31 to 2^31 - 1' : 'numbers';
  throw new DTypeError(`tensor: value ${i} is ${shown(value)}, which is no ${dtype}; give ${next}.`);
}

/** A tensor filled with one value. @throws as `tensor`. */
export function full(shape: Shape, value: number, options: CreateOptions = {}): Tensor {
  return filled('full', shape, value, options);
}

/** A tensor of zeros. */
export function zeros(shape: Shape, options: CreateOptions = {}): Tensor {
  return filled('zeros', shape, 0, options);
}

/** A tensor of ones. */
export function ones(shape: Shape, options: CreateOptions = {}): Tensor {
  return filled('ones', shape, 1, options);
}

function filled(where: string, shape: Shape, value: number, options: CreateOptions): Tensor {
  const { device, dtype } = place(where, options);
  requireShape(where, shape);
  number(`${where}: the value`, value);
  if (dtype === 'i32' && (value | 0) !== value) {
    throw new OptionError(`${where}: the value ${value} is no i32; give a whole number from -2^31 to 2^31 - 1.`);
  }
  if (dtype === device.float) return filledWith([...shape], value, device);
  const out = empty(shape, device, dtype); // first, for the device knows best that there is no memory
  return tensorInto(out, hostArray(where, dtype, out.size).fill(converted([value], dtype)[0]));
}
