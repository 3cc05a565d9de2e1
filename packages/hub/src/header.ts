// The header of a safetensors file: 8 bytes of length, then JSON. Every claim is checked before a byte of data is touched.
import { FileError, type Shape, size } from '@twilljs/tensor';
import { isObject, type Json, type JsonObject, kindOf, parseJsonObject } from './json.ts';
import { mistakenFor } from './mistaken.ts';
import { isStoredDType, type StoredDType, storedTypes } from './stored.ts';

/** Where a tensor lies: its bytes are [begin, end) of the data, which start at `dataStart` of the file. */
export interface Entry {
  readonly name: string;
  readonly dtype: StoredDType;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly metadata: Record<string, string>;
  /** Of different names, in the order of the file. */
  readonly entries: readonly Entry[];
  readonly dataStart: number;
}

/** Bytes before the JSON. */
export const LENGTH_BYTES = 8;
/** The format's own limit. */
const MAX_HEADER = 100_000_000;

/**
 * Bytes of JSON that the first 8 bytes of a file announce.
 *
 * @param start the first `TELLING_BYTES` of the file, or all of it.
 * @param fileSize Bytes of the whole file.
 * @throws FileError when the file is of another kind, too short for what it announces, or announces more than 100 MB.
 */
export function headerLength(start: Uint8Array, fileSize: number, where: string): number {
  // A header begins with '{' after its length; nothing else that is mistaken for one does.
  if (start[LENGTH_BYTES] !== 0x7b || start[LENGTH_BYTES - 1] !== 0) {
    const mistaken = mistakenFor(start, fileSize, 'the weights');
    if (mistaken) throw new FileError(`${where}: ${mistaken}`);
  }
  if (fileSize < LENGTH_BYTES) {
    throw new FileError(
      `${where}: ${fileSize} bytes, where a safetensors file starts with 8 bytes of header length; it is truncated or another format.`,
    );
  }
  const announced = new DataView(start.buffer, start.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  const length = Number(announced);
  if (length > MAX_HEADER) {
    throw new FileError(
      `${where}: announces a header of ${announced} bytes, above the limit of ${MAX_HEADER}; it is not a safetensors file.`,
    );
  }
  if (length > fileSize - LENGTH_BYTES) {
    throw new FileError(
      `${where}: announces a header of ${length} bytes but only ${fileSize - LENGTH_BYTES} follow; it is truncated or another format.`,
    );
  }
  return length;
}

/**
 * Reads and checks the JSON of a header. A file may announce thousands of tensors: nothing but what is returned is made for
 * each of them (a closure, or the iterators of `for ... of` and `[a, b] =`, would take more than the entry).
 *
 * @throws FileError naming the tensor for bad JSON, types, dims and offsets, for gaps, overlaps and truncation.
 */
export function parseHeader(json: Uint8Array, fileSize: number, where: string): Header {
  const header = parseJsonObject(decodeText(json, where), `${where}: header`);
  const metadata = readMetadata(header.__metadata__, where);
  const entries: Entry[] = [];
  for (const name of Object.keys(header)) {
    if (name !== '__metadata__') entries.push(readEntry(header[name], name, where));
  }
  const dataStart = LENGTH_BYTES + json.length;
  checkCover(entries, fileSize - dataStart, where);
  return { metadata, entries, dataStart };
}

function decodeText(json: Uint8Array, where: string): string {
  if (json[0] !== 0x7b)
    throw new FileError(`${where}: its header does not start with '{'; it is not a safetensors file.`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json);
  } catch {
    throw new FileError(`${where}: its header is not UTF-8 text; it is damaged or another format.`);
  }
}

function readMetadata(json: Json | undefined, where: string): Record<string, string> {
  if (json === undefined) return {};
  if (!isObject(json))
    throw new FileError(
      `${where}: __metadata__ is ${kindOf(json)} where an object of strings is needed; write it again.`,
    );
  for (const key of Object.keys(json)) {
    if (typeof json[key] === 'string') continue;
    throw new FileError(
      `${where}: __metadata__ ${quote(key)} is ${kindOf(json[key])} where a string is needed; write it again.`,
    );
  }
  return json as Record<string, string>;
}

