// Numbers in and out of every element type.
import { isTwillError } from '@twilljs/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type StoredDType, type StoredTensor, store, storedTypes, toF32, toF64, toI32 } from './stored.ts';

const integers = (Object.keys(storedTypes) as StoredDType[]).filter((d) => 'min' in storedTypes[d]);

/** The same tensor at an odd address, as a file may hold it. */
function unaligned(tensor: StoredTensor): StoredTensor {
  const bytes = new Uint8Array(tensor.bytes.length + 1).subarray(1);
  bytes.set(tensor.bytes);
  return { ...tensor, bytes };
}

describe('stored tensors', () => {
  it('return every f64 and f32 bit for bit, at any alignment', () => {
    fc.assert(
      fc.property(fc.float64Array({ maxLength: 40 }), (values) => {
        expect(toF64(unaligned(store('F64', [values.length], values)))).toEqual(values);
        const single = Float32Array.from(values);
        expect(toF32(unaligned(store('F32', [values.length], single)))).toEqual(single);
        expect(toF32(store('F64', [values.length], values))).toEqual(single);
      }),
      { seed: 4, numRuns: 100 },
    );
  });

  it.each(integers)('return the extremes of %s', (dtype) => {
    const { min, max } = storedTypes[dtype] as { min: number; max: number };
    const tensor = unaligned(store(dtype, [3], [min, max, 1]));
    expect(Array.from(toF64(tensor))).toEqual([min, max, 1]);
    if (max < 2 ** 31) expect(Array.from(toI32(tensor))).toEqual([min, max, 1]);
    expect(() => store(dtype, [1], [max + 1])).toThrow(/is not an integer in/);
    expect(() => store(dtype, [1], [min - 1])).toThrow(/is not an integer in/);
    expect(() => store(dtype, [1], [0.5])).toThrow(/is not an integer in/);
  });

  it('widen 16-bit floats exactly', () => {
    expect(Array.from(toF64(store('F16', [3], [1 / 3, 65504, -(2 ** -24)])))).toEqual([
      0.333251953125,
      65504,
      -(2 ** -24),
    ]);
    expect(Array.from(toF32(store('BF16', [2], [1 / 3, -3])))).toEqual([0.333984375, -3]);
  });

  it('never share memory with the file', () => {
    const tensor = store('F32', [1], [1]);
    toF32(tensor)[0] = 5;
    expect(toF32(tensor)[0]).toBe(1);
  });

  it('refuse what would lose digits', () => {
    const big = new Uint8Array(new BigInt64Array([2n ** 53n + 1n]).buffer);
    const failures = [
      () => toF64({ dtype: 'I64', shape: [1], bytes: big }, 'ids'),
      () => toI32({ dtype: 'I64', shape: [1], bytes: big }, 'ids'),
      () => toI32(store('F32', [1], [1]), 'ids'),
      () => store('F32', [2, 2], [1]),
    ].map((run) => {
      try {
        run();
      } catch (error) {
        if (isTwillError(error)) return `${error.name}: ${error.message}`;
      }
      return 'accepted';
    });
    expect(failures).toMatchInlineSnapshot(`
      [
        "DTypeError: ids: the I64 value 9007199254740993 is beyond 2^53, where f64 skips integers; store it as F64.",
        "DTypeError: ids: 9007199254740993 does not fit in 32 bits, -2147483648..2147483647; store smaller ids.",
        "DTypeError: ids: F32 where integers are needed; store it as I32 or I64.",
        "ShapeError: store: shape [2,2] has 4 elements but 1 were given; make them agree.",
      ]
    `);
  });
});
