// Parquet: the texts of one column, or whole rows, a group of rows at a time.
import { isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetReadObjects,
  parquetSchema,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { refused } from '../refused.ts';
import { type BadLines, type Piece, requireColumn, textIn } from './pieces.ts';

export interface ParquetFile {
  readonly handle: FileHandle;
  readonly size: number;
  /** Told of bytes of the file: of each group the part of the file that its rows are of all rows. */
  read(bytes: number): void;
}

interface Opened {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
}

/** @throws Error for what is no Parquet. */
async function opened({ handle, size }: ParquetFile): Promise<Opened> {
  const file: AsyncBuffer = {
    byteLength: size,
    async slice(from, to = size) {
      const bytes = new Uint8Array(to - from);
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, at, bytes.length - at, from + at);
        if (bytesRead === 0) throw new Error('it ends too soon');
        at += bytesRead;
      }
      return bytes.buffer;
    },
  };
  return { file, metadata: await parquetMetadataAsync(file) };
}

/**
 * All rows, with whatever their columns hold: lists and groups as they are nested, whole numbers of 64 bits as numbers.
 *
 * @throws FileError for a number beyond 2^53; Error for what is no Parquet.
 */
export async function* parquetRows(from: ParquetFile, name: string): AsyncGenerator<Record<string, unknown>[]> {
  const { file, metadata } = await opened(from);
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const parsers = { stringFromBytes: (bytes: Uint8Array | undefined) => bytes && strict.decode(bytes) };
  let row = 0;
  for (const { num_rows } of metadata.row_groups) {
    const range = { rowStart: row, rowEnd: row + Number(num_rows) };
    const rows = await parquetReadObjects({ file, metadata, ...range, compressors, parsers });
    yield rows.map((value) => plain(value, name, ++row) as Record<string, unknown>);
  }
}

/** A value without BigInts, which JSON has not, and with null for what is absent. */
function plain(value: unknown, name: string, row: number): unknown {
  if (value === undefined) return null;
  if (typeof value === 'bigint') {
    if (BigInt(Number(value)) === value && Number.isSafeInteger(Number(value))) return Number(value);
    throw refused(name, `${name}, row ${row}: the number ${value} is beyond 2^53; write it as a text.`);
  }
  if (Array.isArray(value)) return value.map((one) => plain(one, name, row));
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([field, one]) => [field, plain(one, name, row)]));
}

/** @throws FileError where there is no such column, or a row is bad and such rows are refused; Error for what is no Parquet. */
export async function* parquet(from: ParquetFile, bad: BadLines, column: string): AsyncGenerator<Piece[]> {
  const { size, read } = from;
  const { file, metadata } = await opened(from);
  const columns = parquetSchema(metadata).children.map(({ element }) => element);
  const names = columns.map(({ name }) => name);
  requireColumn(bad.name, column, names);
  const { type } = columns[names.indexOf(column)];
  if (type !== 'BYTE_ARRAY') {
    throw refused(
      bad.name,
      `${bad.name}: the column ${column} holds ${type ?? 'groups'} and no texts; choose another.`,
    );
  }
  let begin = 0;
  const rows = Number(metadata.num_rows);
  // `total_byte_size` of a group is that of its columns before compression, which may be more than the file.
  const behind = (row: number) => (row === rows ? size : Math.floor((size * row) / rows));
  for (const { num_rows } of metadata.row_groups) {
    const to = begin + Number(num_rows);
    const pieces: Piece[] = [];
    await parquetRead({
      ...{ file, metadata, columns: [column], rowStart: begin, rowEnd: to, compressors },
      parsers: { stringFromBytes: (bytes: Uint8Array) => bytes },
      onComplete: (values) => {
        for (const [i, [value]] of values.entries()) {
          const found = value instanceof Uint8Array ? utf8(value, column) : textIn(value, column);
          if ('fault' in found) bad.add('row', begin + i + 1, found.fault);
          else pieces.push({ text: found.text, ends: true });
        }
      },
    });
    read(behind(to) - behind(begin));
    begin = to;
    yield pieces;
  }
}

const utf8 = (bytes: Uint8Array, column: string): { text: Uint8Array } | { fault: string } =>
  isUtf8(bytes) ? { text: bytes } : { fault: `${column} is not UTF-8` };