function readEntry(json: Json, name: string, where: string): Entry {
  if (!isObject(json))
    throw new FileError(
      `${tensorIn(where, name)}: is ${kindOf(json)} where { dtype, shape, data_offsets } is needed; write the file again.`,
    );
  const dtype = readDType(json, name, where);
  const shape = readIntegers(json, 'shape', name, where);
  const offsets = readIntegers(json, 'data_offsets', name, where);
  if (offsets.length !== 2)
    throw new FileError(
      `${tensorIn(where, name)}: data_offsets has ${offsets.length} numbers where 2 are needed; write the file again.`,
    );
  const begin = offsets[0];
  const end = offsets[1];
  const bytes = size(shape) * storedTypes[dtype].bytes;
  if (end - begin !== bytes) {
    throw new FileError(
      `${tensorIn(where, name)}: ${dtype} of shape ${brief(`[${shape}]`)} takes ${bytes} bytes but data_offsets [${begin},${end}] hold ${end - begin}; the header is wrong.`,
    );
  }
  return { name, dtype, shape, begin, end };
}

function readDType(json: JsonObject, name: string, where: string): StoredDType {
  const { dtype } = json;
  if (typeof dtype !== 'string')
    throw new FileError(
      `${tensorIn(where, name)}: dtype is ${kindOf(dtype)} where a name is needed; write the file again.`,
    );
  if (isStoredDType(dtype)) return dtype;
  throw new FileError(
    `${tensorIn(where, name)}: dtype ${quote(dtype)} is not one of ${Object.keys(storedTypes).join(' ')}; convert the file to one of these.`,
  );
}

function readIntegers(json: JsonObject, key: string, name: string, where: string): number[] {
  const list = json[key];
  if (!Array.isArray(list))
    throw new FileError(
      `${tensorIn(where, name)}: ${key} is ${kindOf(list)} where a list of integers is needed; write the file again.`,
    );
  for (let i = 0; i < list.length; i++) {
    const n = list[i];
    if (typeof n === 'number' && Number.isSafeInteger(n) && n >= 0 && !Object.is(n, -0)) continue;
    const found = typeof n === 'number' ? String(n) : kindOf(n);
    throw new FileError(
      `${tensorIn(where, name)}: ${key} holds ${found} where integers from 0 are needed; write the file again.`,
    );
  }
  return list as number[];
}

/** The tensors must cover the data exactly: what no tensor owns, or two do, is damage. */
function checkCover(entries: readonly Entry[], dataBytes: number, where: string): void {
  const sorted = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  let previous = '';
  for (const { name, begin, end } of sorted) {
    if (begin < covered) {
      throw new FileError(
        `${where}: tensor ${quote(name)} starts at byte ${begin} of the data but ${quote(previous)} ends at ${covered}; the header is wrong.`,
      );
    }
    if (begin > covered) {
      throw new FileError(
        `${where}: no tensor owns bytes ${covered} to ${begin} of the data, before ${quote(name)}; the header is wrong.`,
      );
    }
    if (end > dataBytes) {
      throw new FileError(
        `${where}: tensor ${quote(name)} ends at byte ${end} of the data but the file holds ${dataBytes}; it is truncated, fetch or write it again.`,
      );
    }
    covered = end;
    previous = name;
  }
  if (covered < dataBytes) {
    throw new FileError(
      `${where}: the tensors end at byte ${covered} of the data but the file holds ${dataBytes}; write it again.`,
    );
  }
}

/** Where a tensor is spoken of, for messages. */
const tensorIn = (where: string, name: string): string => `${where}: tensor ${quote(name)}`;

/** A name from the file, in quotes and short enough for a message. */
function quote(name: string): string {
  return JSON.stringify(brief(name));
}

/** A text from a file, short enough for a message. */
export const brief = (text: string): string => (text.length > 120 ? `${text.slice(0, 117)}...` : text);
