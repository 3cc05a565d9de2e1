// Texts through shards against texts in memory; when a shard is found again, and when it is made anew.
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rng } from '@twilljs/tensor';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { pack, type Tokens, type TokenText, windows } from './index.ts';
import {
  corpusRecord,
  filesOfSplit,
  type ReadingProgress,
  readCorpus,
  readTexts,
  streamTexts,
  type TextsOptions,
} from './node.ts';

const golden = (name: string) => fileURLToPath(new URL(`../../../golden/data/${name}`, import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'twill-shards-'));
afterAll(() => rmSync(root, { recursive: true }));
let cache = '';
beforeEach(() => {
  cache = mkdtempSync(join(root, 'cache-'));
  vi.stubEnv('TWILL_CACHE', cache);
});
const kept = () => readdirSync(join(cache, 'shards')).sort();
const shardPath = () => join(cache, 'shards', kept().find((name) => name.endsWith('.shard')) as string);

const jsonl = readFileSync(golden('documents.jsonl'));
const texts: string[] = jsonl
  .toString()
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line).text);

/** A folder, made anew, with documents in some form. */
function folder(name: string, files: Record<string, string | Uint8Array>): string {
  const path = join(root, name);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path);
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(path, file), bytes);
  return path;
}

const each = (list: readonly string[], end: string, make: (text: string) => string | Uint8Array) =>
  Object.fromEntries(list.map((text, i) => [`${i}${end}`, make(text)]));
const rows = (list: readonly string[]) => list.map((text) => `${JSON.stringify({ text })}\n`).join('');
const forms: Record<string, (list: readonly string[]) => string> = {
  text: (list) =>
    folder(
      'text',
      each(list, '.txt', (text) => text),
    ),
  'compressed text': (list) => folder('gz', each(list, '.txt.gz', gzipSync)),
  jsonl: (list) => folder('jsonl', { '1.jsonl': rows(list.slice(0, 2)), '2.jsonl.gz': gzipSync(rows(list.slice(2))) }),
  parquet: (list) => {
    const columnData = [{ name: 'text', data: [...list], type: 'STRING' as const }];
    return folder('parquet', { 'a.parquet': new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 7 })) });
  },
};

const idsIn = (tokens: Tokens) => [...Int32Array.from(tokens.subarray(0))];
/** All that can be asked of a text, but names. */
const askedOf = ({ tokens, bytes, begins, documents }: TokenText) => ({
  ids: idsIn(tokens),
  parts: [0, 1, 7, 300].map((from) => [...Int32Array.from(tokens.subarray(from, from + 40))]),
  bytes,
  begins: Array.from(begins),
  documents: Array.from({ length: documents.length }, (_, i) => idsIn(documents.at(i)?.tokens as Tokens)),
});

