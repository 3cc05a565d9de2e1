// The safetensors format: named tensors in one file, read and written without loss.
import { OptionError, shown } from '@twilljs/tensor';
import { headerLength, LENGTH_BYTES, parseHeader } from './header.ts';
import { bytesIn, isStoredDType, type StoredTensor, storedTypes, type TensorSource } from './stored.ts';

/** Bytes of a tensor elsewhere that are in memory at a time. */
const PART = 2 ** 22;

/** What a safetensors file holds. */
export interface SafetensorsFile<T extends TensorSource = StoredTensor> {
  /** Free text that belongs to the file; `{ format: 'pt' }` in files of PyTorch models. */
  readonly metadata: Record<string, string>;
  /** In the order of the header. */
  readonly tensors: Map<string, T>;
}

/**
 * Reads a safetensors file. The tensors are views into `bytes`, at any alignment.
 *
 * @param where Name of the file, for messages.
 * @throws FileError naming the file, the tensor and the two facts that disagree.
 * @see https://github.com/huggingface/safetensors#format
 */
export function parseSafetensors(bytes: Uint8Array, where = 'safetensors'): SafetensorsFile {
  if (!(bytes instanceof Uint8Array)) {
    throw new OptionError(
      `${where}: ${shown(bytes)} is given where the bytes of a file are needed; give a Uint8Array.`,
    );
  }
  const length = headerLength(bytes, bytes.length, where);
  const { metadata, entries, dataStart } = parseHeader(
    bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length),
    bytes.length,
    where,
  );
  const tensors = new Map<string, StoredTensor>();
  for (const { name, dtype, shape, begin, end } of entries) {
    tensors.set(name, { dtype, shape, bytes: bytes.subarray(dataStart + begin, dataStart + end) });
  }
  return { metadata, tensors };
}

/**
 * A safetensors file with the tensors in the given order.
 *
 * @throws OptionError for a repeated or reserved name, and for bytes that do not fit type and shape.
 */
export function serializeSafetensors(
  tensors: Iterable<readonly [string, StoredTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const { header, places, length } = layOut(tensors, metadata);
  const file = new Uint8Array(length);
  file.set(header);
  for (const { name, tensor, begin } of places) {
    requireBytes(name, tensor);
    file.set(tensor.bytes, header.length + begin);
  }
  return file;
}

/** The same file in parts of at most 4 MiB, of tensors that may be anywhere. A part is gone when the next one is asked for. */
export async function* safetensorsParts(
  tensors: Iterable<readonly [string, TensorSource]>,
  metadata: Readonly<Record<string, string>> = {},
): AsyncGenerator<Uint8Array> {
  const { header, places } = layOut(tensors, metadata);
  yield header;
  const room = new Uint8Array(Math.min(PART, Math.max(0, ...places.map(({ begin, end }) => end - begin))));
  for (const { name, tensor, begin, end } of places) {
    if ('bytes' in tensor) {
      requireBytes(name, tensor);
      yield tensor.bytes;
      continue;
    }
    for (let at = 0; at < end - begin; at += PART) {
      const part = room.subarray(0, Math.min(PART, end - begin - at));
      await tensor.copy(at, part);
      yield part;
    }
  }
}

function requireBytes(name: string, tensor: StoredTensor): void {
  const [needed, { dtype, shape, bytes }] = [bytesIn(tensor), tensor];
  if (bytes?.length === needed) return;
  throw new OptionError(
    `safetensors: ${name} is ${dtype} [${shape}], ${needed} bytes, but has ${bytes?.length}; make them agree.`,
  );
}

/** Where a tensor lies in the data. */
interface Place<T extends TensorSource> {
  readonly name: string;
  readonly tensor: T;
  begin: number;
  end: number;
}

/**
 * Data lie by falling element size, so that every tensor is aligned for readers that map the file; the same input gives
 * the same bytes.
 *
 * @returns header, tensors in the order of their data, and bytes of the file.
 */
function layOut<T extends TensorSource>(
  tensors: Iterable<readonly [string, T]>,
  metadata: Readonly<Record<string, string>>,
): { header: Uint8Array; places: Place<T>[]; length: number } {
  const given = entriesIn(tensors).map(([name, tensor]): Place<T> => ({ name, tensor, begin: 0, end: 0 }));
  const places = [...given].sort((a, b) => storedTypes[b.tensor.dtype].bytes - storedTypes[a.tensor.dtype].bytes);
  let offset = 0;
  for (const place of places) {
    place.begin = offset;
    offset += bytesIn(place.tensor);
    place.end = offset;
  }
  const header = serializeHeader(given, metadata);
  return { header, places, length: header.length + offset };
}

function entriesIn<T extends TensorSource>(tensors: Iterable<readonly [string, T]>): (readonly [string, T])[] {
  const entries = typeof tensors === 'object' && tensors && Symbol.iterator in tensors ? [...tensors] : [null];
  if (entries.every((e) => Array.isArray(e) && typeof e[0] === 'string' && isStoredDType(e[1]?.dtype)))
    return entries as never;
  throw new OptionError(
    `safetensors: ${shown(tensors)} are no tensors by name; give [['weight', store('F32', [2], [1, 2])]] or a map.`,
  );
}

/** Length and JSON, with spaces at the end that keep the data 8-byte aligned. */
function serializeHeader(
  places: readonly Place<TensorSource>[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const seen = new Set(['__metadata__']);
  const members = Object.keys(metadata).length ? [`"__metadata__":${JSON.stringify(metadata)}`] : [];
  for (const { name, tensor, begin, end } of places) {
    if (seen.has(name))
      throw new OptionError(`safetensors: the name ${JSON.stringify(name)} is taken; give every tensor its own.`);
    seen.add(name);
    const { dtype, shape } = tensor;
    members.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`);
  }
  const json = new TextEncoder().encode(`{${members.join(',')}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const header = new Uint8Array(LENGTH_BYTES + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, LENGTH_BYTES);
  return header;
}
