// The safetensors format: named tensors in one file, read and written without loss.
import { OptionError, shown, size } from '@twilljs/tensor';
import { headerLength, LENGTH_BYTES, parseHeader } from './header.ts';
import { isStoredDType, type StoredTensor, storedTypes } from './stored.ts';

export interface SafetensorsFile {
  /** Free text that belongs to the file; `{ format: 'pt' }` in files of PyTorch models. */
  readonly metadata: Record<string, string>;
  /** In the order of the header. */
  readonly tensors: Map<string, StoredTensor>;
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
  for (const [name, { dtype, shape, begin, end }] of entries) {
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
  const chunks = [...safetensorsChunks(tensors, metadata)];
  const file = new Uint8Array(chunks.reduce((n, chunk) => n + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    file.set(chunk, at);
    at += chunk.length;
  }
  return file;
}

/**
 * The same file in parts, for files that are too large to be in memory twice: the bytes of a tensor are asked for when
 * its turn comes.
 *
 * Data lie by falling element size, so that every tensor is aligned for readers that map the file; the same input gives
 * the same bytes.
 */
export function* safetensorsChunks(
  tensors: Iterable<readonly [string, StoredTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Generator<Uint8Array> {
  const given = entriesIn(tensors).map(([name, tensor]) => ({ name, tensor, begin: 0, end: 0 }));
  const laid = [...given].sort((a, b) => storedTypes[b.tensor.dtype].bytes - storedTypes[a.tensor.dtype].bytes);
  let offset = 0;
  for (const place of laid) {
    place.begin = offset;
    offset += size(place.tensor.shape) * storedTypes[place.tensor.dtype].bytes;
    place.end = offset;
  }
  yield serializeHeader(given, metadata);
  for (const { name, tensor, begin, end } of laid) {
    const { dtype, shape, bytes } = tensor;
    if (bytes.length !== end - begin) {
      throw new OptionError(
        `safetensors: ${name} is ${dtype} [${shape}], ${end - begin} bytes, but has ${bytes.length}; make them agree.`,
      );
    }
    yield bytes;
  }
}

function entriesIn(tensors: Iterable<readonly [string, StoredTensor]>): (readonly [string, StoredTensor])[] {
  const entries = typeof tensors === 'object' && tensors && Symbol.iterator in tensors ? [...tensors] : [null];
  if (entries.every((e) => Array.isArray(e) && typeof e[0] === 'string' && isStoredDType(e[1]?.dtype)))
    return entries as never;
  throw new OptionError(
    `safetensors: ${shown(tensors)} are no tensors by name; give [['weight', store('F32', [2], [1, 2])]] or a map.`,
  );
}

/** Length and JSON, with spaces at the end that keep the data 8-byte aligned. */
function serializeHeader(
  places: readonly { name: string; tensor: StoredTensor; begin: number; end: number }[],
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
