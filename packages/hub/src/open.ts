// Safetensors files that stay where they are: the header is read and checked at once, each tensor part by part when it is asked for.
import type { Shape } from '@twilljs/tensor';
import { type Entry, headerLength, LENGTH_BYTES, parseHeader } from './header.ts';
import { TELLING_BYTES } from './mistaken.ts';
import type { SafetensorsFile } from './safetensors.ts';
import { bytesOf, type Source } from './sources/source.ts';
import type { DistantTensor, StoredDType } from './stored.ts';

/**
 * Opens a safetensors file of any size. Of its bytes only the header comes into memory.
 *
 * @throws FileError as `parseSafetensors`, and when the file cannot be read.
 */
export async function openSafetensors(source: Source): Promise<SafetensorsFile<DistantTensor>> {
  const { name, size } = source;
  const start = await bytesOf(source, 0, Math.min(size, TELLING_BYTES));
  const end = LENGTH_BYTES + headerLength(start, size, name);
  const json = new Uint8Array(end - LENGTH_BYTES);
  json.set(start.subarray(LENGTH_BYTES, end));
  if (end > start.length) await source.read(start.length, json.subarray(start.length - LENGTH_BYTES));
  const header = parseHeader(json, size, name);
  const tensors = new Map<string, DistantTensor>();
  for (const entry of header.entries) tensors.set(entry.name, new InFile(source, header.dataStart, entry));
  return { metadata: header.metadata, tensors };
}

class InFile implements DistantTensor {
  readonly dtype: StoredDType;
  readonly shape: Shape;
  private readonly source: Source;
  private readonly begin: number;

  constructor(source: Source, dataStart: number, { dtype, shape, begin }: Entry) {
    this.dtype = dtype;
    this.shape = shape;
    this.source = source;
    this.begin = dataStart + begin;
  }

  copy(from: number, into: Uint8Array): Promise<void> {
    return this.source.read(this.begin + from, into);
  }
}
