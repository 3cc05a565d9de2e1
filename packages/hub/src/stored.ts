// A tensor as it lies in a file, and its numbers on the host.
import { DTypeError, decodeBF16, encodeBF16, OptionError, type Shape, ShapeError, shown, size } from '@twilljs/tensor';
import { decodeF16, encodeF16 } from './half.ts';

/** Element types of safetensors files: bytes per element, and the integers they can take from a JavaScript number. */
export const storedTypes = {
  F64: { bytes: 8 },
  F32: { bytes: 4 },
  F16: { bytes: 2 },
  BF16: { bytes: 2 },
  I64: { bytes: 8, min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER },
  I32: { bytes: 4, min: -(2 ** 31), max: 2 ** 31 - 1 },
  I16: { bytes: 2, min: -(2 ** 15), max: 2 ** 15 - 1 },
  I8: { bytes: 1, min: -128, max: 127 },
  U64: { bytes: 8, min: 0, max: Number.MAX_SAFE_INTEGER },
  U32: { bytes: 4, min: 0, max: 2 ** 32 - 1 },
  U16: { bytes: 2, min: 0, max: 2 ** 16 - 1 },
  U8: { bytes: 1, min: 0, max: 255 },
  BOOL: { bytes: 1, min: 0, max: 1 },
} as const satisfies Record<string, { bytes: number; min?: number; max?: number }>;

/** A type of numbers in safetensors files. */
export type StoredDType = keyof typeof storedTypes;

export function isStoredDType(name: string): name is StoredDType {
  return Object.hasOwn(storedTypes, name);
}

/** Little-endian and row-major, in memory. */
export interface StoredTensor {
  readonly dtype: StoredDType;
  readonly shape: Shape;
  readonly bytes: Uint8Array;
}

/** A tensor whose bytes are elsewhere: in a file, behind an address, on a device. */
export interface DistantTensor {
  readonly dtype: StoredDType;
  readonly shape: Shape;
  /** Fills `into` with its bytes from there on. What is not asked for stays where it is. */
  copy(from: number, into: Uint8Array): Promise<void>;
}

/** A tensor in memory or elsewhere. */
export type TensorSource = StoredTensor | DistantTensor;

/** Bytes that a tensor takes. */
export const bytesIn = ({ dtype, shape }: TensorSource): number => size(shape) * storedTypes[dtype].bytes;

/** A tensor with all of its bytes in memory. @throws FileError where they cannot be read any more. */
export async function inMemory(tensor: TensorSource): Promise<StoredTensor> {
  if ('bytes' in tensor) return tensor;
  const { dtype, shape } = tensor;
  const bytes = new Uint8Array(bytesIn(tensor));
  await tensor.copy(0, bytes);
  return { dtype, shape, bytes };
}

/** A copy of the bytes at an address where any element type may start. */
const aligned = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

const decoders: Record<StoredDType, (bytes: Uint8Array) => ArrayLike<number | bigint>> = {
  F64: (b) => new Float64Array(aligned(b)),
  F32: (b) => new Float32Array(aligned(b)),
  F16: (b) => decodeF16(new Uint16Array(aligned(b))),
  BF16: (b) => decodeBF16(new Uint16Array(aligned(b))),
  I64: (b) => new BigInt64Array(aligned(b)),
  I32: (b) => new Int32Array(aligned(b)),
  I16: (b) => new Int16Array(aligned(b)),
  I8: (b) => new Int8Array(aligned(b)),
  U64: (b) => new BigUint64Array(aligned(b)),
  U32: (b) => new Uint32Array(aligned(b)),
  U16: (b) => new Uint16Array(aligned(b)),
  U8: (b) => new Uint8Array(b),
  BOOL: (b) => new Uint8Array(b),
};

const encoders: Record<StoredDType, (values: ArrayLike<number>) => ArrayBufferView> = {
  F64: (v) => Float64Array.from(v),
  F32: (v) => Float32Array.from(v),
  F16: encodeF16,
  BF16: encodeBF16,
  I64: (v) => BigInt64Array.from({ length: v.length }, (_, i) => BigInt(v[i])),
  I32: (v) => Int32Array.from(v),
  I16: (v) => Int16Array.from(v),
  I8: (v) => Int8Array.from(v),
  U64: (v) => BigUint64Array.from({ length: v.length }, (_, i) => BigInt(v[i])),
  U32: (v) => Uint32Array.from(v),
  U16: (v) => Uint16Array.from(v),
  U8: (v) => Uint8Array.from(v),
  BOOL: (v) => Uint8Array.from(v),
};

