// Shapes and element types.
import { DeviceError, ShapeError } from './errors.ts';
import { shown } from './options.ts';

/** The lengths of the axes, the first one outermost. */
export type Shape = readonly number[];
/** f32 or f64 for numbers (a device has one of the two), i32 for ids, bf16 for matrices that are stored so. */
export type DType = 'f32' | 'f64' | 'i32' | 'bf16';
/** Values on the host; of bf16 the bits. */
export type Data = Float32Array | Float64Array | Int32Array | Uint16Array;

/** What an op may know of a tensor before it runs. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype: DType;
}

interface ArrayOf {
  f32: Float32Array<ArrayBuffer>;
  f64: Float64Array<ArrayBuffer>;
  i32: Int32Array<ArrayBuffer>;
  bf16: Uint16Array<ArrayBuffer>;
}
const arrays = { f32: Float32Array, f64: Float64Array, i32: Int32Array, bf16: Uint16Array };

/** Bytes of a number, by its type. */
export const bytesPer: Record<DType, number> = { f32: 4, f64: 8, i32: 4, bf16: 2 };

/** Shapes of an op's inputs; null where one is absent. */
export function shapesOf(specs: readonly (Spec | null)[]): (Shape | null)[] {
  return specs.map((spec) => (spec ? spec.shape : null));
}

/**
 * Refuses what is no shape: sizes are whole numbers from 0, and so is their product.
 *
 * @param where whose shape it is, for the message.
 * @throws ShapeError naming it.
 */
export function requireShape(where: string, shape: unknown): asserts shape is Shape {
  if (
    Array.isArray(shape) &&
    shape.every((d) => Number.isSafeInteger(d) && d >= 0) &&
    Number.isSafeInteger(size(shape))
  )
    return;
  throw new ShapeError(`${where}: ${shown(shape)} is no shape; give a list of whole numbers from 0.`);
}

/** Refuses what is no size: a whole number from 0. @throws ShapeError naming it. */
export function requireSize(what: string, value: unknown): asserts value is number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return;
  throw new ShapeError(`${what} is ${shown(value)}; give a whole number from 0.`);
}

/** Number of elements. */
export function size(shape: Shape): number {
  let n = 1;
  for (let i = 0; i < shape.length; i++) n *= shape[i]; // of every tensor of every file: no iterator
  return n;
}

/** Whether two shapes are equal. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((d, i) => d === b[i]);
}

/** Row-major strides, in elements. */
export function strides(shape: Shape): number[] {
  const out = new Array<number>(shape.length);
  let n = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    out[i] = n;
    n *= shape[i];
  }
  return out;
}

/** The axis counted from 0; negative axes count from the end. @throws ShapeError for one that does not exist. */
export function axisOf(name: string, axis: number, rank: number): number {
  const at = Number.isInteger(axis) && axis < 0 ? axis + rank : axis;
  requireAxis(name, at, rank, axis);
  return at;
}

/** Refuses all but the axes 0..rank-1. @param given what the caller wrote. @throws ShapeError naming it. */
export function requireAxis(name: string, at: number, rank: number, given: unknown = at): void {
  if (Number.isInteger(at) && at >= 0 && at < rank) return;
  const next = rank === 0 ? 'it has none' : `use -${rank}..${rank - 1}`;
  throw new ShapeError(`${name}: axis ${shown(given)} does not exist in a tensor of rank ${rank}; ${next}.`);
}

/** NumPy's broadcasting of two shapes. */
export function broadcastShapes(name: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new ShapeError(`${name}: cannot broadcast [${a}] with [${b}]; axis ${i} is ${x} and ${y}.`);
    }
    return x === 1 ? y : x;
  });
}

/** Zeros on the host. @throws DeviceError when the machine has no memory for them. */
export function hostArray<D extends DType>(where: string, dtype: D, length: number): ArrayOf[D] {
  try {
    return new arrays[dtype](length) as ArrayOf[D];
  } catch {
    throw new DeviceError(
      `${where}: ${length} numbers of ${bytesPer[dtype]} bytes could not be allocated on the host; ask for fewer at a time.`,
    );
  }
}

/** Typed array of a dtype over a host buffer. */
export function typedArray(dtype: DType, buffer: ArrayBufferLike, byteOffset: number, length: number): Data {
  if (dtype === 'f32') return new Float32Array(buffer, byteOffset, length);
  if (dtype === 'f64') return new Float64Array(buffer, byteOffset, length);
  if (dtype === 'bf16') return new Uint16Array(buffer, byteOffset, length);
  return new Int32Array(buffer, byteOffset, length);
}
