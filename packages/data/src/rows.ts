// Tables as rows of objects: what benchmarks are made of.
import { isUtf8 } from 'node:buffer';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { isTwillError, OptionError, shown } from '@twilljs/tensor';
import { decompressed, partsOf } from './formats/bytes.ts';
import { type TableRow, tableRows } from './formats/csv.ts';
import { objectsInList } from './formats/json-list.ts';
import { type ObjectLine, objects } from './formats/jsonl.ts';
import { type RowFormat, rowFormats, rowKindOf } from './formats/kind.ts';
import { parquetRows } from './formats/parquet.ts';
import { BadLines } from './formats/pieces.ts';
import { refused, unreadable } from './refused.ts';

/** A table whose rows have values by the names of their columns. */
export interface Table {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Where a row is: `test.jsonl, line 12`. */
  place(index: number): string;
}

const [COMMA, TAB] = [44, 9];

/** Letters of a text that is kept whole, at most. */
const LONGEST = 2 ** 28;

/** Whether the name of a file says that it holds rows. */
export const holdsRows = (path: string): boolean => rowKindOf(path).format !== null;

/**
 * All rows of a table as objects, in order: lines of JSON (`.jsonl`), a list of objects (`.json`), CSV and TSV with a head, each also
 * `.gz` and `.zst`, or Parquet with lists and groups nested as they are and whole numbers of 64 bits as numbers.
 *
 * A field of CSV is a text. Of a column whose fields are all lists or objects of JSON, it is that value.
 *
 * @throws FileError when the file cannot be read, its name says nothing that is known, or it is broken: naming the line or row.
 */
export async function readRows(path: string): Promise<Table> {
  if (typeof path !== 'string' || path === '') throw new OptionError(`readRows: ${shown(path)} is no path; give one.`);
  const facts = await stat(path).catch((error) => {
    throw unreadable(path, error);
  });
  if (!facts.isFile()) throw refused(path, `${path} is no file; name one of ${rowFormats.join(', ')}.`);
  const { format, compression } = rowKindOf(path);
  if (format === null) {
    throw refused(path, `${path} holds no rows by its name; they are read from ${rowFormats.join(', ')}.`);
  }
  if (format === 'parquet' && compression !== null) {
    throw refused(path, `${path}: ${format} is compressed inside; decompress the file.`);
  }
  const handle = await open(path).catch((error) => {
    throw unreadable(path, error);
  });
  try {
    if (format === 'parquet') return await inParquet(handle, facts.size, path);
    const bytes = decompressed(
      partsOf(handle, () => {}, new AbortController().signal),
      compression,
    );
    return await inStream(bytes, format, path);
  } catch (error) {
    if (isTwillError(error)) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== undefined && /^E[A-Z]+$/.test(code)) throw unreadable(path, error as Error);
    throw refused(path, `${path} is broken, ${message}; get it anew.`, error);
  } finally {
    await handle.close();
  }
}

async function inParquet(handle: FileHandle, size: number, path: string): Promise<Table> {
  const rows: Table['rows'][number][] = [];
  for await (const group of parquetRows({ handle, size, read: () => {} }, path)) rows.push(...group);
  return { rows, place: (index) => `${path}, row ${index + 1}` };
}

async function inStream(bytes: AsyncIterable<Uint8Array>, format: RowFormat, path: string): Promise<Table> {
  const bad = new BadLines(path, 'refuse', 'correct it');
  const found = await objectsIn(bytes, format, bad);
  return {
    rows: found.map(({ object }) => object),
    place: (index) => `${path}, line ${found[index].number}`,
  };
}

function objectsIn(bytes: AsyncIterable<Uint8Array>, format: RowFormat, bad: BadLines): Promise<ObjectLine[]> {
  if (format === 'jsonl') return inLines(bytes, bad);
  return format === 'json' ? inJson(bytes, bad) : inTable(bytes, bad, format === 'csv' ? COMMA : TAB);
}

async function inLines(bytes: AsyncIterable<Uint8Array>, bad: BadLines): Promise<ObjectLine[]> {
  const rows: ObjectLine[] = [];
  for await (const batch of objects(bytes, bad)) rows.push(...batch);
  return rows;
}

/** A list, or where the first letter opens an object, lines of them: many a `.json` is one. */
async function inJson(bytes: AsyncIterable<Uint8Array>, bad: BadLines): Promise<ObjectLine[]> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of bytes) {
    parts.push(part);
    length += part.length;
    if (length > LONGEST) {
      throw refused(bad.name, `${bad.name} has more than ${LONGEST} bytes; write it as lines of JSON (.jsonl).`);
    }
  }
  const whole = Buffer.concat(parts);
  if (!isUtf8(whole)) throw refused(bad.name, `${bad.name} is not UTF-8; convert it.`);
  const text = whole.toString('utf8').replace(/^\ufeff/, '');
  const first = text.trimStart()[0];
  if (first === '[') return objectsInList(text, bad.name);
  if (first === '{') return inLines(of(whole), bad);
  throw refused(bad.name, `${bad.name} is no list of objects; write [{"column": value, ...}, ...].`);
}

async function* of(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function inTable(bytes: AsyncIterable<Uint8Array>, bad: BadLines, delimiter: number): Promise<ObjectLine[]> {
  const rows: { texts: string[]; line: number }[] = [];
  let columns: readonly string[] = [];
  const onHead = (head: readonly string[]) => {
    columns = head;
    const twice = head.find((name, i) => head.indexOf(name) !== i);
    if (twice === undefined) return;
    throw refused(bad.name, `${bad.name}, line 1: the column ${twice} is there twice; call one of them otherwise.`);
  };
  for await (const batch of tableRows(bytes, bad, delimiter, onHead)) {
    for (const row of batch) rows.push({ texts: textsOf(row), line: row.line });
  }
  const readers = columns.map((_, i) => readerOf(rows.map(({ texts }) => texts[i])));
  return rows.map(({ texts, line }) => ({
    object: Object.fromEntries(columns.map((name, i) => [name, readers[i](texts[i])])),
    number: line,
  }));

  function textsOf({ fields, line }: TableRow): string[] {
    const at = fields.findIndex((field) => !isUtf8(field));
    if (at !== -1) bad.add('line', line, `${columns[at]} is not UTF-8`);
    return fields.map((field) => field.toString('utf8'));
  }
}

/** What the fields of a column are read as. */
function readerOf(fields: readonly string[]): (field: string) => unknown {
  return fields.every(isNested) ? JSON.parse : (field) => field;
}

function isNested(field: string): boolean {
  if (!/^\s*[[{]/.test(field)) return false;
  try {
    JSON.parse(field);
    return true;
  } catch {
    return false;
  }
}
