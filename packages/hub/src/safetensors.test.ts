// Round trips, every kind of damage by name, and fuzzing: a bad file is a FileError, never a crash or a hang.
import { isTwillError } from '@twilljs/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSafetensors, serializeSafetensors } from './safetensors.ts';
import { type StoredDType, store, storedTypes } from './stored.ts';

const dtypes = Object.keys(storedTypes) as StoredDType[];

const tensor = fc
  .record({ dtype: fc.constantFrom(...dtypes), shape: fc.array(fc.nat(4), { maxLength: 3 }) })
  .chain(({ dtype, shape }) => {
    const bytes = shape.reduce((n, d) => n * d, 1) * storedTypes[dtype].bytes;
    return fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((data) => ({ dtype, shape, bytes: data }));
  });
const name = fc
  .oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('__proto__', 'constructor', '"', ''))
  .filter((n) => n !== '__metadata__');
const contents = fc.uniqueArray(fc.tuple(name, tensor), { selector: ([n]) => n, maxLength: 6 });
const metadata = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 });

/** A file from any header text and a number of data bytes. */
function file(header: unknown, dataBytes = 0): Uint8Array {
  const json = typeof header === 'string' ? header : JSON.stringify(header);
  const text = new TextEncoder().encode(json);
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

function failure(bytes: Uint8Array): string {
  try {
    parseSafetensors(bytes, 'model.safetensors');
  } catch (error) {
    if (isTwillError(error)) return `${error.name}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

const f32 = (shape: unknown, data_offsets: unknown) => ({ dtype: 'F32', shape, data_offsets });

describe('safetensors', () => {
  it('returns what was written, in order', () => {
    fc.assert(
      fc.property(contents, metadata, (tensors, meta) => {
        const bytes = serializeSafetensors(tensors, meta);
        const read = parseSafetensors(bytes);
        expect([...read.tensors]).toEqual(tensors);
        expect(Object.entries(read.metadata)).toEqual(Object.entries(meta));
        expect(serializeSafetensors(read.tensors, read.metadata)).toEqual(bytes);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it('aligns every tensor to its element size', () => {
    const bytes = serializeSafetensors([
      ['a', store('U8', [3], [1, 2, 3])],
      ['b', store('F64', [1], [4])],
      ['c', store('F16', [1], [5])],
      ['d', store('F32', [1], [6])],
    ]);
    for (const { dtype, bytes: view } of parseSafetensors(bytes).tensors.values()) {
      expect(view.byteOffset % storedTypes[dtype].bytes).toBe(0);
    }
  });

  it('writes the bytes of the format', () => {
    const bytes = serializeSafetensors([['w', store('F32', [2], [1, -2])]], { format: 'pt' });
    const json = '{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}   ';
    expect(json.length % 8).toBe(0);
    expect(Array.from(bytes.subarray(0, 8))).toEqual([json.length, 0, 0, 0, 0, 0, 0, 0]);
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + json.length))).toBe(json);
    expect(Array.from(bytes.subarray(8 + json.length))).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
  });

  it('reads a tensor whose dims are zero, or absent', () => {
    const { tensors } = parseSafetensors(file({ empty: f32([3, 0], [0, 0]), scalar: f32([], [0, 4]) }, 4));
    expect([...tensors].map(([key, { shape }]) => [key, shape])).toEqual([
      ['empty', [3, 0]],
      ['scalar', []],
    ]);
  });

  it('names what is wrong with a file', () => {
    const huge = new Uint8Array(16);
    new DataView(huge.buffer).setBigUint64(0, 2n ** 63n, true);
    const long = new Uint8Array(16);
    long[0] = 200;
    expect(
      [
        new Uint8Array(0),
        new Uint8Array(7),
        huge,
        long,
        file(''),
        file('[]'),
        file('{"a": '),
        Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x80),
        file('{"\u0000": 1}'),
        file('{"a":1,"a":2}'),
        file({ a: 1 }),
        file({ a: { dtype: 'F32', shape: [1] } }, 4),
        file({ a: { dtype: 'F4', shape: [1], data_offsets: [0, 1] } }, 1),
        file({ a: { dtype: 3, shape: [1], data_offsets: [0, 1] } }, 1),
        file({ a: f32([-1], [0, 4]) }, 4),
        file({ a: f32([1.5], [0, 4]) }, 4),
        file({ a: f32(['1'], [0, 4]) }, 4),
        file({ a: f32(1, [0, 4]) }, 4),
        file({ a: f32([1], [0, 4, 8]) }, 8),
        file({ a: f32([1], [4, 0]) }, 4),
        file({ a: f32([2], [0, 4]) }, 4),
        file({ a: f32([2 ** 30, 2 ** 30], [0, 4]) }, 4),
        file({ a: f32([1], [0, 4]), b: f32([1], [0, 4]) }, 4),
        file({ a: f32([1], [0, 4]), b: f32([1], [8, 12]) }, 12),
        file({ a: f32([1], [4, 8]) }, 8),
        file({ a: f32([1], [0, 4]) }, 2),
        file({ a: f32([1], [0, 4]) }, 5),
        file({}, 5),
        file({ __metadata__: [] }),
        file({ __metadata__: { a: 1 } }),
        file({ [`${'x'.repeat(1000)}`]: 1 }),
      ].map(failure),
    ).toMatchInlineSnapshot(`
      [
        "FileError: model.safetensors: 0 bytes, where a safetensors file starts with 8 bytes of header length; it is truncated or another format.",
        "FileError: model.safetensors: 7 bytes, where a safetensors file starts with 8 bytes of header length; it is truncated or another format.",
        "FileError: model.safetensors: announces a header of 9223372036854775808 bytes, above the limit of 100000000; it is not a safetensors file.",
        "FileError: model.safetensors: announces a header of 200 bytes but only 8 follow; it is truncated or another format.",
        "FileError: model.safetensors: its header does not start with '{'; it is not a safetensors file.",
        "FileError: model.safetensors: its header does not start with '{'; it is not a safetensors file.",
        "FileError: model.safetensors: header: not valid JSON, expected a value but found the end of the file at line 1, column 7; correct it there.",
        "FileError: model.safetensors: its header is not UTF-8 text; it is damaged or another format.",
        "FileError: model.safetensors: header: not valid JSON, has a control character in a string at line 1, column 3; correct it there.",
        "FileError: model.safetensors: header: not valid JSON, has the key "a" twice at line 1, column 8; correct it there.",
        "FileError: model.safetensors: tensor "a": is a number where { dtype, shape, data_offsets } is needed; write the file again.",
        "FileError: model.safetensors: tensor "a": data_offsets is nothing where a list of integers is needed; write the file again.",
        "FileError: model.safetensors: tensor "a": dtype "F4" is not one of F64 F32 F16 BF16 I64 I32 I16 I8 U64 U32 U16 U8 BOOL; convert the file to one of these.",
        "FileError: model.safetensors: tensor "a": dtype is a number where a name is needed; write the file again.",
        "FileError: model.safetensors: tensor "a": shape holds -1 where integers from 0 are needed; write the file again.",
        "FileError: model.safetensors: tensor "a": shape holds 1.5 where integers from 0 are needed; write the file again.",
        "FileError: model.safetensors: tensor "a": shape holds a string where integers from 0 are needed; write the file again.",
        "FileError: model.safetensors: tensor "a": shape is a number where a list of integers is needed; write the file again.",
        "FileError: model.safetensors: tensor "a": data_offsets has 3 numbers where 2 are needed; write the file again.",
        "FileError: model.safetensors: tensor "a": F32 of shape [1] takes 4 bytes but data_offsets [4,0] hold -4; the header is wrong.",
        "FileError: model.safetensors: tensor "a": F32 of shape [2] takes 8 bytes but data_offsets [0,4] hold 4; the header is wrong.",
        "FileError: model.safetensors: tensor "a": F32 of shape [1073741824,1073741824] takes 4611686018427388000 bytes but data_offsets [0,4] hold 4; the header is wrong.",
        "FileError: model.safetensors: tensor "b" starts at byte 0 of the data but "a" ends at 4; the header is wrong.",
        "FileError: model.safetensors: no tensor owns bytes 4 to 8 of the data, before "b"; the header is wrong.",
        "FileError: model.safetensors: no tensor owns bytes 0 to 4 of the data, before "a"; the header is wrong.",
        "FileError: model.safetensors: tensor "a" ends at byte 4 of the data but the file holds 2; it is truncated, fetch or write it again.",
        "FileError: model.safetensors: the tensors end at byte 4 of the data but the file holds 5; write it again.",
        "FileError: model.safetensors: the tensors end at byte 0 of the data but the file holds 5; write it again.",
        "FileError: model.safetensors: __metadata__ is a list where an object of strings is needed; write it again.",
        "FileError: model.safetensors: __metadata__ "a" is a number where a string is needed; write it again.",
        "FileError: model.safetensors: tensor "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...": is a number where { dtype, shape, data_offsets } is needed; write the file again.",
      ]
    `);
  });

  it('refuses to write what could not be read', () => {
    const one = store('F32', [1], [1]);
    expect(() =>
      serializeSafetensors([
        ['a', one],
        ['a', one],
      ]),
    ).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: safetensors: the name "a" is taken; give every tensor its own.]`,
    );
    expect(() => serializeSafetensors([['__metadata__', one]])).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: safetensors: the name "__metadata__" is taken; give every tensor its own.]`,
    );
    expect(() => serializeSafetensors([['a', { ...one, shape: [2] }]])).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: safetensors: a is F32 [2], 8 bytes, but has 4; make them agree.]`,
    );
  });

  it('survives flipped bytes, cuts and random bytes', () => {
    const damaged = fc.tuple(
      contents,
      metadata,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
      fc.option(fc.nat()),
    );
    const check = (bytes: Uint8Array) => {
      const result = failure(bytes);
      if (result !== 'accepted') expect(result).toMatch(/^FileError: model\.safetensors: /);
    };
    fc.assert(
      fc.property(damaged, ([tensors, meta, flips, cut]) => {
        const bytes = serializeSafetensors(tensors, meta);
        for (const [at, value] of flips) bytes[at % Math.min(bytes.length, 400)] = value;
        check(cut === null ? bytes : bytes.subarray(0, cut % (bytes.length + 1)));
      }),
      { seed: 6, numRuns: 2000 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), check), { seed: 7, numRuns: 1000 });
  });

  it('refuses every cut of a good file', () => {
    const bytes = serializeSafetensors([
      ['a', store('F32', [2, 2], [1, 2, 3, 4])],
      ['b', store('U8', [1], [1])],
    ]);
    for (let n = 0; n < bytes.length; n++) expect(failure(bytes.subarray(0, n))).toMatch(/^FileError: /);
  });
});
