// Making tensors from host data.
import { empty } from './apply.ts';
import { cpu } from './cpu.ts';
import type { Device } from './device.ts';
import { DTypeError, ShapeError } from './errors.ts';
import { bytesPer, type Data, type DType, type Shape, size, typedArray } from './shape.ts';
import type { Tensor } from './tensor.ts';

export interface CreateOptions {
  /** Default: the `cpu` f32 device. */
  device?: Device;
  /** `'i32'` for ids. Default: the device's float type. */
  dtype?: DType;
}

/**
 * A tensor of the given values, row-major.
 *
 * @param values numbers or a typed array; converted to the dtype. An Int32Array makes an `i32` tensor unless `dtype` says otherwise.
 * @throws ShapeError when the count of values does not fill the shape; DTypeError for a float type that the device does not have.
 * @example
 * await tensor([1, 2, 3, 4], [2, 2]).sum().item() // => 10
 */
export function tensor(values: ArrayLike<number>, shape: Shape, options: CreateOptions = {}): Tensor {
  const device = options.device ?? cpu();
  const dtype = options.dtype ?? (values instanceof Int32Array ? 'i32' : device.float);
  if (dtype !== 'i32' && dtype !== device.float) {
    throw new DTypeError(
      `tensor: ${dtype} was asked for on ${device.name}, whose numbers are ${device.float}; leave dtype out.`,
    );
  }
  if (values.length !== size(shape)) {
    throw new ShapeError(
      `tensor: ${values.length} values do not fill [${shape}], which holds ${size(shape)}; give the right shape.`,
    );
  }
  const out = empty(shape, device, dtype);
  device.write(out.buffer, convert(values, dtype));
  return out;
}

function convert(values: ArrayLike<number>, dtype: DType): Data {
  if (
    dtype === 'i32'
      ? values instanceof Int32Array
      : dtype === 'f32'
        ? values instanceof Float32Array
        : values instanceof Float64Array
  ) {
    return values as Data;
  }
  const out = typedArray(dtype, new ArrayBuffer(values.length * (dtype === 'f64' ? 8 : 4)), 0, values.length);
  out.set(values);
  return out;
}

/** A tensor filled with one value. */
export function full(shape: Shape, value: number, options: CreateOptions = {}): Tensor {
  const dtype = options.dtype ?? (options.device ?? cpu()).float;
  const count = size(shape);
  const values = typedArray(dtype, new ArrayBuffer(count * bytesPer[dtype]), 0, count);
  return tensor(value === 0 ? values : values.fill(value), shape, options);
}

export function zeros(shape: Shape, options: CreateOptions = {}): Tensor {
  return full(shape, 0, options);
}

export function ones(shape: Shape, options: CreateOptions = {}): Tensor {
  return full(shape, 1, options);
}
