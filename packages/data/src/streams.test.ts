// Streams that are no arrays: read in parts, longer than an array can be, and no better trusted than what they give.
import { rng } from '@twilljs/tensor';
import { describe, expect, it } from 'vitest';
import { copies, coveringWindows, evaluationWindows, pack, type Tokens, windows } from './index.ts';

const tokens = Uint8Array.from({ length: 400 }, (_, i) => (i * 7) % 256);
const source = rng(5);

/** What a file on disk is: ids by their place, and no array. */
const streamOf = (ids: ArrayLike<number>): Tokens => ({
  length: ids.length,
  subarray: (from, to = ids.length) => Array.from(ids).slice(from, to),
});

describe('a stream', () => {
  it('is read as an array with the same ids', () => {
    const both = <T>(read: (given: Tokens) => T) => expect(read(streamOf(tokens))).toEqual(read(tokens));
    both((given) => windows({ tokens: given, length: 16, batch: 3, source }).batch(2));
    both((given) => evaluationWindows({ tokens: given, length: 16, count: 5, source }));
    both((given) => [...coveringWindows({ tokens: given, length: 16, batch: 3, overlap: 4 })]);
    both((given) => copies({ tokens: given, count: 3, source, span: 4, distance: 8, context: 2 }));
    both((given) => pack({ documents: [given, tokens], separator: [1], length: 16, batch: 3, source }).batch(30));
  });

  it('may be longer than any array', () => {
    const length = 2 ** 40;
    const asked: number[] = [];
    const endless: Tokens = {
      length,
      subarray(from, to = length) {
        asked.push(from);
        return Array.from({ length: to - from }, (_, i) => (from + i) % 251);
      },
    };
    const { starts } = evaluationWindows({ tokens: endless, length: 8, count: 40, source });
    expect([...starts]).toEqual(asked);
    expect(Math.max(...starts)).toBeGreaterThan(2 ** 39);
    expect(windows({ tokens: endless, length: 8, batch: 2, source }).batch(1).inputs).toHaveLength(16);
  });

  it.each([[-1], [1.5], [Number.NaN], ['7'], [undefined], [2 ** 31]])('that gives %s is refused', (odd) => {
    const given = { length: 40, subarray: (from: number, to = 40) => Array(to - from).fill(odd) };
    const call = () => windows({ tokens: given, length: 4, batch: 1, source }).batch(0);
    expect(call).toThrow(/^tokens from \d+ holds .* at position 0; give ids from 0 to 2147483647\.$/);
  });

  it('has a length and gives parts', () => {
    for (const odd of [{ length: 5 }, { length: -1, subarray: () => [] }, { subarray: () => [] }]) {
      expect(() => windows({ tokens: odd as never, length: 4, batch: 1, source })).toThrow('windows: tokens is');
    }
  });
});

it('documents may be any list that gives one by its index', () => {
  const list = { length: 3, at: (i: number) => tokens.subarray(0, 3 + i) };
  const arrays = [0, 1, 2].map((i) => list.at(i));
  const some = { separator: [0], length: 7, batch: 2, source };
  expect(pack({ ...some, documents: list }).batch(4)).toEqual(pack({ ...some, documents: arrays }).batch(4));
  for (const odd of [{ length: 2 }, 'ab', { length: 1, at: () => undefined }]) {
    expect(() => pack({ ...some, documents: odd as never })).toThrow(/^pack: documents/);
  }
});
