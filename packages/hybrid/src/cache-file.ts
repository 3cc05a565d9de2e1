// Caches as bytes: a line with the format, one with the checksum of all that follows, one with the header as JSON, then the states.
import type { State } from '@twilljs/nn';
import {
  bytesPer,
  type Device,
  FileError,
  OptionError,
  type Spec,
  sameShape,
  scope,
  shown,
  size,
  type Tensor,
  tensor,
  typedArray,
} from '@twilljs/tensor';
import { type Computed, differenceOf } from './computed.ts';
import { crc32 } from './crc32.ts';
import type { Place } from './place.ts';
import type { Specs } from './state-layout.ts';

/** What a cache holds: the states after `positions` tokens of its sequences. */
export interface Remembered {
  readonly positions: Int32Array;
  readonly states: readonly State[];
}

const FORMAT = /^twill cache (\d+)\n$/;
const VERSION = 3;
/** Eight hexadecimal digits and a line feed. */
const CHECKSUM_BYTES = 9;
const LINE_FEED = 10;

/** The bytes that `readCache` reads. @param place of the model whose states they are. */
export async function writeCache({ positions, states }: Remembered, { computed, layouts }: Place): Promise<Uint8Array> {
  const n = positions.length;
  const specs = layouts.layers.map((layout) => layout.specs(n, longestOf(positions)));
  const parts: Uint8Array[] = [];
  for (const [i, layout] of layouts.layers.entries()) {
    for (const [name, t] of Object.entries(states[i])) {
      const data = await t.data();
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      const part = new Uint8Array(bytesOf(specs[i][name]));
      // Of a ring what its sequence has written: behind that lies whatever was forgotten, and room.
      for (const [row, tokens] of positions.entries()) {
        const from = (row * bytes.length) / n;
        const used = bytesOf(layout.specs(1, tokens)[name]);
        part.set(bytes.subarray(from, from + used), (row * part.length) / n);
      }
      parts.push(part);
    }
  }
  const body = joined([line(JSON.stringify({ positions: [...positions], model: computed, layers: specs })), ...parts]);
  return joined([line(`twill cache ${VERSION}`), line(hex(crc32(body))), body]);
}

const longestOf = (positions: ArrayLike<number>): number => Math.max(...Array.from(positions));
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
 * @param place of the model.
 * @throws FileError when the bytes are damaged or not those of a cache of such a model on such a device.
 */
export function readCache(bytes: Uint8Array, { computed, layouts }: Place, device: Device): Remembered {
  if (!(bytes instanceof Uint8Array)) {
    throw new OptionError(`cache: ${shown(bytes)} are no bytes; give the Uint8Array that serialize() returned.`);
  }
  const body = checkedBody(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)); // a slice of Node's Buffer is no copy
  const end = body.indexOf(LINE_FEED) + 1;
  const { positions, model, layers } = readHeader(body.slice(0, end));
  const difference = differenceOf(model, computed);
  if (difference) throw new FileError(`cache: ${difference}; ${ANOTHER_MODEL}.`);
  const expected = layouts.layers.map((layout) => layout.specs(positions.length, longestOf(positions)));
  if (layers.length !== expected.length) {
    throw new FileError(`cache: it has ${layers.length} layers but the model ${expected.length}; ${ANOTHER_MODEL}.`);
  }
  for (const [i, specs] of expected.entries()) requireSpecs(`layer ${i}`, layers[i], specs);
  const length = expected.flatMap((specs) => Object.values(specs)).reduce<number>((n, spec) => n + bytesOf(spec), end);
  if (length !== body.length) {
    throw new FileError(`cache: its header speaks of ${length} bytes but there are ${body.length}; write it again.`);
  }
  return {
    positions: Int32Array.from(positions),
    states: scope(() => readStates(layers as Specs[], body, end, device)),
  };
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
  readonly positions: readonly number[];
  readonly model: Computed;
  readonly layers: readonly Readonly<Record<string, unknown>>[];
}

function readHeader(bytes: Uint8Array): Header {
  let header: unknown;
  try {
    header = JSON.parse(textOf(bytes));
    JSON.stringify(header); // what is too deep to be written was not written here
  } catch {
    throw new FileError('cache: its header is no JSON; give what serialize() returned.');
  }
  const { positions, model, layers } = isObject(header) ? header : {};
  const arePositions = Array.isArray(positions) && positions.length > 0 && positions.every(isPosition);
  const areLayers = Array.isArray(layers) && layers.every(isObject);
  if (arePositions && isObject(model) && areLayers) return { positions, model, layers };
  throw new FileError(
    `cache: its header is ${shown(header)} where positions, model and layers are needed; give what serialize() returned.`,
  );
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isPosition = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31;

function requireSpecs(where: string, given: Readonly<Record<string, unknown>>, expected: Specs): void {
  const names = Object.keys(expected);
  if (`${Object.keys(given).sort()}` !== `${names.sort()}`) {
    throw new FileError(`cache: ${where} has ${words(Object.keys(given))}, not ${words(names)}; ${ANOTHER_MODEL}.`);
  }
  for (const [name, spec] of Object.entries(expected)) {
    const found = given[name];
    const { dtype, shape } = isObject(found) ? found : {};
    if (dtype === spec.dtype && Array.isArray(shape) && sameShape(shape, spec.shape)) continue;
    throw new FileError(
      `cache: ${where}: ${name} is ${dtype} ${shown(shape)} but ${spec.dtype} ${shown(spec.shape)} here; ${ANOTHER_MODEL}, ` +
        'on a device of the same numbers.',
    );
  }
}

const words = (names: readonly string[]): string => shown(names.length > 0 ? names.join(', ') : 'nothing');

const bytesOf = ({ shape, dtype }: Spec): number => size(shape) * bytesPer[dtype];

function readStates(layers: readonly Specs[], body: Uint8Array, start: number, device: Device): State[] {
  let at = start;
  const value = (spec: Spec): Tensor => {
    const { dtype, shape } = spec;
    const { buffer } = body.slice(at, at + bytesOf(spec)); // a copy, aligned
    at += bytesOf(spec);
    return tensor(typedArray(dtype, buffer, 0, size(shape)), shape, { device, dtype });
  };
  return layers.map((specs) => Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, value(spec)])));
}
