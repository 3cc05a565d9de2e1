// The two sides of a text, in words and as a record.

import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Corpus, hashOf, readCorpus, recordedSplit, splitRecord } from '@twilljs/data/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { corpusText } from './corpus.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-corpus-')));

beforeAll(() => {
  process.chdir(work);
  writeFileSync('a.txt', 'a'.repeat(100));
  writeFileSync('b.txt', 'b'.repeat(40));
  writeFileSync('empty.txt', '');
  symlinkSync('a.txt', 'z.txt');
  mkdirSync('many');
  for (let i = 1; i <= 21; i++) writeFileSync(`many/${i}.txt`, String(i).repeat(10));
});

afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

const namesOf = ({ evaluation: { documents } }: Corpus) =>
  Array.from({ length: documents.length }, (_, i) => documents.at(i)?.name);

it('says what of a few files is trained on, what is held out, and what is neither', async () => {
  const corpus = await readCorpus(['*.txt']);
  expect(corpusText(corpus)).toBe(
    'training    128 bytes, the first nine tenths of each of 2 files\n' + // 90 + 2 newlines + 36
      'held out    16 bytes, the last tenth\n' + // 10 + 2 + 4
      'empty       empty.txt\n' +
      'left out    z.txt is a.txt again and is read once\n',
  );
  expect(splitRecord(corpus)).toEqual({ split: 'within' });
  expect(Buffer.from(corpus.evaluation.tokens.subarray(0)).toString()).toBe('aaaaaaaaaa\n\nbbbb');
});

it('says which of many files are held out', async () => {
  const corpus = await readCorpus(['many/*']);
  const lines = corpusText(corpus).split('\n');
  expect(lines[0]).toBe(
    `training    ${9 * 10 + 10 * 20 + 18 * 2} bytes, 19 files: many/1.txt, many/2.txt, many/3.txt, many/4.txt and 15 more`,
  );
  expect(lines[1]).toMatch(/^held out {4}\d+ bytes, 2 files: many\/10.txt, many\/20.txt$/);
  expect(splitRecord(corpus)).toEqual({});
});

it('splits as a record says, which for one from before documents were cut is whole ones', async () => {
  const before = await readCorpus(['a.txt', 'b.txt'], { split: recordedSplit({ sha256: 'x' }) });
  expect(namesOf(before)).toEqual(['b.txt']);
  const withEmpty = await readCorpus(['a.txt', 'b.txt', 'empty.txt'], { split: 'documents' });
  expect(namesOf(withEmpty)).toEqual(['b.txt']);
  expect(splitRecord(before)).toEqual({});
  expect(corpusText(before)).toBe('training    100 bytes, a.txt\nheld out    40 bytes, b.txt\n');
  const now = await readCorpus(['a.txt', 'b.txt']);
  expect(recordedSplit(splitRecord(now))).toBe('within');
  expect(now.sha256).toBe(before.sha256);
  const one = await readCorpus(['a.txt'], { split: 'documents' });
  expect([one.train.bytes, one.evaluation.bytes, splitRecord(one)]).toEqual([90, 10, {}]);
});

it('is told apart by its bytes alone', async () => {
  const document = (name: string, text: string) => ({ name, bytes: new TextEncoder().encode(text) });
  expect(hashOf([document('a', 'xy')])).toBe(hashOf([document('b', 'xy')]));
  expect(hashOf([document('a', 'xy')])).not.toBe(hashOf([document('a', 'x'), document('b', 'y')]));
});
