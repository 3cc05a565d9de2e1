// The same documents in all forms, what is broken, and what is bad.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';
import { type ReadOptions, readDocuments } from './node.ts';

const golden = (name: string) => fileURLToPath(new URL(`../../../golden/data/${name}`, import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'twill-formats-'));
afterAll(() => rmSync(root, { recursive: true }));
const write = (name: string, bytes: string | Uint8Array) => {
  writeFileSync(join(root, name), bytes);
  return join(root, name);
};
const textsOf = async (path: string | string[], options: ReadOptions = {}) =>
  (await readDocuments(path, options)).map(({ bytes }) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
const failure = async (path: string | string[], options: ReadOptions = {}) => {
  const error = await readDocuments(path, options).catch((error: Error) => error);
  if (!(error instanceof Error)) throw new Error(`${path} was read`);
  return `${error.name}: ${error.message}`.replaceAll(/\S*twill-formats-\w+\//g, '');
};

const jsonl = readFileSync(golden('documents.jsonl'));
const texts: string[] = jsonl
  .toString()
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line).text);
const quoted = (text: string) => (/[",\n\r\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const table = (comma: string) =>
  `id${comma}text\r\n${texts.map((text, i) => `${i}${comma}${quoted(text) || '""'}\r\n`).join('')}`;
const column = [
  { name: 'id', data: texts.map((_, i) => i), type: 'INT32' as const },
  { name: 'text', data: texts, type: 'STRING' as const },
];

const forms: Record<string, () => string | Uint8Array> = {
  'd.jsonl': () => jsonl,
  'mark.jsonl': () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), jsonl]),
  'd.jsonl.gz': () => gzipSync(jsonl),
  'joined.ndjson.gz': () => Buffer.concat([gzipSync(jsonl.subarray(0, 5000)), gzipSync(jsonl.subarray(5000))]),
  'd.jsonl.zst': () => readFileSync(golden('documents.jsonl.zst')),
  'frames.jsonl.zst': () => readFileSync(golden('frames.jsonl.zst')),
  'd.csv': () => table(','),
  'bare.csv': () => table(',').replaceAll(/\r\n$|^\ufeff/g, ''),
  'd.csv.gz': () => gzipSync(table(',')),
  'd.tsv': () => table('\t'),
  'd.parquet': () => new Uint8Array(parquetWriteBuffer({ columnData: column, rowGroupSize: 16 })),
};

