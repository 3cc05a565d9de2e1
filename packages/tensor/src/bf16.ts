// bfloat16, the upper half of an f32: how matrices are stored that no gradient is asked for.
import { OptionError } from './errors.ts';
import { shown } from './options.ts';
import type { Data } from './shape.ts';

/** The numbers that host data holds. */
export const numbersIn = (data: Data): Exclude<Data, Uint16Array> =>
  data instanceof Uint16Array ? decodeBF16(data) : data;

/** Bits of bf16 as numbers, exactly. */
export function decodeBF16(bits: ArrayLike<number>): Float32Array<ArrayBuffer> {
  requireNumbers('decodeBF16', bits);
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i] << 16;
  return new Float32Array(words.buffer);
}

/** Numbers as bits of bf16, rounded once to nearest, ties to even; NaN is 0x7fc0. */
export function encodeBF16(values: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  requireNumbers('encodeBF16', values);
  const out = new Uint16Array(values.length);
  const number = new Float32Array(1);
  const word = new Uint32Array(number.buffer);
  for (let i = 0; i < values.length; i++) {
    const x = values[i];
    number[0] = x;
    let bits = word[0];
    // Where rounding to f32 has made a tie there was none.
    if ((bits & 0xffff) === 0x8000 && number[0] !== x) bits += Math.abs(x) > Math.abs(number[0]) ? 1 : -1;
    out[i] = Number.isNaN(x) ? 0x7fc0 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  }
  return out;
}

/** @throws OptionError for what is no list of numbers. */
function requireNumbers(where: string, values: unknown): void {
  if (ArrayBuffer.isView(values) && typeof (values as Float32Array)[0] !== 'bigint' && !(values instanceof DataView))
    return;
  if (Array.isArray(values) && values.every((x) => typeof x === 'number')) return;
  throw new OptionError(`${where}: the values are ${shown(values)}; give numbers.`);
}
