// Shapes and element types.
import { ShapeError } from './errors.ts';

export type Shape = readonly number[];
/** f32 or f64 for numbers (a device has one of the two), i32 for ids. */
export type DType = 'f32' | 'f64' | 'i32';
export type Data = Float32Array | Float64Array | Int32Array;

/** What an op may know of a tensor before it runs. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype: DType;
}

export const bytesPer: Record<DType, number> = { f32: 4, f64: 8, i32: 4 };

/** Shapes of an op's inputs; null where one is absent. */
export function shapesOf(specs: readonly (Spec | null)[]): (Shape | null)[] {
  return specs.map((spec) => (spec ? spec.shape : null));
}

/** Number of elements. */
export function size(shape: Shape): number {
  let n = 1;
  for (const d of shape) n *= d;
  return n;
}

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

/** The axis counted from 0; negative axes count from the end. */
export function axisOf(name: string, axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || at < 0 || at >= rank) {
    throw new ShapeError(
      `${name}: axis ${axis} does not exist in a tensor of rank ${rank}; use -${rank}..${rank - 1}.`,
    );
  }
  return at;
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

/** Typed array of a dtype over a host buffer. */
export function typedArray(dtype: DType, buffer: ArrayBufferLike, byteOffset: number, length: number): Data {
  if (dtype === 'f32') return new Float32Array(buffer, byteOffset, length);
  if (dtype === 'f64') return new Float64Array(buffer, byteOffset, length);
  return new Int32Array(buffer, byteOffset, length);
}