describe('the same documents', () => {
  it.each(Object.entries(forms))('come from %s', async (name, make) => {
    expect(await textsOf(write(name, make()))).toEqual(texts);
  });

  it('have names, in the order of files and rows', async () => {
    const [a, b] = [write('x2.jsonl', '{"text":"a"}\n\n{"text":"b"}'), write('x10.txt', 'c')];
    const names = (await readDocuments([b, a])).map(({ name }) => name.replace(/.*\//, ''));
    expect(names).toEqual(['x2.jsonl:1', 'x2.jsonl:2', 'x10.txt']);
  });

  it('come from another column, and from a file of any name', async () => {
    const path = write('rows.data', '{"body":"a","text":"b"}\n{"body":"c","text":"d"}\n');
    expect(await textsOf(path, { format: 'jsonl', column: 'body' })).toEqual(['a', 'c']);
    expect(await textsOf(path)).toEqual([readFileSync(path, 'utf8')]); // what says nothing is a text
  });
});

it('text is decompressed, beyond the window that it was compressed in', async () => {
  const [{ bytes }] = await readDocuments(golden('long.txt.zst'));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  expect(sha256).toBe('b87a33f5e31ded3629580c3faf927977dc1d281b053ef162d1a07838ca30f8dc');
  expect(await textsOf(write('t.txt.gz', gzipSync('a text')))).toEqual(['a text']);
});

describe('what is broken', () => {
  const zstd = readFileSync(golden('documents.jsonl.zst'));
  const changed = (bytes: Uint8Array, at: number) => {
    const copy = Uint8Array.from(bytes);
    copy[at < 0 ? copy.length + at : at] ^= 1;
    return copy;
  };
  it.each([
    ['cut.jsonl.zst', () => zstd.subarray(0, -9), 'cut.jsonl.zst is broken, it ends too soon; get it anew.'],
    ['sum.jsonl.zst', () => changed(zstd, -1), 'sum.jsonl.zst is broken, its checksum is not that of its content; get'],
    ['not.jsonl.zst', () => jsonl, 'not.jsonl.zst is broken, it does not begin as Zstandard does; get it anew.'],
    ['cut.jsonl.gz', () => gzipSync(jsonl).subarray(0, -9), 'cut.jsonl.gz is broken, unexpected end of file; get'],
    ['sum.jsonl.gz', () => changed(gzipSync(jsonl), -7), 'sum.jsonl.gz is broken, incorrect data check; get it anew.'],
    ['not.jsonl.gz', () => jsonl, 'not.jsonl.gz is broken, incorrect header check; get it anew.'],
    ['not.parquet', () => jsonl, 'not.parquet is broken, parquet file invalid'],
    ['cut.parquet', () => (forms['d.parquet']() as Uint8Array).subarray(0, -99), 'cut.parquet is broken, parquet'],
  ])('%s is refused', async (name, make, message) => {
    expect(await failure(write(name, make()))).toContain(`FileError: data: ${message}`);
  });

  it('is refused wherever a byte of a compressed file is changed', async () => {
    for (let at = 0; at < zstd.length; at += 97) {
      const found = await failure(write('byte.txt.zst', changed(zstd, at)));
      expect(found).toMatch(/^FileError: data: byte.txt.zst is broken, /);
    }
  });
});

describe('bad lines', () => {
  const lines = ['{"text":"a"}', '{"text":', '[1]', '{"other":1}', '{"text":7}', '{"text":null}', '{"text":"b"}'];
  const bad = () => write('bad.jsonl', lines.join('\n'));

  it('are refused with their number', async () => {
    expect(await failure(bad())).toMatch(
      /^FileError: data: bad.jsonl, line 2: it is no JSON \(.*\); correct it, or skip such lines \(--on-bad-line skip\)\.$/,
    );
    const broken = Buffer.concat([Buffer.from('{"text":"a"}\n{"text":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(await failure(write('utf8.jsonl', broken))).toContain('utf8.jsonl, line 2: it is not UTF-8');
    const empty = parquetWriteBuffer({ columnData: [{ name: 'text', data: ['a', null, 'b'], type: 'STRING' }] });
    expect(await failure(write('null.parquet', new Uint8Array(empty)))).toContain(
      'null.parquet, row 2: text is null where a text is needed',
    );
  });

  it('are skipped as asked, and counted', async () => {
    const notes: string[] = [];
    const note = (line: string) => notes.push(line.replaceAll(/\S*twill-formats-\w+\//g, ''));
    expect(await textsOf(bad(), { onBadLine: 'skip', note })).toEqual(['a', 'b']);
    expect(notes).toEqual([
      expect.stringMatching(
        /^5 bad lines of bad.jsonl \(line 2: it is no JSON \(.*\); line 3: it holds no object; line 4: text is missing where a text is needed and others\)$/,
      ),
    ]);
  });

  it('of a table have fields too many or too few, or a quote that ends nowhere', async () => {
    const rows = ['a,text', '1,x', '2', '3,"y\nz"w', '4,"q""q"', '5,a "b" c', '6,x,y', '7,"', 'never', 'closed'];
    const path = write('bad.csv', rows.join('\n'));
    expect(await failure(path)).toContain('bad.csv, line 3: it has 1 field where there are 2 columns; correct it');
    const notes: string[] = [];
    const note = (line: string) => notes.push(line);
    expect(await textsOf(path, { onBadLine: 'skip', note })).toEqual(['x', 'q"q', 'a "b" c']);
    expect(notes[0]).toMatch(
      /^4 bad lines of .*bad.csv \(line 3: .*; line 4: something follows the quote that closes a field; line 8: it has 3 fields/,
    );
    expect(await failure(write('open.csv', 'text\n"never closed\n'))).toContain('line 2: a quote is not closed before');
  });

  it('without the column at all are a question of its name', async () => {
    const message = (name: string) =>
      `FileError: data: ${name} has no column text; its columns are id, body; choose one (--column).`;
    expect(await failure(write('c.jsonl', '{"id":1,"body":"x"}'))).toBe(message('c.jsonl'));
    expect(await failure(write('c.csv', 'id,body\n1,x'))).toBe(message('c.csv'));
    const data = [
      { name: 'id', data: [1], type: 'INT32' as const },
      { name: 'body', data: ['x'], type: 'STRING' as const },
    ];
    const path = write('c.parquet', new Uint8Array(parquetWriteBuffer({ columnData: data })));
    expect(await failure(path)).toBe(message('c.parquet'));
    expect(await failure(path, { column: 'id' })).toBe(
      'FileError: data: c.parquet: the column id holds INT32 and no texts; choose another.',
    );
    expect(await failure(write('none.csv', ''))).toContain('its columns are none with a name');
  });

  it('are no text at all where there are only such', async () => {
    expect(await failure(write('all.jsonl', '{"text":""}\n'))).toContain('all.jsonl holds 1 file and no byte');
  });
});

describe('a directory', () => {
  it('is all files in it whose names say what they hold', async () => {
    const folder = join(root, 'folder');
    for (const name of ['', 'deep', '.hidden', 'run', 'node_modules']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'run/run.json'), '{}');
    for (const name of ['a.txt', 'deep/b.jsonl', 'deep/c.txt.gz', 'photo.png', '.hidden/d.txt', 'deep/.e.txt']) {
      const text = name.slice(-5, -4);
      writeFileSync(
        join(folder, name),
        name.includes('json') ? '{"text":"b"}' : name.endsWith('gz') ? gzipSync('c') : text,
      );
    }
    const notes: string[] = [];
    const note = (line: string) => notes.push(line.replace(/.*folder\//, ''));
    expect(await textsOf(`${folder}/`, { note })).toEqual(['a', 'b', 'c']);
    expect(notes.sort()).toEqual([
      '.hidden is hidden and is left out',
      'deep/.e.txt is hidden and is left out',
      'node_modules is of other people and is left out',
      'photo.png is of no known kind and is left out',
      'run holds a run and is left out',
    ]);
  });

  it('without such a file is refused', async () => {
    mkdirSync(join(root, 'nothing'));
    expect(await failure(join(root, 'nothing'))).toMatch(
      /nothing holds no text, table or lines of JSON; write .*nothing\/\*\*'/,
    );
  });
});

it('refuses options that are none', async () => {
  const path = write('o.txt', 'text');
  expect(await failure(path, { format: 'xml' as never })).toContain('readDocuments: format is "xml"');
  expect(await failure(path, { onBadLine: 'stop' as never })).toContain('readDocuments: onBadLine is "stop"');
  expect(await failure(path, { column: '' })).toContain('readDocuments: column is ""');
});
