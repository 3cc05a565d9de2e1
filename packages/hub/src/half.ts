// 16-bit floats: decoding is exact; encoding rounds once, from f64, to nearest with ties to even.

/** Fraction bits and the range of exponents of normal numbers. */
interface Format {
  readonly fraction: number;
  readonly minExponent: number;
  readonly maxExponent: number;
}

const F16: Format = { fraction: 10, minExponent: -14, maxExponent: 15 };
const BF16: Format = { fraction: 7, minExponent: -126, maxExponent: 127 };

/** IEEE half precision to f32, exactly; NaN payloads are kept. */
export function decodeF16(bits: Uint16Array): Float32Array {
  const out = new Float32Array(bits.length);
  const words = new Uint32Array(out.buffer);
  for (let i = 0; i < bits.length; i++) {
    const h = bits[i];
    const sign = (h & 0x8000) << 16;
    const exponent = (h >> 10) & 31;
    const fraction = h & 0x3ff;
    if (exponent === 31) words[i] = sign | 0x7f800000 | (fraction << 13);
    else if (exponent > 0) words[i] = sign | ((exponent + 112) << 23) | (fraction << 13);
    else out[i] = (sign ? -1 : 1) * fraction * 2 ** -24;
  }
  return out;
}

/** bfloat16 to f32, exactly: it is the upper half of the word. */
export function decodeBF16(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i] << 16;
  return new Float32Array(words.buffer);
}

export const encodeF16 = (values: ArrayLike<number>): Uint16Array => encode(values, F16);
export const encodeBF16 = (values: ArrayLike<number>): Uint16Array => encode(values, BF16);

function encode(values: ArrayLike<number>, { fraction, minExponent, maxExponent }: Format): Uint16Array {
  const out = new Uint16Array(values.length);
  const number = new Float64Array(1);
  const words = new Uint32Array(number.buffer); // [low, high] of the f64
  const infinity = (maxExponent - minExponent + 2) << fraction;
  for (let i = 0; i < values.length; i++) {
    number[0] = values[i];
    const sign = words[1] & 0x80000000 ? 0x8000 : 0;
    const magnitude = Math.abs(values[i]);
    if (Number.isNaN(magnitude)) {
      out[i] = infinity | (1 << (fraction - 1));
      continue;
    }
    const exponent = Math.max(((words[1] >> 20) & 0x7ff) - 1023, minExponent);
    // Rounding may carry into the exponent, which is then the right answer, up to infinity.
    const bits = (exponent - minExponent) * 2 ** fraction + roundEven(magnitude * 2 ** (fraction - exponent));
    out[i] = sign | Math.min(bits, infinity);
  }
  return out;
}

function roundEven(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  if (rest === 0.5) return low + (low % 2);
  return rest > 0.5 ? low + 1 : low;
}
