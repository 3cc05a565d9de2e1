// All 65,536 values of both 16-bit formats, and rounding against its definition.
import { decodeBF16, encodeBF16 } from '@twilljs/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeF16, encodeF16 } from './half.ts';

const all = Uint16Array.from({ length: 65536 }, (_, i) => i);

/** The value of a bit pattern by the formula of IEEE 754, independent of the code under test. */
function exactValue(bits: number, fractionBits: number, exponentBits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> fractionBits) & (2 ** exponentBits - 1);
  const fraction = bits & (2 ** fractionBits - 1);
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** (1 - bias - fractionBits);
  return sign * (1 + fraction / 2 ** fractionBits) * 2 ** (exponent - bias);
}

describe.each([
  { name: 'f16', decode: decodeF16, encode: encodeF16, fraction: 10, exponent: 5 },
  { name: 'bf16', decode: decodeBF16, encode: encodeBF16, fraction: 7, exponent: 8 },
])('$name', ({ decode, encode, fraction, exponent }) => {
  const table = Array.from(all, (bits) => exactValue(bits, fraction, exponent));

  it('decodes every bit pattern to the value of the formula', () => {
    const values = decode(all);
    for (let i = 0; i < table.length; i++) {
      if (!Object.is(values[i], table[i])) expect.fail(`bits ${i}: ${values[i]} instead of ${table[i]}`);
    }
  });

  it('encodes every value back to its bits, NaN to a quiet NaN of its sign', () => {
    const bits = encode(decode(all));
    for (let i = 0; i < table.length; i++) {
      if (Number.isNaN(table[i])) expect(Number.isNaN(table[bits[i]])).toBe(true);
      else if (bits[i] !== i) expect.fail(`bits ${i} became ${bits[i]}`);
    }
  });

  it('rounds to the nearest value, ties to the even one', () => {
    const infinity = ((1 << exponent) - 1) << fraction;
    // The neighbours of 0 <= x by bisection on the sorted positive values; past the largest, the next power of two.
    const at = (bits: number): number => (bits === infinity ? 2 ** (2 ** (exponent - 1)) : table[bits]);
    const expected = (x: number): number => {
      let [low, high] = [0, infinity];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (at(middle) <= x) low = middle;
        else high = middle;
      }
      const [down, up] = [x - at(low), at(high) - x];
      if (down === up) return low % 2 ? high : low;
      return down < up ? low : high;
    };
    const magnitude = fc.double({ min: 0, max: at(infinity), noNaN: true, noDefaultInfinity: true });
    const halfway = fc.integer({ min: 0, max: infinity - 1 }).map((bits) => (at(bits) + at(bits + 1)) / 2);
    fc.assert(
      fc.property(
        fc.oneof(
          magnitude,
          halfway,
          halfway.map((x) => x * (1 + 2 ** -50)),
        ),
        (x) => {
          expect(encode([x])[0]).toBe(expected(x));
          expect(encode([-x])[0]).toBe(expected(x) | 0x8000);
        },
      ),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('overflows to infinity', () => {
    const infinity = ((1 << exponent) - 1) << fraction;
    expect(Array.from(encode([1e300, -1e300, Number.POSITIVE_INFINITY]))).toEqual([
      infinity,
      infinity | 0x8000,
      infinity,
    ]);
  });
});
