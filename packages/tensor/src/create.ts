// Making tensors from host data.
import { empty } from './apply.ts';
import { cpu } from './cpu.ts';
import type { Device } from './device.ts';
import { DTypeError, OptionError, ShapeError } from './errors.ts';
import { requireDevice } from './inputs.ts';
import { knownOnly, number, shown } from './options.ts';
import { type Data, type DType, hostArray, requireShape, type Shape, size } from './shape.ts';
import type { Tensor } from './tensor.ts';

export interface CreateOptions {
  /** Default: the `cpu` f32 device. */
  device?: Device;
  /** `'i32'` for ids. Default: the device's float type. */
  dtype?: DType;
}

/** Options as a caller wrote them: the device, and the type that is asked for on it. */
function place(where: string, options: CreateOptions, standard?: DType): { device: Device; dtype: DType } {
  knownOnly(where, options, ['device', 'dtype']);
  const device = options.device ?? cpu();
  requireDevice(where, device);
  const dtype = options.dtype ?? standard ?? device.float;
  if (dtype !== 'i32' && dtype !== device.float) {
    throw new DTypeError(
      `${where}: ${shown(dtype)} was asked for on ${device.name}, whose numbers are ${device.float}; leave dtype out.`,
    );
  }
  return { device, dtype };
}

/**
 * A tensor of the given values, row-major.
 *
 * @param values numbers or a typed array; converted to the dtype. An Int32Array makes an `i32` tensor unless `dtype` says otherwise.
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
  const out = empty(shape, device, dtype);
  device.write(out.buffer, data);
  return out;
}

const numbers = [Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Uint8Array, Uint16Array, Uint32Array];

/** Values in the array of a dtype: themselves where they are one already. */
function converted(values: ArrayLike<number>, dtype: DType): Data {
  const same = { f32: Float32Array, f64: Float64Array, i32: Int32Array }[dtype];
  if (values instanceof same) return values;
  const out = hostArray('tensor', dtype, values.length);
  if (dtype !== 'i32' && numbers.some((kind) => values instanceof kind)) {
    out.set(values);
    return out;
  }
  for (let i = 0; i < values.length; i++) {
    requireNumber(values[i], i, dtype);
    out[i] = values[i];
  }
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

export function zeros(shape: Shape, options: CreateOptions = {}): Tensor {
  return filled('zeros', shape, 0, options);
}

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
  const out = empty(shape, device, dtype); // first, for the device knows best that there is no memory
  const values = hostArray(where, dtype, out.size);
  device.write(out.buffer, value === 0 ? values : values.fill(value));
  return out;
}
