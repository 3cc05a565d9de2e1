// What is asked of a device's memory, checked before it is touched: nothing is read or written outside its buffer.
import { DeviceError, OptionError } from './errors.ts';
import { oneOf, shown, whole } from './options.ts';
import { bytesPer, type Data, type DType } from './shape.ts';

/** Refuses bytes that lie outside a buffer of `room` bytes. @throws OptionError for what is no count; DeviceError naming both. */
export function requireWithin(where: string, room: number, from: number, bytes: number): void {
  const counts = Number.isSafeInteger(from) && Number.isSafeInteger(bytes) && from >= 0 && bytes >= 0;
  if (counts && from + bytes <= room) return;
  whole(`${where}: the offset`, from, 0);
  whole(`${where}: the length`, bytes, 0);
  throw new DeviceError(`${where}: bytes ${from} to ${from + bytes} lie outside a buffer of ${room}; stay within it.`);
}

/** Refuses to write what is no data of a tensor, or does not fit into a buffer of `room` bytes. */
export function requireWritable(where: string, room: number, data: Data): void {
  if (![Float32Array, Float64Array, Int32Array, Uint16Array].some((kind) => data instanceof kind)) {
    throw new OptionError(
      `${where}: the data is ${shown(data)}; give a Float32Array, Float64Array, Int32Array or Uint16Array.`,
    );
  }
  requireWithin(where, room, 0, data.byteLength);
}

/** Refuses to read what does not lie in a buffer of `room` bytes. */
export function requireReadable(where: string, room: number, dtype: DType, length: number): void {
  oneOf(`${where}: the dtype`, dtype, Object.keys(bytesPer));
  whole(`${where}: the count`, length, 0);
  requireWithin(where, room, 0, length * bytesPer[dtype]);
}
