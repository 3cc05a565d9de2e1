// Where the rows of a data set are found, and what is said where they are not.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hubHome } from '../../../hub/src/remote/hub-home.test-data.ts';
import type { Dataset } from '../benchmarks/benchmark.ts';
import { datasetRows } from './dataset-rows.ts';
import { splitFiles } from './split-files.ts';

const dataset: Dataset = {
  ...{ id: 'org/birds', config: 'Songs-Easy', splits: { evaluation: 'test', shots: 'train' } },
  columns: { song: 'string' },
};
const plain: Dataset = { ...dataset, config: null };

const found = (paths: readonly string[], one: Dataset = dataset, split = 'test') =>
  splitFiles(paths, { dataset: one, split }, 'birds');

describe('files of a split', () => {
  it.each([
    ['of the Hub', ['Songs-Easy/train-00000-of-00001.parquet', 'Songs-Easy/test-00000-of-00001.parquet']],
    [
      'of its mirror',
      ['Songs-Easy/train/0000.parquet', 'Songs-Easy/test/0000.parquet', 'Songs-Hard/test/0000.parquet'],
    ],
    [
      'with the configuration in their names',
      ['Songs-Easy/Songs-Easy-train.parquet', 'Songs-Easy/Songs-Easy-test.parquet'],
    ],
    ['in deeper folders', ['Songs-Easy/v1/train.jsonl.gz', 'Songs-Easy/v1/test.jsonl.gz', 'test.csv']],
    [
      'at the top',
      ['songs-easy_train.jsonl', 'songs-easy_test.jsonl', 'songs-hard_test.jsonl', 'README.md', 'test.txt'],
    ],
    ['in data', ['data/Songs-Easy.train.csv', 'data/Songs-Easy.test.csv', 'data/contest.csv']],
  ])('%s are found', (_, paths) => {
    expect(found(paths)).toEqual({ paths: [paths[1]], isConfigNamed: true });
  });

  it('are parts in the order of their names', () => {
    const paths = ['Songs-Easy/test-00001-of-00002.parquet', 'Songs-Easy/test-00000-of-00002.parquet'];
    expect(found(paths)?.paths).toEqual([paths[1], paths[0]]);
    expect(() => found(paths.slice(0, 1))).toThrow('is one of 2 parts but 1 is here; get the others too.');
  });

  it('that do not say the configuration are told apart', () => {
    expect(found(['test.jsonl'])).toEqual({ paths: ['test.jsonl'], isConfigNamed: false });
    expect(found(['data/test.jsonl'], plain)).toEqual({ paths: ['data/test.jsonl'], isConfigNamed: true });
    expect(found(['default/test/0000.parquet', 'de/test/0000.parquet'], plain)?.paths).toEqual([
      'default/test/0000.parquet',
    ]);
    expect(found(['train.jsonl', 'Songs-Hard/test.jsonl'])).toBeNull();
  });

  it('that are several tables are refused', () => {
    expect(() => found(['Songs-Easy/test.jsonl', 'Songs-Easy/test.parquet'])).toThrow(
      'birds: Songs-Easy/test.jsonl and Songs-Easy/test.parquet both may be the split test; leave one of them',
    );
    expect(() => found(['data/test_de.jsonl', 'data/test_en.jsonl'], plain)).toThrow('both may be the split test');
  });
});

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-birds-')));
const line = (song: string) => `${JSON.stringify({ song })}\n`;
function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

beforeAll(() => {
  process.chdir(work);
  write('whole/org/birds/Songs-Easy/test-0.jsonl', line('a') + line('b'));
  write('whole/org/birds/Songs-Easy/test-1.jsonl', `\n${line('c')}`);
  write('whole/birds/Songs-Easy/test.jsonl', line('never'));
  write('short/birds/data/test.csv', 'song\nd\n');
  write('itself/Songs-Easy/test.json', '[{"song": "e"}]');
  write('itself/Songs-Hard/test.json', '[');
  write('mine.jsonl', line('f'));
  write('mine/train.jsonl', line('g'));
  write('mine/test.jsonl', line('h'));
});
afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

const songs = async (options: Parameters<typeof datasetRows>[0], one = dataset, split = 'test') => {
  const { rows } = await datasetRows(options)(one, split);
  return rows.map(({ song }) => song).join('');
};

