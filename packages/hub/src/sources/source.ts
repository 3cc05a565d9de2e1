// Bytes that are read by position, wherever they lie: on a disk, in a file that a browser was given, behind an address.
import { FileError } from '@twilljs/tensor';

/** Bytes that are read by position: a file on disk, one that a page was given, or an address. */
export interface Source {
  /** Path, name or address, for messages. */
  readonly name: string;
  /** Bytes in all. */
  readonly size: number;
  /** Fills `into` with the bytes from there on. @throws FileError when there are fewer, or others than before. */
  read(from: number, into: Uint8Array): Promise<void>;
}

/** Files that belong together, by name. */
export interface Folder {
  /** For messages. */
  readonly name: string;
  /** Its files, sorted; null where they cannot be listed. */
  readonly names: readonly string[] | null;
  /** @returns null where it has no such file. @throws FileError when the file cannot be read. */
  open(name: string): Promise<Source | null>;
}

/** Larger than any configuration, index or tokenizer. */
const LARGEST_TEXT = 2 ** 27;

/** Bytes [begin, end). @throws FileError when they do not fit in memory. */
export async function bytesOf(source: Source, begin = 0, end = source.size): Promise<Uint8Array> {
  const bytes = allocate(end - begin, source.name);
  await source.read(begin, bytes);
  return bytes;
}

/** @throws FileError above 128 MiB, which no text that a model needs has. */
export function requireSmall(size: number, where: string): void {
  if (size <= LARGEST_TEXT) return;
  throw new FileError(`${where}: is ${size} bytes of text, above the limit of ${LARGEST_TEXT}; name another file.`);
}

/** A small file as a whole. @throws FileError above 128 MiB. */
export async function smallFile(source: Source): Promise<Uint8Array> {
  requireSmall(source.size, source.name);
  return bytesOf(source);
}

/** The text of a UTF-8 file. @throws FileError when it is not UTF-8 or above 128 MiB. */
export async function textOf(source: Source): Promise<string> {
  return decodeText(await smallFile(source), source.name);
}

/** UTF-8 bytes as text. @param where for messages. */
export function decodeText(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new FileError(`${where}: is not UTF-8 text; convert it.`);
  }
}

/** @throws FileError when there is not so much memory. */
export function allocate(length: number, where: string): Uint8Array {
  try {
    return new Uint8Array(length);
  } catch {
    throw new FileError(
      `${where}: ${length} bytes do not fit in memory at once; split the file or use a machine with more memory.`,
    );
  }
}

/** What a source says whose file ends too early. @param end bytes that were expected. */
export const cutShort = (name: string, at: number, end: number): FileError =>
  new FileError(`${name}: ends at byte ${at} where ${end} are expected; it was cut while being read.`, { path: name });
