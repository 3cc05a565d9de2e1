// Tables as rows: the same rows in every form, and what is broken by its place.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { holdsRows, readRows } from './rows.ts';

const work = mkdtempSync(join(tmpdir(), 'twill-rows-'));
const at = (name: string) => join(work, name);
const write = (name: string, content: string | Uint8Array) => writeFileSync(at(name), content);

const rows = [
  {
    question: 'Which bird, "the tern", sings?',
    choices: { text: ['wren', 'möwe'], label: ['A', 'B'] },
    label: 1,
    id: 'a',
  },
  { question: 'Two\nlines', choices: { text: ['x', 'y', 'z'], label: ['1', '2', '3'] }, label: 0, id: 'b' },
];
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
const table = (delimiter: string) =>
  [
    'question,choices,label,id'.replaceAll(',', delimiter),
    ...rows.map((row) =>
      [quoted(row.question), quoted(JSON.stringify(row.choices)), row.label, row.id].join(delimiter),
    ),
  ].join('\r\n');

beforeAll(() => {
  const lines = rows.map((row) => JSON.stringify(row)).join('\n\n');
  write('rows.jsonl', lines);
  write('rows.jsonl.gz', gzipSync(lines));
  write('rows.json', JSON.stringify(rows, null, 2));
  write('lines.json', lines);
  write('rows.csv', `\ufeff${table(',')}\n`);
  write('rows.tsv', table('\t'));
  const schema = [
    { name: 'root', num_children: 4 },
    { name: 'question', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    { name: 'choices', num_children: 2, repetition_type: 'OPTIONAL' },
    ...['text', 'label'].flatMap((name) => [
      { name, num_children: 1, converted_type: 'LIST', repetition_type: 'OPTIONAL' },
      { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
      { name: 'element', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    ]),
    { name: 'label', type: 'INT64', repetition_type: 'OPTIONAL' },
    { name: 'id', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
  ] as const;
  const columnData = [
    { name: 'question', data: rows.map(({ question }) => question) },
    { name: 'choices', data: rows.map(({ choices }) => choices) },
    { name: 'label', data: rows.map(({ label }) => BigInt(label)) },
    { name: 'id', data: rows.map(({ id }) => id) },
  ];
  write(
    'rows.parquet',
    new Uint8Array(parquetWriteBuffer({ columnData, schema: schema as never, rowGroupSize: [1, 1] })),
  );
});
afterAll(() => rmSync(work, { recursive: true }));

it.each(['rows.jsonl', 'rows.jsonl.gz', 'rows.json', 'lines.json', 'rows.csv', 'rows.tsv', 'rows.parquet'])(
  '%s has the same rows',
  async (name) => {
    expect(holdsRows(name)).toBe(true);
    const isTable = /[ct]sv$/.test(name);
    expect((await readRows(at(name))).rows).toEqual(
      rows.map((row) => (isTable ? { ...row, label: `${row.label}` } : row)),
    );
  },
);

it('fields of CSV are texts, or JSON where a whole column is', async () => {
  write('kinds.csv', 'whole,mixed,list\n1,[1],[1]\n-20,x,"[2, 3]"\n');
  expect((await readRows(at('kinds.csv'))).rows).toEqual([
    { whole: '1', mixed: '[1]', list: [1] },
    { whole: '-20', mixed: 'x', list: [2, 3] },
  ]);
});

it('a column of Parquet that is null in a row is null, and an absent one of JSON stays absent', async () => {
  const columnData = [{ name: 'word', data: ['a', null], type: 'STRING' as const }];
  write('null.parquet', new Uint8Array(parquetWriteBuffer({ columnData })));
  write('absent.jsonl', '{"a": 1}\n{"b": null}');
  expect((await readRows(at('null.parquet'))).rows).toEqual([{ word: 'a' }, { word: null }]);
  expect((await readRows(at('absent.jsonl'))).rows).toEqual([{ a: 1 }, { b: null }]);
});

it('rows have places', async () => {
  const places = async (name: string) => (await readRows(at(name))).place(1).replace(work, '');
  expect(await places('rows.jsonl')).toBe('/rows.jsonl, line 3');
  expect(await places('rows.csv')).toBe('/rows.csv, line 3');
  expect(await places('rows.json')).toBe('/rows.json, line 17');
  expect(await places('rows.parquet')).toBe('/rows.parquet, row 2');
});

describe('what is broken', () => {
  const cases: [name: string, content: string | Uint8Array, message: RegExp][] = [
    ['line.jsonl', '{"a": 1}\n\n{"a":', /line\.jsonl, line 3: it is no JSON \(.*\); correct it\.$/],
    ['list.jsonl', '[1, 2]', /list\.jsonl, line 1: it holds no object; correct it\.$/],
    ['bytes.jsonl', Uint8Array.of(123, 34, 255, 34, 58, 49, 125), /bytes\.jsonl, line 1: it is not UTF-8; correct it/],
    ['part.json', '[{"a": "]"},\n {"a": }]', /part\.json, line 2: row 2 is no JSON \(.*\); correct it\.$/],
    ['number.json', '[\n\n3]', /number\.json, line 3: row 1 is no object; write \{"column": value/],
    ['comma.json', '[{"a": 1},\n]', /comma\.json, line 2: row 2 is no JSON/],
    ['open.json', '[{"a": 1},\n{"a": 2}', /open\.json, line 2: the list is not closed, its end is missing/],
    ['more.json', '[{"a": 1}]\n[]', /more\.json, line 2: something follows the list; take it away/],
    ['word.json', '"rows"', /word\.json is no list of objects; write \[/],
    ['bytes.json', Uint8Array.of(91, 255, 93), /bytes\.json is not UTF-8/],
    ['few.csv', 'a,b\n1\n', /few\.csv, line 2: it has 1 field where there are 2 columns; correct it\.$/],
    ['quote.csv', 'a,b\n"1,2\n', /quote\.csv, line 2: a quote is not closed before the file ends/],
    ['twice.csv', 'a,a\n1,2\n', /twice\.csv, line 1: the column a is there twice/],
    ['bytes.csv', Uint8Array.of(97, 10, 255, 10), /bytes\.csv, line 2: a is not UTF-8/],
    ['none.parquet', 'PAR1 or not', /none\.parquet is broken, .*; get it anew/],
    ['torn.jsonl.gz', gzipSync('{"a": 1}').subarray(0, 15), /torn\.jsonl\.gz is broken, unexpected end of file/],
    ['no.jsonl.zst', '{"a": 1}', /no\.jsonl\.zst is broken, it does not begin as Zstandard does/],
    ['twofold.parquet.gz', 'x', /twofold\.parquet\.gz: parquet is compressed inside; decompress the file/],
    ['notes.txt', 'x', /notes\.txt holds no rows by its name; they are read from jsonl, json, csv, tsv, parquet/],
  ];
  it.each(cases)('%s is refused by its place', async (name, content, message) => {
    write(name, content);
    await expect(readRows(at(name))).rejects.toThrow(message);
  });

  it('names missing files, directories, and Parquet that was cut or holds too large a number', async () => {
    await expect(readRows(at('gone.csv'))).rejects.toThrow('gone.csv does not exist; check the path');
    await expect(readRows(work)).rejects.toThrow('is no file; name one of jsonl');
    const columnData = [{ name: 'n', data: [1n, 2n ** 60n], type: 'INT64' as const }];
    write('big.parquet', new Uint8Array(parquetWriteBuffer({ columnData })));
    await expect(readRows(at('big.parquet'))).rejects.toThrow('big.parquet, row 2: the number 1152921504606846976 is');
    truncateSync(at('big.parquet'), 60);
    await expect(readRows(at('big.parquet'))).rejects.toThrow(/big\.parquet is broken/);
    await expect(readRows(3 as never)).rejects.toThrow('readRows: 3 is no path; give one.');
  });
});
