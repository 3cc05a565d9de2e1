// Caches as bytes: a line with the format, one with the checksum of all that follows, one with the header as JSON, then the states.
import type { Mixer, State } from '@twilljs/nn';
import {
  bytesPer,
  type Device,
  FileError,
  OptionError,
  sameShape,
  scope,
  shown,
  size,
  Tensor,
  tensor,
  typedArray,
} from '@twilljs/tensor';
import { type Computed, differenceOf } from './computed.ts';
import { crc32 } from './crc32.ts';
import { type Entries, type Entry, entriesOf, makeupOf } from './makeup.ts';

/** What a cache holds: the states after `position` tokens of `batch` sequences, absent before the first token. */
export interface Remembered {
  readonly batch: number;
  readonly position: number;
  readonly states: readonly (State | undefined)[];
}

const FORMAT = /^twill cache (\d+)\n$/;
const VERSION = 2;
/** Eight hexadecimal digits and a line feed. */
const CHECKSUM_BYTES = 9;
const LINE_FEED = 10;

/** The bytes that `readCache` reads. @param computed what the model of the states computes. */
export async function writeCache({ batch, position, states }: Remembered, computed: Computed): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const layers: Entries[] = [];
  for (const state of states) {
    layers.push(entriesOf(state ?? {}));
    for (const value of Object.values(state ?? {})) {
      if (!(value instanceof Tensor)) continue;
      const data = await value.data();
      parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
  }
  const body = joined([line(JSON.stringify({ batch, position, model: computed, layers })), ...parts]);
  return joined([line(`twill cache ${VERSION}`), line(hex(crc32(body))), body]);
}

const hex = (crc: number): string => crc.toString(16).padStart(8, '0');
const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
const line = (text: string): Uint8Array => new TextEncoder().encode(`${text}\n`);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * What `writeCache` wrote, its states on `device`.
 *
 * @param mixers of the model, layer by layer.
 * @param computed what it computes.
 * @throws FileError when the bytes are damaged or not those of a cache of such a model on such a device.
 */
export function readCache(bytes: Uint8Array, mixers: readonly Mixer[], computed: Computed, device: Device): Remembered {
  if (!(bytes instanceof Uint8Array)) {
    throw new OptionError(`cache: ${shown(bytes)} are no bytes; give the Uint8Array that serialize() returned.`);
  }
  const body = checkedBody(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)); // a slice of Node's Buffer is no copy
  const end = body.indexOf(LINE_FEED) + 1;
  const { batch, position, model, layers } = readHeader(body.slice(0, end));
  const difference = differenceOf(model, computed);
  if (difference) throw new FileError(`cache: ${difference}; ${ANOTHER_MODEL}.`);
  const expected = mixers.map((mixer) => entriesAfter(mixer, batch, position));
  if (layers.length !== expected.length) {
    throw new FileError(`cache: it has ${layers.length} layers but the model ${expected.length}; ${ANOTHER_MODEL}.`);
  }
  for (const [i, entries] of layers.entries()) requireEntries(`layer ${i}`, entries, expected[i], position);
  const length = layers.flatMap((entries) => Object.values(entries)).reduce<number>((n, e) => n + bytesOf(e), end);
  if (length !== body.length) {
    throw new FileError(`cache: its header speaks of ${length} bytes but there are ${body.length}; write it again.`);
  }
  return { batch, position, states: scope(() => readStates(layers, body, end, device)) };
}

const ANOTHER_MODEL = 'restore it with the model that wrote it';

/** What stands behind the checksum, once it has proved right. */
function checkedBody(bytes: Uint8Array): Uint8Array {
  const start = bytes.indexOf(LINE_FEED) + 1;
  const format = FORMAT.exec(textOf(bytes.slice(0, Math.min(start, 64))));
  if (!format) {
    throw new FileError('cache: the bytes do not begin like a serialized cache; give what serialize() returned.');
  }
  if (format[1] !== String(VERSION)) {
    throw new FileError(
      `cache: it is of format ${format[1]} but this version reads ${VERSION}; let the model read the text again.`,
    );
  }
  const body = bytes.subarray(start + CHECKSUM_BYTES);
  const checksum = textOf(bytes.slice(start, start + CHECKSUM_BYTES));
  if (checksum === `${hex(crc32(body))}\n`) return body;
  throw new FileError('cache: the bytes are not those of its checksum, it was cut off or changed; write it again.');
}

