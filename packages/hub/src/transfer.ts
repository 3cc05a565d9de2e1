// Weights between stored tensors and parameters, wherever these are, part by part.
import {
  bytesPer,
  type Data,
  type DType,
  encodeBF16,
  OptionError,
  size,
  type Tensor,
  typedArray,
} from '@twilljs/tensor';
import {
  bytesIn,
  type DistantTensor,
  type StoredDType,
  type StoredTensor,
  storedTypes,
  type TensorSource,
  toF32,
  toF64,
} from './stored.ts';
import type { Matched } from './weights.ts';

/** Fills `into` with the bytes of a tensor in memory from there on. @throws OptionError where it has fewer. */
function copyPart(tensor: StoredTensor, from: number, into: Uint8Array, name = 'tensor'): void {
  const { dtype, shape, bytes } = tensor;
  if (from + into.length > bytes.length) {
    throw new OptionError(
      `${name}: ${dtype} of shape [${shape}] takes ${bytesIn(tensor)} bytes but has ${bytes.length}; make it with store().`,
    );
  }
  into.set(bytes.subarray(from, from + into.length));
}

/** Bytes of stored tensors that are in memory at a time, beside the parameters. */
const PART = 2 ** 22;

/** Writes stored values into parameters, on whichever device they are, part by part: rounded to nearest where they are not of that type. */
export function writeWeights(parameters: ReadonlyMap<string, Tensor>, { sources }: Matched): void {
  for (const { name, source, from, bytes, put } of partsOf(parameters, sources)) {
    copyPart(source, from, bytes, name);
    put();
  }
}

/**
 * Writes values of tensors that may be elsewhere into parameters, part by part, in the order in which they were stored.
 *
 * @param onBytes told of every part.
 * @throws FileError where they cannot be read any more; the reason of `signal` when it is aborted.
 */
export async function loadWeights(
  parameters: ReadonlyMap<string, Tensor>,
  { sources }: Matched<TensorSource>,
  onBytes: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  for (const { name, source, from, bytes, put } of partsOf(parameters, sources)) {
    signal?.throwIfAborted();
    if ('bytes' in source) copyPart(source, from, bytes, name);
    else await source.copy(from, bytes);
    put();
    onBytes(bytes.length);
  }
}

interface Part<T> {
  readonly name: string;
  readonly source: T;
  /** Where the part begins in the tensor, and room for it. */
  readonly from: number;
  readonly bytes: Uint8Array;
  /** Takes the bytes to their place. */
  put(): void;
}

function* partsOf<T extends TensorSource>(
  parameters: ReadonlyMap<string, Tensor>,
  sources: ReadonlyMap<string, T>,
): Generator<Part<T>> {
  const largest = Math.max(0, ...[...sources.values()].map(bytesIn));
  const room = new Uint8Array(Math.min(PART, largest));
  for (const [name, source] of sources) {
    const { device, buffer, dtype } = parameters.get(name) as Tensor;
    const count = size(source.shape);
    const each = storedTypes[source.dtype].bytes;
    for (let at = 0; at < count; at += PART / each) {
      const n = Math.min(PART / each, count - at);
      const bytes = room.subarray(0, n * each);
      const put = () => {
        const place = device.view(buffer, at * bytesPer[dtype], n * bytesPer[dtype]);
        device.write(place, valuesOf({ dtype: source.dtype, shape: [n], bytes }, dtype, name));
      };
      yield { name, source, from: at * each, bytes, put };
    }
  }
}

/** Stored types whose bytes a tensor holds as they are. */
const storedAs: Record<Exclude<DType, 'i32'>, StoredDType> = { f32: 'F32', f64: 'F64', bf16: 'BF16' };
const storedTypeOf = (dtype: DType): StoredDType => storedAs[dtype as keyof typeof storedAs];

/** @param part aligned. */
function valuesOf(part: StoredTensor, dtype: DType, name: string): Data {
  const { bytes, shape } = part;
  if (part.dtype === storedTypeOf(dtype)) return typedArray(dtype, bytes.buffer, bytes.byteOffset, shape[0]);
  if (dtype === 'bf16') return encodeBF16(part.dtype === 'F64' ? toF64(part, name) : toF32(part, name));
  return dtype === 'f32' ? toF32(part, name) : toF64(part, name);
}

/** The parameters as tensors that stay on their device until they are asked for, part by part. */
export function storedOn(parameters: ReadonlyMap<string, Tensor>): Map<string, DistantTensor> {
  const stored = new Map<string, DistantTensor>();
  for (const [name, { device, buffer, dtype, shape }] of parameters) {
    const copy = async (from: number, into: Uint8Array) => {
      const values = await device.read(device.view(buffer, from, into.length), dtype, into.length / bytesPer[dtype]);
      into.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    };
    stored.set(name, { dtype: storedTypeOf(dtype), shape, copy });
  }
  return stored;
}

/** The values of parameters as stored tensors, in the type of each. */
export async function readWeights(parameters: ReadonlyMap<string, Tensor>): Promise<Map<string, StoredTensor>> {
  const stored = new Map<string, StoredTensor>();
  for (const [name, parameter] of parameters) {
    const { buffer, byteOffset, byteLength } = await parameter.data();
    stored.set(name, {
      dtype: storedTypeOf(parameter.dtype),
      shape: parameter.shape,
      bytes: new Uint8Array(buffer, byteOffset, byteLength),
    });
  }
  return stored;
}
