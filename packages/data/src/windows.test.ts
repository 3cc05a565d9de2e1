// Windows of a stream and fixed evaluation windows.
import { rng } from '@twilljs/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Batch, coveringWindows, evaluationWindows, IGNORE, windows } from './index.ts';

const tokens = Int32Array.from({ length: 1000 }, (_, i) => i);
const options = { tokens, length: 16, batch: 4, source: rng(1) };
const rows = ({ inputs, B, T }: Batch) => Array.from({ length: B }, (_, b) => inputs[b * T]);

describe('windows', () => {
  it('reads consecutive tokens, labelled with their successors', () => {
    const { inputs, labels, B, T } = windows(options).batch(3);
    expect([B, T, inputs.length, labels.length]).toEqual([4, 16, 64, 64]);
    for (let i = 0; i < 64; i++) {
      expect(labels[i]).toBe(inputs[i] + 1);
      if (i % 16 > 0) expect(inputs[i]).toBe(inputs[i - 1] + 1);
    }
  });

  it('a batch is a function of seed and step', () => {
    const [a, b] = [windows(options), windows({ ...options, source: rng(1) })];
    b.batch(7);
    expect(b.batch(2)).toEqual(a.batch(2));
    expect(rows(a.batch(3))).not.toEqual(rows(a.batch(2)));
    expect(rows(windows({ ...options, source: rng(2) }).batch(2))).not.toEqual(rows(a.batch(2)));
  });

  it('sequence i is the same in batches of any size', () => {
    const [large, small] = [windows({ ...options, batch: 6 }), windows({ ...options, batch: 2 })];
    expect([0, 1, 2].flatMap((step) => rows(small.batch(step)))).toEqual(rows(large.batch(0)));
  });

  it('starts everywhere, the two ends included', () => {
    const short = windows({ tokens: tokens.subarray(0, 20), length: 16, batch: 200, source: rng(3) });
    expect(new Set(rows(short.batch(0)))).toEqual(new Set([0, 1, 2, 3]));
  });

  it('takes bytes', () => {
    const { inputs, labels } = windows({ ...options, tokens: Uint8Array.of(9, 255, 7), length: 2, batch: 1 }).batch(0);
    expect([...inputs, ...labels]).toEqual([9, 255, 255, 7]);
  });

  it('refuses a corpus shorter than a window', () => {
    const short = { ...options, tokens: tokens.subarray(0, 16) };
    expect(() => windows(short)).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: windows: the corpus has 16 tokens and a window of length 16 reads 17; give more text or a smaller length.]`,
    );
    const few = { tokens: short.tokens, length: 16, count: 1, source: rng(1) };
    expect(() => evaluationWindows(few)).toThrow('evaluationWindows: the corpus has 16 tokens');
    expect(() => windows({ ...options, batch: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: windows: batch is 0; give a whole number of at least 1.]`,
    );
    expect(() => windows(options).batch(-1)).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: windows: step is -1; give a whole number of at least 0.]`,
    );
    expect(() => windows({ ...options, length: 1.5 })).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: windows: length is 1.5; give a whole number of at least 1.]`,
    );
  });
});

describe('evaluationWindows', () => {
  it('is fixed by the source, and its first rows do not depend on the count', () => {
    const some = (count: number) => evaluationWindows({ tokens, length: 16, count, source: rng(1) });
    expect(some(12)).toEqual(some(12));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), (count) => {
        expect(rows(some(count))).toEqual(rows(some(12)).slice(0, count));
      }),
      { seed: 4, numRuns: 12 },
    );
    expect(rows(some(4))).not.toEqual(rows(windows(options).batch(0)));
    expect([...some(12).starts]).toEqual(rows(some(12))); // token i of the stream is i
  });
});

describe('coveringWindows', () => {
  it('has every token but the first as the label of one position that counts', () => {
    const sizes = fc.record({
      n: fc.integer({ min: 2, max: 60 }),
      length: fc.nat(20),
      overlap: fc.nat(20),
      batch: fc.nat(4),
    });
    fc.assert(
      fc.property(sizes, ({ n, ...size }) => {
        const length = 1 + (size.length % (n - 1));
        const overlap = size.overlap % length;
        const stream = tokens.subarray(0, n);
        const counted: number[] = [];
        const batches = [...coveringWindows({ tokens: stream, length, overlap, batch: 1 + size.batch })];
        for (const [b, { labels, inputs, B, T }] of batches.entries()) {
          expect(T).toBe(length);
          for (let i = 0; i < B * T; i++) {
            if (labels[i] !== IGNORE) expect(labels[i]).toBe(inputs[i] + 1);
            const isFirst = b === 0 && i < T;
            if (labels[i] !== IGNORE && (isFirst || i % T >= overlap)) counted.push(labels[i]);
          }
        }
        expect(counted).toEqual([...stream.subarray(1)]);
      }),
      { seed: 6, numRuns: 300 },
    );
  });

  it('refuses windows that would not advance', () => {
    expect(() => coveringWindows({ tokens, length: 8, batch: 1, overlap: 8 })).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: coveringWindows: overlap is 8; give a whole number from 0 to 7.]`,
    );
  });
});
