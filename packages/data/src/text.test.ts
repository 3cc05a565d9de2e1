// Bytes and text.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText, encodeText } from './index.ts';

describe('text', () => {
  it('round-trips every well-formed text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(decodeText(encodeText(text))).toBe(text);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('is UTF-8', () => {
    expect([...encodeText('aé€😀')]).toEqual([97, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80]);
    expect(decodeText(encodeText('\ufeffx'))).toBe('\ufeffx');
    expect([...encodeText('\ud800')]).toEqual([0xef, 0xbf, 0xbd]);
  });

  it('replaces what is cut off', () => {
    const ids = encodeText('a😀b');
    expect(decodeText(ids.subarray(0, 3))).toBe('a\ufffd');
    expect(decodeText(ids.subarray(3))).toBe('\ufffd\ufffdb');
  });

  it('refuses ids that are no bytes', () => {
    expect(() => decodeText([65, 256])).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: decodeText: the list holds 256 at position 1; give ids from 0 to 255.]`,
    );
    expect(() => decodeText([-1])).toThrow('holds -1 at position 0');
  });
});
