// Half precision: decoding is exact; encoding rounds once, from f64, to nearest with ties to even.

/** Bits of the fraction, the least exponent of normal numbers, and infinity. */
const FRACTION = 10;
const LEAST = -14;
const INFINITY = 0x7c00;

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

export function encodeF16(values: ArrayLike<number>): Uint16Array {
  const out = new Uint16Array(values.length);
  const number = new Float64Array(1);
  const words = new Uint32Array(number.buffer); // [low, high] of the f64
  for (let i = 0; i < values.length; i++) {
    number[0] = values[i];
    const sign = words[1] & 0x80000000 ? 0x8000 : 0;
    const magnitude = Math.abs(values[i]);
    if (Number.isNaN(magnitude)) {
      out[i] = INFINITY | (1 << (FRACTION - 1));
      continue;
    }
    const exponent = Math.max(((words[1] >> 20) & 0x7ff) - 1023, LEAST);
    // Rounding may carry into the exponent, which is then the right answer, up to infinity.
    const bits = (exponent - LEAST) * 2 ** FRACTION + roundEven(magnitude * 2 ** (FRACTION - exponent));
    out[i] = sign | Math.min(bits, INFINITY);
  }
  return out;
}

function roundEven(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  if (rest === 0.5) return low + (low % 2);
  return rest > 0.5 ? low + 1 : low;
}
