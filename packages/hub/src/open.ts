// Safetensors files that stay on disk: the header is read and checked at once, each tensor, or a part of it, when it is asked for.
import type { Shape } from '@twilljs/tensor';
import { readInto, readRange, withFile } from './files.ts';
import { type Entry, headerLength, LENGTH_BYTES, parseHeader } from './header.ts';
import { TELLING_BYTES } from './mistaken.ts';
import type { SafetensorsFile } from './safetensors.ts';
import type { StoredDType, StoredTensor } from './stored.ts';

class TensorOnDisk implements StoredTensor {
  readonly dtype: StoredDType;
  readonly shape: Shape;
  private readonly path: string;
  private readonly begin: number;
  private readonly end: number;

  constructor(path: string, dataStart: number, { dtype, shape, begin, end }: Entry) {
    this.dtype = dtype;
    this.shape = shape;
    this.path = path;
    this.begin = dataStart + begin;
    this.end = dataStart + end;
  }

  get bytes(): Uint8Array {
    return withFile(this.path, ({ fd }) => readRange(fd, this.begin, this.end, this.path));
  }

  copy(from: number, into: Uint8Array): void {
    withFile(this.path, ({ fd }) => readInto(fd, this.begin + from, into, this.path));
  }
}

/**
 * Opens a safetensors file of any size. Its tensors read their bytes from disk on every access.
 *
 * @throws FileError as `parseSafetensors`, and when the file is missing or unreadable.
 */
export function openSafetensors(path: string): SafetensorsFile {
  return withFile(path, ({ fd, size }) => {
    const start = readRange(fd, 0, Math.min(size, TELLING_BYTES), path);
    const length = headerLength(start, size, path);
    const header = parseHeader(readRange(fd, LENGTH_BYTES, LENGTH_BYTES + length, path), size, path);
    const tensors = new Map<string, StoredTensor>();
    for (const [name, entry] of header.entries) tensors.set(name, new TensorOnDisk(path, header.dataStart, entry));
    return { metadata: header.metadata, tensors };
  });
}