interface Header {
  readonly batch: number;
  readonly position: number;
  readonly model: Computed;
  readonly layers: readonly Entries[];
}

function readHeader(bytes: Uint8Array): Header {
  let header: unknown;
  try {
    header = JSON.parse(textOf(bytes));
    JSON.stringify(header); // what is too deep to be written was not written here
  } catch {
    throw new FileError('cache: its header is no JSON; give what serialize() returned.');
  }
  const { batch, position, model, layers } = isObject(header) ? header : {};
  const areLayers = Array.isArray(layers) && layers.every(isObject);
  if (isWhole(batch, 1) && isWhole(position, 0) && isObject(model) && areLayers) {
    return { batch, position, model, layers: layers as readonly Entries[] };
  }
  throw new FileError(
    `cache: its header is ${shown(header)} where batch, position, model and layers are needed; give what serialize() returned.`,
  );
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isWhole = (value: unknown, least: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= least;

/** The entries of a layer's state after `position` tokens of `batch` sequences. */
function entriesAfter(mixer: Mixer, batch: number, position: number): Entries {
  if (position === 0) return {};
  const { entries, rows } = makeupOf(mixer);
  const after = (entry: Entry): Entry => {
    if (typeof entry === 'number') return entry;
    const [, ...rest] = entry.shape.map((n) => n || rows(position));
    return { dtype: entry.dtype, shape: [batch, ...rest] };
  };
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, after(entry)]));
}

function requireEntries(where: string, given: Entries, expected: Entries, position: number): void {
  const names = Object.keys(expected);
  if (`${Object.keys(given).sort()}` !== `${names.sort()}`) {
    throw new FileError(`cache: ${where} has ${words(Object.keys(given))}, not ${words(names)}; ${ANOTHER_MODEL}.`);
  }
  for (const [name, entry] of Object.entries(expected)) {
    const found = given[name] as unknown;
    if (typeof entry === 'number') {
      // Where a mixer counts tokens itself, it counts those of the cache.
      if (typeof found === 'number' && (name !== 'position' || found === position)) continue;
      throw new FileError(`cache: ${where}: ${name} is ${shown(found)} after ${position} tokens; write it again.`);
    }
    const { dtype, shape } = isObject(found) ? found : {};
    if (dtype === entry.dtype && Array.isArray(shape) && sameShape(shape, entry.shape)) continue;
    throw new FileError(
      `cache: ${where}: ${name} is ${dtype} ${shown(shape)} but ${entry.dtype} ${shown(entry.shape)} here; ${ANOTHER_MODEL}, ` +
        'on a device of the same numbers.',
    );
  }
}

const words = (names: readonly string[]): string => shown(names.length > 0 ? names.join(', ') : 'nothing');

const bytesOf = (entry: Entry): number => (typeof entry === 'number' ? 0 : size(entry.shape) * bytesPer[entry.dtype]);

function readStates(
  layers: readonly Entries[],
  body: Uint8Array,
  start: number,
  device: Device,
): (State | undefined)[] {
  let at = start;
  const value = (entry: Entry): Tensor | number => {
    if (typeof entry === 'number') return entry;
    const { buffer } = body.slice(at, at + bytesOf(entry)); // a copy, aligned
    at += bytesOf(entry);
    return tensor(typedArray(entry.dtype, buffer, 0, size(entry.shape)), entry.shape, { device, dtype: entry.dtype });
  };
  return layers.map((entries) => {
    const state = Object.entries(entries).map(([name, entry]) => [name, value(entry)] as const);
    return state.length > 0 ? Object.fromEntries(state) : undefined;
  });
}