/**
 * The numbers of a stored tensor as f32, rounded once to nearest; exact from F32, F16 and BF16.
 *
 * @param name Of the tensor, for messages.
 */
export function toF32(tensor: StoredTensor, name = 'tensor'): Float32Array {
  const values = decoded(tensor, name);
  if (values instanceof Float32Array) return values;
  return Float32Array.from(values, (x) => exactly(x, tensor, name));
}

/** The numbers of a stored tensor as f64, exactly. @throws DTypeError for an integer beyond 2^53. */
export function toF64(tensor: StoredTensor, name = 'tensor'): Float64Array {
  const values = decoded(tensor, name);
  if (values instanceof Float64Array) return values;
  return Float64Array.from(values, (x) => exactly(x, tensor, name));
}

/** The numbers of a stored integer tensor as i32. @throws DTypeError for floats and for an integer beyond i32. */
export function toI32(tensor: StoredTensor, name = 'tensor'): Int32Array {
  const values = decoded(tensor, name);
  if (!('min' in storedTypes[tensor.dtype])) {
    throw new DTypeError(`${name}: ${tensor.dtype} where integers are needed; store it as I32 or I64.`);
  }
  const { min, max } = storedTypes.I32;
  return Int32Array.from(values, (x) => {
    if (x < min || x > max)
      throw new DTypeError(`${name}: ${x} does not fit in 32 bits, ${min}..${max}; store smaller ids.`);
    return Number(x);
  });
}

function decoded(tensor: StoredTensor, name: string): ArrayLike<number | bigint> {
  if (isStoredDType(tensor?.dtype) && tensor.bytes instanceof Uint8Array) return decoders[tensor.dtype](tensor.bytes);
  throw new OptionError(
    `${name}: ${shown(tensor)} is no tensor in memory { dtype, shape, bytes }; make one with store(), or with inMemory() of one in a file.`,
  );
}

function exactly(x: number | bigint, tensor: StoredTensor, name: string): number {
  if (typeof x === 'number') return x;
  if (Number.isSafeInteger(Number(x))) return Number(x);
  throw new DTypeError(
    `${name}: the ${tensor.dtype} value ${x} is beyond 2^53, where f64 skips integers; store it as F64.`,
  );
}

/**
 * Numbers as a stored tensor; floats are rounded to nearest, ties to even.
 *
 * @throws ShapeError when the shape asks for another number of values.
 * @throws DTypeError for a value that is no integer, or out of range, where the type holds integers.
 */
export function store(dtype: StoredDType, shape: Shape, values: ArrayLike<number>): StoredTensor {
  const isShape = Array.isArray(shape) && shape.every((d) => Number.isSafeInteger(d) && d >= 0);
  const areNumbers = Array.isArray(values)
    ? values.every((x) => typeof x === 'number')
    : ArrayBuffer.isView(values) && typeof (values[0] ?? 0) === 'number';
  if (!isStoredDType(dtype) || !isShape || !areNumbers) {
    throw new OptionError(
      `store: ${shown(dtype)}, ${shown(shape)}, ${shown(values)} are no type, shape and numbers; give store('F32', [2], [1, 2]).`,
    );
  }
  if (size(shape) !== values.length) {
    throw new ShapeError(
      `store: shape [${shape}] has ${size(shape)} elements but ${values.length} were given; make them agree.`,
    );
  }
  const type: { bytes: number; min?: number; max?: number } = storedTypes[dtype];
  if (type.min !== undefined && type.max !== undefined) {
    for (let i = 0; i < values.length; i++) {
      if (Number.isInteger(values[i]) && values[i] >= type.min && values[i] <= type.max) continue;
      throw new DTypeError(
        `store: ${values[i]} is not an integer in ${type.min}..${type.max}, as ${dtype} needs; choose another type.`,
      );
    }
  }
  const { buffer, byteOffset, byteLength } = encoders[dtype](values);
  return { dtype, shape, bytes: new Uint8Array(buffer, byteOffset, byteLength) };
}
