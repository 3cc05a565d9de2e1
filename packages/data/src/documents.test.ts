// Order, split and joining of documents.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { naturalOrder } from './documents.ts';
import { type Document, decodeText, encodeText, joinDocuments, splitDocuments } from './index.ts';

const text = (name: string, content = name): Document => ({ name, bytes: Uint8Array.from(encodeText(content)) });
const many = (n: number) => Array.from({ length: n }, (_, i) => text(`${i}`));
const names = (documents: Document[]) => documents.map(({ name }) => name).join(' ');

describe('naturalOrder', () => {
  it('counts', () => {
    const list = [
      'epilogue',
      'chapter_10',
      'chapter_1',
      'chapter_2',
      'chapter_02',
      'chapter',
      'a/10/b',
      'a/9/c',
      '7',
      'Z',
    ];
    expect(list.sort(naturalOrder).join(' ')).toMatchInlineSnapshot(
      `"7 Z a/9/c a/10/b chapter chapter_1 chapter_02 chapter_2 chapter_10 epilogue"`,
    );
    expect(['v9007199254740993', 'v9007199254740992'].sort(naturalOrder)[0]).toBe('v9007199254740992');
  });

  it('is a total order', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '0', '1', '9', '/', '.'), maxLength: 6 });
    fc.assert(
      fc.property(name, name, name, (a, b, c) => {
        expect(Math.sign(naturalOrder(a, b)) + Math.sign(naturalOrder(b, a))).toBe(0);
        expect(naturalOrder(a, b) === 0).toBe(a === b);
        if (naturalOrder(a, b) < 0 && naturalOrder(b, c) < 0) expect(naturalOrder(a, c)).toBeLessThan(0);
      }),
      { seed: 2, numRuns: 2000 },
    );
  });
});

describe('splitDocuments', () => {
  it('takes the last of every ten', () => {
    const { train, evaluation } = splitDocuments(many(29));
    expect(names(evaluation)).toBe('9 19');
    expect(train.length).toBe(27);
    expect(names(splitDocuments(many(5), { every: 2 }).evaluation)).toBe('1 3');
  });

  it('cuts a single document at 90 %, before a character', () => {
    const { train, evaluation } = splitDocuments([text('one', 'x'.repeat(100))]);
    expect([train[0].bytes.length, evaluation[0].bytes.length]).toEqual([90, 10]);
    expect(names([...train, ...evaluation])).toBe('one[0..90] one[90..100]');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 2 }), fc.integer({ min: 2, max: 12 }), (content, every) => {
        fc.pre(/^[ -~]/.test(content)); // so that a first character of many bytes does not leave training empty
        const split = splitDocuments([text('one', content)], { every });
        const [a, b] = [split.train[0].bytes, split.evaluation[0].bytes];
        expect(decodeText(a) + decodeText(b)).toBe(content);
        expect(a.length * b.length).toBeGreaterThan(0);
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  it('cuts each of a few documents, and passes over what holds nothing', () => {
    const lengths = [40, 0, 1, 25];
    const few = lengths.map((n, i) => text(`${i}`, String(i).repeat(n)));
    const { train, evaluation, within } = splitDocuments(few);
    expect(within).toBe(true);
    expect(names(train)).toBe('0[0..36] 2 3[0..22]');
    expect(names(evaluation)).toBe('0[36..40] 3[22..25]');
    expect(decodeText(joinDocuments(evaluation))).toBe('0000\n\n333');
  });

  it('is by document again at ten with text, as empty ones take their place among them but do not make them many', () => {
    const ten = many(10).map(({ name }) => text(name, name.repeat(20)));
    expect(splitDocuments(ten)).toMatchObject({ within: false, evaluation: [{ name: '9' }] });
    expect(splitDocuments([...ten.slice(0, 9), text('9', '')]).within).toBe(true);
    const hollow = [...ten.slice(0, 9), text('9', ''), text('10'), text('11')];
    expect(splitDocuments(hollow).within).toBe(true); // whole ones would leave the empty one to measure on
  });

  it('takes whole documents, or parts of them, where that is asked for', () => {
    expect(splitDocuments(many(2), { every: 2, within: false }).evaluation.map(({ name }) => name)).toEqual(['1']);
    const long = many(12).map(({ name }) => text(name, 'x'.repeat(20)));
    expect(splitDocuments(long, { within: true }).evaluation.map(({ bytes }) => bytes.length)).toEqual(
      Array(12).fill(2),
    );
  });

  it('refuses a split with an empty side', () => {
    expect(() => splitDocuments([])).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: splitDocuments: 0 documents have 0 bytes in all, too few to split; give a longer text.]`,
    );
    expect(() => splitDocuments([text('a', 'x'), text('b', ''), text('c', 'é')])).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: splitDocuments: 3 documents have 3 bytes in all, too few to split; give a longer text.]`,
    );
    expect(() => splitDocuments(many(7), { within: false })).toThrow('7 documents have 7 bytes in all');
    const longer = [text('a', 'xxx'), text('b', 'xxx'), text('c', '')];
    expect(() => splitDocuments(longer, { every: 3, within: false })).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: splitDocuments: whole documents, of every 3 the last for evaluation, leave no text for evaluation; let them be cut (within).]`,
    );
    expect(() => splitDocuments(longer.reverse().slice(0, 2), { every: 2, within: false })).toThrow(
      'leave no text for training; let them be cut (within)',
    );
    expect(() => splitDocuments([text('one', 'x')])).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: splitDocuments: one has 1 byte, too few to split; give a longer text.]`,
    );
    expect(() => splitDocuments(many(7), { every: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: splitDocuments: every is 1; give a whole number of at least 2.]`,
    );
  });
});

describe('joinDocuments', () => {
  it('puts two newlines between documents', () => {
    expect(decodeText(joinDocuments([text('a'), text('b', ''), text('c')]))).toBe('a\n\n\n\nc');
    expect(decodeText(joinDocuments([text('', ''), text('c')]))).toBe('\n\nc');
    expect(decodeText(joinDocuments([text('a')]))).toBe('a');
    expect(joinDocuments([]).length).toBe(0);
  });
});
