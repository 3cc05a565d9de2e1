// Documents that do not see each other: where they lie in rows, and that nothing is asked at their ends.
import { IGNORE, rng } from '@twilljs/tensor';
import { describe, expect, it } from 'vitest';
import type { Batch } from './batch.ts';
import { checkBatch } from './check.ts';
import { documentBegins, joinDocuments } from './documents.ts';
import { pack } from './pack.ts';
import { coveringWindows, evaluationWindows, windows } from './windows.ts';

const source = rng(3);
/** Ids tell the document, in tens, and the place in it. */
const document = (n: number, length: number) => Int32Array.from({ length }, (_, i) => 10 * n + i);
const lengths = [3, 1, 9, 2, 8, 5];
const documents = lengths.map((length, n) => document(n + 1, length));
const tokens = Int32Array.from(documents.flatMap((ids) => [...ids]));
const begins = lengths.map((_, n) => lengths.slice(0, n).reduce((a, b) => a + b, 0));

const documentOf = (id: number) => Math.floor(id / 10);

/** Ranges cover the rows, each holds one document, and the label of each position is its successor there. */
function expectApart({ inputs, labels, B, T, ranges }: Batch): void {
  checkBatch('test', { inputs, labels, B, T, ranges });
  let end = 0;
  for (let i = 0; i < ranges!.length; i += 2) {
    const [from, to] = [ranges![i], ranges![i + 1]];
    expect(from).toBe(end);
    end = to;
    const held = inputs.subarray(from, to);
    expect(new Set([...held].map(documentOf)).size).toBe(1);
    for (let p = from; p < to - 1; p++) expect(labels[p]).toBe(inputs[p + 1]);
    const last = labels[to - 1];
    if (to % T !== 0) expect(last).toBe(IGNORE);
    else expect([IGNORE, inputs[to - 1] + 1]).toContain(last);
  }
  expect(end).toBe(B * T);
}

describe('windows', () => {
  it('lie apart, at the same places as together', () => {
    const given = { tokens, length: 7, batch: 5, source };
    for (const step of [0, 1, 2, 3]) {
      const batch = windows({ ...given, begins }).batch(step);
      expectApart(batch);
      expect(batch.inputs).toEqual(windows(given).batch(step).inputs);
    }
  });

  it('of an evaluation, and of all of a text, do too', () => {
    const sample = evaluationWindows({ tokens, length: 6, count: 9, source, begins });
    expectApart(sample);
    const asked: number[] = [];
    for (const batch of coveringWindows({ tokens, length: 9, batch: 2, begins })) {
      asked.push(...[...batch.labels].filter((label) => label !== IGNORE));
    }
    expect(asked).toEqual([...tokens].filter((_, at) => !begins.includes(at)));
  });

  it.each([
    [[3, 3], 'windows: begins holds 3 at 1, of 28 tokens'],
    [[0, 28], 'windows: begins holds 28 at 1'],
    [[-1], 'windows: begins holds -1 at 0'],
    ['3', 'windows: begins is "3"'],
  ])('refuse begins %j', (wrong, message) => {
    const call = () => windows({ tokens, length: 7, batch: 5, source, begins: wrong as never });
    expect(call).toThrow(message);
  });
});

describe('packed documents', () => {
  it.each([[[]], [[5]]])('led by %j, lie apart', (separator) => {
    const given = { documents, separator, length: 6, batch: 3, source };
    for (let step = 0; step < 6; step++) {
      const batch = pack({ ...given, packing: 'apart' }).batch(step);
      const together = pack(given).batch(step);
      expect(batch.inputs).toEqual(together.inputs);
      if (separator.length === 0) expectApart(batch);
      // The lead belongs to the document that it leads.
      for (const from of batch.ranges!.filter((p, i) => i % 2 === 0 && p % 6 !== 0)) {
        expect(separator.length === 0 || batch.inputs[from] === separator[0]).toBe(true);
      }
    }
  });

  it('are packed in two ways', () => {
    const call = () => pack({ documents, separator: [], length: 6, batch: 3, source, packing: 'alone' as never });
    expect(call).toThrow('pack: packing is "alone"; give "together" or "apart".');
  });
});

it('documents begin where they were joined, those without a byte nowhere', () => {
  const texts = ['one', '', 'three'].map((text) => ({ name: text, bytes: new TextEncoder().encode(text) }));
  const joined = new TextDecoder().decode(joinDocuments(texts));
  expect([...documentBegins(texts)].map((at) => joined.slice(at, at + 3))).toEqual(['one', 'thr']);
});

it('a batch whose sequence lies across rows is none', () => {
  const batch = { inputs: new Int32Array(8), labels: new Int32Array(8), B: 2, T: 4, ranges: Int32Array.of(0, 3, 3, 5) };
  expect(() => checkBatch('train', batch)).toThrow(
    'train: range 1 of the batch is [3, 5] but its rows have 4 positions',
  );
});

it('refuses ranges of a batch that are no flat list of their own kind', () => {
  const batch = { inputs: new Int32Array(8), labels: new Int32Array(8), B: 2, T: 4 };
  expect(() => checkBatch('train', { ...batch, ranges: [[0, 4]] })).toThrow(
    'train: ranges of the batch is [[0, 4]]; give an Int32Array, begin and end of each sequence.',
  );
});