describe('directories', () => {
  it('have data sets by their ids, by their names, or are one', async () => {
    expect(await songs({ directories: ['whole'] })).toBe('abc');
    expect(await songs({ directories: ['itself', 'whole'] })).toBe('e');
    const notes: string[] = [];
    expect(await songs({ directories: ['short'], note: (text) => notes.push(text) })).toBe('d');
    expect(notes).toEqual([
      'note: short/birds/data/test.csv is read as Songs-Easy of org/birds, which its path does not say',
    ]);
  });

  it('rows have places, over several parts, and are read once', async () => {
    const rows = datasetRows({ directories: ['whole'] });
    const { place } = await rows(dataset, 'test');
    expect([0, 1, 2].map(place)).toEqual([
      'whole/org/birds/Songs-Easy/test-0.jsonl, line 1',
      'whole/org/birds/Songs-Easy/test-0.jsonl, line 2',
      'whole/org/birds/Songs-Easy/test-1.jsonl, line 2',
    ]);
    expect(await rows(dataset, 'test')).toBe(await rows(dataset, 'test'));
  });

  it('without it are told what is expected there, and where it comes from', async () => {
    await expect(songs({ directories: ['mine', 'short'] }, dataset, 'dev')).rejects.toThrow(
      'org/birds: mine, short have no split dev of it, which the examples of --shots come from; org/birds/Songs-Easy/dev*.{parquet,jsonl,json,csv} is expected there, with the column song. ' +
        'It is the split dev of Songs-Easy of the data set org/birds on the Hub: leave --data out, or run twill hub pull org/birds --dataset --revision refs/convert/parquet.',
    );
    await expect(songs({ directories: ['nowhere'] })).rejects.toThrow('nowhere: does not exist; check the path.');
    await expect(songs({ directories: ['mine.jsonl'] })).rejects.toThrow(
      'mine.jsonl is a file; name a directory, or say of which task: --data task=mine.jsonl.',
    );
  });
});

describe("one's own file", () => {
  it('has the rows that are asked, a directory examples too', async () => {
    expect(await songs({ own: [[dataset, 'mine.jsonl']], directories: ['whole'] })).toBe('f');
    expect(await songs({ own: [[dataset, 'mine']] }, dataset, 'train')).toBe('g');
    expect(await songs({ own: [[plain, 'mine.jsonl']], directories: ['whole'] })).toBe('abc');
    await expect(songs({ own: [[dataset, 'mine.jsonl']] }, dataset, 'train')).rejects.toThrow(
      'mine.jsonl has the rows that are asked, but examples come from the split train; name a directory with test.jsonl and train.jsonl',
    );
    await expect(songs({ own: [[dataset, 'gone.jsonl']] })).rejects.toThrow('gone.jsonl: does not exist');
    await expect(songs({ own: [[dataset, 'mine']] }, dataset, 'dev')).rejects.toThrow(
      'mine: it has no split dev; dev.jsonl is expected there.',
    );
  });
});

describe('the Hub', () => {
  const at = hubHome();

  it('is asked for its mirror, else for the files of the authors; then the cache has them', async () => {
    const mirror = at.hub.commit('org/birds', { 'Songs-Easy/test/0000.jsonl': line('m') }, 'dataset');
    const files = { 'Songs-Easy/test.jsonl': line('n'), 'Songs-Easy/train.jsonl': line('o') };
    at.hub.commit('org/birds', files, 'dataset');
    expect(await songs({})).toBe('n');
    at.hub.branch('org/birds', 'refs/convert/parquet', mirror);
    expect([await songs({}), await songs({}, dataset, 'train')]).toEqual(['m', 'o']);
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    expect(await songs({})).toBe('m');
    await expect(songs({}, dataset, 'dev')).rejects.toThrow(
      'org/birds: the Hub has no split dev of Songs-Easy; give --data DIR with rows.',
    );
  });

  it('says where rows may come from instead', async () => {
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    await expect(songs({})).rejects.toThrow(
      /the network is not used .*; go online once, to .*\. Or give --data DIR with org\/birds\/Songs-Easy\/test\*/,
    );
  });
});
