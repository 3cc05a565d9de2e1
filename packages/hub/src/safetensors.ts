// The safetensors format: named tensors in one file, read and written without loss.
import { OptionError, size } from '@twilljs/tensor';
import { headerLength, LENGTH_BYTES, parseHeader } from './header.ts';
import { type StoredTensor, storedTypes } from './stored.ts';

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
 * Data lie by falling element size, so that every tensor is aligned for readers that map the file; the same input gives
 * the same bytes.
 *
 * @throws OptionError for a repeated or reserved name, and for bytes that do not fit type and shape.
 */
export function serializeSafetensors(
  tensors: Iterable<readonly [string, StoredTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const given = [...tensors].map(([name, { dtype, shape, bytes }]) => ({ name, dtype, shape, bytes, begin: 0 }));
  let end = 0;
  for (const tensor of [...given].sort((a, b) => storedTypes[b.dtype].bytes - storedTypes[a.dtype].bytes)) {
    const expected = size(tensor.shape) * storedTypes[tensor.dtype].bytes;
    if (tensor.bytes.length !== expected) {
      throw new OptionError(
        `safetensors: ${tensor.name} is ${tensor.dtype} [${tensor.shape}], ${expected} bytes, but has ${tensor.bytes.length}; make them agree.`,
      );
    }
    tensor.begin = end;
    end += expected;
  }
  const header = serializeHeader(given, metadata);
  const file = new Uint8Array(LENGTH_BYTES + header.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, LENGTH_BYTES);
  for (const { bytes, begin } of given) file.set(bytes, LENGTH_BYTES + header.length + begin);
  return file;
}

function serializeHeader(
  tensors: readonly (StoredTensor & { name: string; begin: number })[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const seen = new Set(['__metadata__']);
  const members = Object.keys(metadata).length ? [`"__metadata__":${JSON.stringify(metadata)}`] : [];
  for (const { name, dtype, shape, bytes, begin } of tensors) {
    if (seen.has(name))
      throw new OptionError(`safetensors: the name ${JSON.stringify(name)} is taken; give every tensor its own.`);
    seen.add(name);
    members.push(
      `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, begin + bytes.length] })}`,
    );
  }
  const json = new TextEncoder().encode(`{${members.join(',')}}`);
  // Spaces at the end keep the data 8-byte aligned.
  const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  padded.set(json);
  return padded;
}