describe('the same documents', () => {
  it.each([
    [40, undefined],
    [40, 'within'],
    [9, undefined],
    [5, 'documents'],
  ] as const)('%i of them, split %s, are the same text in every form', async (count, split) => {
    const list = texts.slice(texts.length - count);
    const read = await Promise.all(
      Object.values(forms).map((make) => readCorpus(make(list), split === undefined ? {} : { split })),
    );
    const [memory, ...shards] = read;
    expect(memory.train.tokens).toBeInstanceOf(Uint8Array);
    for (const shard of shards) {
      expect(shard.train.tokens).not.toBeInstanceOf(Uint8Array);
      expect(corpusRecord(shard)).toEqual(corpusRecord(memory));
      for (const side of ['train', 'evaluation'] as const) expect(askedOf(shard[side])).toEqual(askedOf(memory[side]));
      const given = { length: 32, batch: 4, source: rng(3) };
      const [a, b] = [shard, memory].map(({ train: { tokens, begins } }) => windows({ ...given, tokens, begins }));
      expect(a.batch(5)).toEqual(b.batch(5));
    }
    expect(shards.at(-1)?.empty).toHaveLength(memory.empty.length);
  });

  it('have the names of their files and rows', async () => {
    const { train, evaluation } = await readCorpus(forms.jsonl(texts), { split: 'within' });
    const name = (text: TokenText, i: number) => text.documents.at(i)?.name.replace(/.*\//, '');
    expect([name(train, 0), name(train, 2)]).toEqual([
      expect.stringMatching(/^1\.jsonl:1\[0\.\.\d+\]$/),
      expect.stringMatching(/^2\.jsonl\.gz:1\[0\.\./),
    ]);
    expect(name(evaluation, 1)).toMatch(/^1\.jsonl:2\[\d+\.\.\d+\]$/);
    expect(train.documents.at(40)).toBeUndefined();
  });

  it('are packed document by document as those in memory are', async () => {
    const [memory, shard] = await Promise.all([forms.text, forms.parquet].map((make) => readCorpus(make(texts))));
    const packed = ({ train: { documents, separator } }: typeof memory) =>
      pack({
        documents: { length: documents.length, at: (i) => documents.at(i)?.tokens },
        ...{ separator, length: 64, batch: 3, source: rng(1), packing: 'apart' as const },
      });
    for (const step of [0, 50, 3]) expect(packed(shard).batch(step)).toEqual(packed(memory).batch(step));
  });
});

describe('a shard', () => {
  const options = (doing: string[]): TextsOptions => ({
    onProgress: (progress: ReadingProgress) => {
      if (doing.at(-1) !== progress.doing) doing.push(progress.doing);
    },
  });
  /** What was done, and what was read. */
  const read = async (path: string) => {
    const doing: string[] = [];
    const { sha256, leftOut, all } = await readTexts(path, options(doing));
    return { doing, sha256, leftOut, bytes: all().bytes };
  };

  it('is made once, and found again where the files are the same, or hold the same', async () => {
    const path = forms.parquet(texts);
    const file = join(path, 'a.parquet');
    const first = await read(path);
    expect(first.doing).toEqual(['tokenising']);
    expect(
      kept()
        .map((name) => name.replace(/^\w{40}/, ''))
        .sort(),
    ).toEqual(['.json', '.shard']);
    expect(await read(path)).toEqual({ ...first, doing: [] });
    utimesSync(file, 1000, 1000);
    expect(await read(path)).toEqual({ ...first, doing: [] }); // compared too quickly to be told of
    expect(kept()).toHaveLength(3);
    writeFileSync(join(path, 'b.jsonl'), '{"text":"more"}');
    const more = await read(path);
    expect(more.doing).toEqual(['tokenising']);
    expect(more.sha256).not.toBe(first.sha256);
    expect(more.bytes).toBe(first.bytes + 2 + 4); // two newlines between
  });

  it.each([
    [
      'its last byte',
      (bytes: Buffer) => bytes.writeUInt8((bytes.at(-1) as number) ^ 1, bytes.length - 1),
      'its end is missing',
    ],
    ['its footer', (bytes: Buffer) => bytes.write('x', bytes.indexOf('"width"')), 'its footer was changed'],
    ['its index', (bytes: Buffer) => bytes.write('x', bytes.indexOf('{"version"') - 400), 'its index was changed'],
  ])('that is damaged in %s is made anew, which is said', async (_, damage, why) => {
    const path = forms.parquet(texts);
    const first = await read(path);
    const bytes = readFileSync(shardPath());
    damage(bytes);
    writeFileSync(shardPath(), bytes);
    const again = await read(path);
    expect(again).toEqual({ ...first, leftOut: [`the tokens in ${shardPath()} are made anew: ${why}`] });
    expect((await read(path)).leftOut).toEqual([]);
  });

  it('that was cut, or is of another version, is made anew', async () => {
    const path = forms.parquet(texts);
    await read(path);
    for (const length of [0, 30, 5000]) {
      writeFileSync(shardPath(), readFileSync(shardPath()).subarray(0, length));
      expect((await read(path)).leftOut[0]).toMatch(/are made anew: its? (ends too soon|end is missing)/);
    }
  });

  it('whose ids are not those that were written is found out when they are read, and is gone', async () => {
    const path = forms.parquet(texts);
    await read(path);
    const bytes = readFileSync(shardPath());
    bytes[100] ^= 1;
    const damaged = shardPath();
    writeFileSync(damaged, bytes);
    const { train } = await readCorpus(path);
    expect(() => train.tokens.subarray(0, 50)).toThrow(/bytes 0 to \d+ are not those that were written; it is removed/);
    expect(kept()).not.toContain(damaged);
    expect((await read(path)).doing).toEqual(['tokenising']);
  });

  it('of files that change meanwhile is not kept', async () => {
    const path = forms.jsonl(texts);
    const change = () => appendFileSync(join(path, '1.jsonl'), rows(['late']));
    await expect(readTexts(path, { onProgress: change })).rejects.toThrow(
      /^data: .*1.jsonl was changed while it was read; run again when nobody writes it\.$/,
    );
    expect(kept()).toEqual([]);
  });

  it('leaves nothing of what was not finished, and removes what others left', async () => {
    await read(forms.parquet(texts));
    const before = kept();
    writeFileSync(join(cache, 'shards', '.x.shard.ids.99999999.tmp'), 'of a process that is no more');
    writeFileSync(join(cache, 'shards', `.x.shard.ids.${process.ppid}.tmp`), 'of one that lives');
    const broken = folder('broken', { 'a.jsonl': `${rows(texts)}{` });
    await expect(readTexts(broken)).rejects.toThrow(/a\.jsonl, line 41: it is no JSON/);
    const stopped = folder('stopped', { 'b.jsonl': rows(texts) });
    const reading = readTexts(stopped, { signal: AbortSignal.abort() });
    await expect(reading).rejects.toThrow(/abort/);
    expect(kept()).toEqual([`.x.shard.ids.${process.ppid}.tmp`, ...before]);
  });

  it('remembers the lines that were skipped', async () => {
    const path = folder('skipped', { 'a.jsonl': `{\n${rows(texts)}` });
    for (let time = 0; time < 2; time++) {
      const { leftOut } = await readTexts(path, { onBadLine: 'skip' });
      expect(leftOut).toEqual([expect.stringMatching(/^1 bad line of .*a\.jsonl \(line 1: it is no JSON/)]);
    }
    await expect(readTexts(path)).rejects.toThrow('line 1'); // another question, another shard
  });

  it('needs a place', async () => {
    vi.stubEnv('TWILL_CACHE', '/proc/twill'); // where mkdir says that nothing is above
    await expect(readTexts(forms.parquet(texts))).rejects.toThrow(
      /^\/proc\/twill\/shards: tokens cannot be kept there, /,
    );
    vi.stubEnv('TWILL_CACHE', join(root, 'text', '0.txt'));
    await expect(readTexts(forms.parquet(texts))).rejects.toThrow(
      /0\.txt\/shards: tokens cannot be kept there, .*; free some space, or name another directory by TWILL_CACHE\.$/,
    );
  });

  it('is small: ids, 16 bytes a document, and a footer', async () => {
    await read(forms.parquet(texts));
    const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    expect(statSync(shardPath()).size - bytes - 16 * texts.length).toBeLessThan(700);
  });
});

describe('standard input', () => {
  const pipe = (bytes: Uint8Array | string) => {
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from([Buffer.from(bytes)]) as never);
  };

  it('is text, compressed or not, or lines; kept by nobody', async () => {
    pipe('a text that is piped in');
    expect((await readTexts('-')).all().tokens).toBeInstanceOf(Uint8Array);
    pipe(gzipSync('a text that is piped in'));
    const unpacked = await readTexts('-');
    expect(unpacked.all().documents.at(0)?.name).toBe('standard input');
    expect(Buffer.from(unpacked.all().tokens.subarray(2, 6) as Uint8Array).toString()).toBe('text');
    pipe(readFileSync(golden('documents.jsonl.zst')));
    const lines = await readTexts('-', { format: 'jsonl' });
    expect(lines.sha256).toBe((await readTexts(forms.text(texts))).sha256);
    expect(kept()).toEqual([]);
    expect(idsIn(lines.all().tokens)).toHaveLength(lines.all().tokens.length); // still there for who holds it
  });

  it('goes together with files, and comes after them', async () => {
    pipe('piped');
    const both = await readTexts([forms.jsonl(texts), '-']);
    expect(both.documents).toBe(41);
    expect(both.all().documents.at(40)?.name).toBe('standard input');
  });

  it('is told of as it comes, and goes where nothing is kept', async () => {
    const lines = '{"text":"one"}\n{"text":"two"}\n';
    pipe(lines);
    const read: number[] = [];
    await readTexts('-', { format: 'jsonl', onProgress: (progress) => read.push(progress.read) });
    expect(read).toEqual([Buffer.byteLength(lines)]);
    pipe(lines);
    const told: [number, number | null][] = [];
    const found: string[] = [];
    for await (const text of streamTexts('-', { format: 'jsonl', onRead: (...now) => told.push(now) }))
      found.push(text);
    expect([found, told]).toEqual([['one', 'two'], [[Buffer.byteLength(lines), null]]]);
  });

  it('is refused where it holds nothing, or no position, or no column', async () => {
    pipe('');
    await expect(readTexts('-')).rejects.toThrow('standard input holds no byte; pipe some text into it.');
    pipe('PAR1');
    await expect(readTexts('-', { format: 'parquet' })).rejects.toThrow('parquet is read by position');
    await expect(readTexts('-', { column: 'body' })).rejects.toThrow('column is "body" but standard input is read as');
  });
});

describe('a mixture', () => {
  it('has its texts, and all of them together', async () => {
    const [a, b] = [forms.jsonl(texts.slice(0, 20)), forms.text(texts.slice(20))];
    const corpus = await readCorpus([`3:${a}`, `1:${b}/*.txt`]);
    const [one, other] = await Promise.all([readCorpus(a), readCorpus(b)]);
    expect(corpusRecord(corpus)).toEqual({
      documents: 40,
      trainBytes: one.train.bytes + 2 + other.train.bytes,
      evaluationBytes: one.evaluation.bytes + 2 + other.evaluation.bytes,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      mixture: [
        { weight: 0.75, documents: 20, sha256: one.sha256 },
        { weight: 0.25, documents: 20, sha256: other.sha256 },
      ],
    });
    expect(corpus.mixture?.map(({ weight, train }) => [weight, train.bytes])).toEqual([
      [0.75, one.train.bytes],
      [0.25, other.train.bytes],
    ]);
    expect(idsIn(corpus.evaluation.tokens)).toEqual([
      ...idsIn(one.evaluation.tokens),
      ...[10, 10],
      ...idsIn(other.evaluation.tokens),
    ]);
    const { tokens, begins, documents } = corpus.train;
    const text = (i: number) => idsIn(documents.at(i)?.tokens as Tokens);
    for (const [i, begin] of Array.from(begins).entries()) {
      const full = Array.from({ length: documents.length }, (_, k) => text(k)).filter(({ length }) => length > 0)[i];
      expect([...Int32Array.from(tokens.subarray(begin, begin + full.length))]).toEqual(full);
    }
  });

  it('has a weight for every text, and none of 0', async () => {
    const a = forms.text(texts);
    await expect(readTexts([`0.5:${a}`, a])).rejects.toThrow(
      `data: ${a} has no weight but ${a} has 0.5; give all of them one, as in 0.5:${a}, or none.`,
    );
    await expect(readTexts([`0:${a}`, `1:${a}`])).rejects.toThrow('data: a weight of a mixture is 0');
  });
});

describe('a data set of the Hub', () => {
  it.each([
    ['train', ['data/train-00000-of-00002.parquet', 'data/train-00001-of-00002.parquet']],
    ['validation', ['data/validation-00000-of-00001.parquet']],
    ['en/test', ['en/test.jsonl.gz']],
    ['none', []],
  ])('has files of a split, %s', (split, files) => {
    const paths = [
      ...['README.md', '.gitattributes', 'data/train-00000-of-00002.parquet', 'data/train-00001-of-00002.parquet'],
      ...['data/validation-00000-of-00001.parquet', 'data/constrained.parquet', 'en/test.jsonl.gz', 'test.jsonl.gz'],
    ];
    const name = { id: 'org/name', revision: null, split };
    expect(filesOfSplit(paths, name)).toEqual(files);
    const plain = ['a.jsonl', 'b.jsonl.zst', 'test.jsonl', 'LICENSE.txt'];
    expect(filesOfSplit(plain, { ...name, split: 'train' })).toEqual(['a.jsonl', 'b.jsonl.zst']);
  });

  it('is asked for where no such path exists', async () => {
    const asked: unknown[] = [];
    const dataset = async (name: object) => {
      asked.push(name);
      return [join(forms.parquet(texts), 'a.parquet')];
    };
    const { documents } = await readTexts('org/name@v1.0:validation', { dataset });
    await readTexts(['2:org/other', '1:org/other:test'], { dataset });
    expect(documents).toBe(40);
    expect(asked).toEqual([
      { id: 'org/name', revision: 'v1.0', split: 'validation' },
      { id: 'org/other', revision: null, split: 'train' },
      { id: 'org/other', revision: null, split: 'test' },
    ]);
    await expect(readTexts('org/name:test', { dataset: async () => [] })).rejects.toThrow(
      'org/name has no files of a split test; name another.',
    );
    for (const path of ['text/9.txt', './org/name', 'org/name/more', '/org/name']) {
      await expect(readTexts(path, { dataset })).rejects.toThrow(`${path} does not exist; check the path.`);
    }
  });
});

it('refuses options that are none', async () => {
  const path = forms.text(texts);
  await expect(readTexts(path, { split: 'half' as never })).rejects.toThrow('readTexts: split is "half"');
  await expect(readTexts(path, { bos: '<s>' })).rejects.toThrow('bos is "<s>"; bytes have no such token');
  await expect(readTexts([])).rejects.toThrow('readTexts: no path and no pattern');
});
