// The header of a safetensors file: 8 bytes of length, then JSON. Every claim is checked before a byte of data is touched.
import { FileError, type Shape, size } from '@twilljs/tensor';
import { isObject, type Json, type JsonObject, kindOf, parseJsonObject } from './json.ts';
import { mistakenFor } from './mistaken.ts';
import { isStoredDType, type StoredDType, storedTypes } from './stored.ts';

/** Where a tensor lies: its bytes are [begin, end) of the data, which start at `dataStart` of the file. */
export interface Entry {
  readonly dtype: StoredDType;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly metadata: Record<string, string>;
  readonly entries: Map<string, Entry>;
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
 * Reads and checks the JSON of a header.
 *
 * @throws FileError naming the tensor for bad JSON, types, dims and offsets, for gaps, overlaps and truncation.
 */
export function parseHeader(json: Uint8Array, fileSize: number, where: string): Header {
  const header = parseJsonObject(decodeText(json, where), `${where}: header`);
  const metadata = readMetadata(header.__metadata__, where);
  const entries = new Map<string, Entry>();
  for (const name of Object.keys(header)) {
    if (name !== '__metadata__')
      entries.set(
        name,
        readEntry(header[name], () => `${where}: tensor ${quote(name)}`),
      );
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

/** @param at what it is, for messages. */
function readEntry(json: Json, at: () => string): Entry {
  if (!isObject(json))
    throw new FileError(
      `${at()}: is ${kindOf(json)} where { dtype, shape, data_offsets } is needed; write the file again.`,
    );
  const dtype = readDType(json, at);
  const shape = readIntegers(json, 'shape', at);
  const offsets = readIntegers(json, 'data_offsets', at);
  if (offsets.length !== 2)
    throw new FileError(
      `${at()}: data_offsets has ${offsets.length} numbers where 2 are needed; write the file again.`,
    );
  const [begin, end] = offsets;
  const bytes = size(shape) * storedTypes[dtype].bytes;
  if (end - begin !== bytes) {
    throw new FileError(
      `${at()}: ${dtype} of shape ${brief(`[${shape}]`)} takes ${bytes} bytes but data_offsets [${begin},${end}] hold ${end - begin}; the header is wrong.`,
    );
  }
  return { dtype, shape, begin, end };
}

function readDType(json: JsonObject, at: () => string): StoredDType {
  const { dtype } = json;
  if (typeof dtype !== 'string')
    throw new FileError(`${at()}: dtype is ${kindOf(dtype)} where a name is needed; write the file again.`);
  if (isStoredDType(dtype)) return dtype;
  throw new FileError(
    `${at()}: dtype ${quote(dtype)} is not one of ${Object.keys(storedTypes).join(' ')}; convert the file to one of these.`,
  );
}

function readIntegers(json: JsonObject, key: string, at: () => string): number[] {
  const list = json[key];
  if (!Array.isArray(list))
    throw new FileError(`${at()}: ${key} is ${kindOf(list)} where a list of integers is needed; write the file again.`);
  for (const n of list) {
    if (typeof n === 'number' && Number.isSafeInteger(n) && n >= 0 && !Object.is(n, -0)) continue;
    const found = typeof n === 'number' ? String(n) : kindOf(n);
    throw new FileError(`${at()}: ${key} holds ${found} where integers from 0 are needed; write the file again.`);
  }
  return list as number[];
}

/** The tensors must cover the data exactly: what no tensor owns, or two do, is damage. */
function checkCover(entries: Map<string, Entry>, dataBytes: number, where: string): void {
  const sorted = [...entries].sort((a, b) => a[1].begin - b[1].begin || a[1].end - b[1].end); // taken apart by name it would cost memory
  let covered = 0;
  let previous = '';
  for (const [name, { begin, end }] of sorted) {
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

/** A name from the file, in quotes and short enough for a message. */
function quote(name: string): string {
  return JSON.stringify(brief(name));
}

/** A text from a file, short enough for a message. */
export const brief = (text: string): string => (text.length > 120 ? `${text.slice(0, 117)}...` : text);
