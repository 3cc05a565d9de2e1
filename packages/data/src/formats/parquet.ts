// Parquet: the texts of one column, a group of rows at a time.
import { isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { type AsyncBuffer, parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { refused } from '../refused.ts';
import { type BadLines, type Piece, requireColumn, textIn } from './pieces.ts';

export interface ParquetFile {
  readonly handle: FileHandle;
  readonly size: number;
  /** Told of bytes of the file: of each group the part of the file that its rows are of all rows. */
  read(bytes: number): void;
}

/** @throws FileError where there is no such column, or a row is bad and such rows are refused; Error for what is no Parquet. */
export async function* parquet(
  { handle, size, read }: ParquetFile,
  bad: BadLines,
  column: string,
): AsyncGenerator<Piece[]> {
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
  const metadata = await parquetMetadataAsync(file);
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
  let from = 0;
  const rows = Number(metadata.num_rows);
  // `total_byte_size` of a group is that of its columns before compression, which may be more than the file.
  const behind = (row: number) => (row === rows ? size : Math.floor((size * row) / rows));
  for (const { num_rows } of metadata.row_groups) {
    const to = from + Number(num_rows);
    const pieces: Piece[] = [];
    await parquetRead({
      ...{ file, metadata, columns: [column], rowStart: from, rowEnd: to, compressors },
      parsers: { stringFromBytes: (bytes: Uint8Array) => bytes },
      onComplete: (values) => {
        for (const [i, [value]] of values.entries()) {
          const found = value instanceof Uint8Array ? utf8(value, column) : textIn(value, column);
          if ('fault' in found) bad.add('row', from + i + 1, found.fault);
          else pieces.push({ text: found.text, ends: true });
        }
      },
    });
    read(behind(to) - behind(from));
    from = to;
    yield pieces;
  }
}

const utf8 = (bytes: Uint8Array, column: string): { text: Uint8Array } | { fault: string } =>
  isUtf8(bytes) ? { text: bytes } : { fault: `${column} is not UTF-8` };
