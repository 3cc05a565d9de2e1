// Tables of comma-separated values: RFC 4180, with any delimiter. A quote inside a field that does not begin with one is a character.
import { isUtf8 } from 'node:buffer';
import { refused } from '../refused.ts';
import { withoutMark } from './lines.ts';
import { type BadLines, type Piece, requireColumn } from './pieces.ts';

/** Bytes of a row at most: a quote that nothing closes must not take a whole file. */
const LONGEST = 2 ** 26;

const [NEWLINE, RETURN, QUOTE] = [10, 13, 34];

/** A row: where its fields lie, and what is wrong with it. */
interface Row {
  readonly fields: readonly Buffer[];
  /** Where the next one begins. */
  readonly end: number;
  readonly lines: number;
  readonly fault: string | null;
}

/** A row under its head. */
export interface TableRow {
  readonly columns: readonly string[];
  /** As many as columns. */
  readonly fields: readonly Buffer[];
  /** On which it begins, from 1. */
  readonly line: number;
}

/** @throws FileError where there is no such column, or a row is bad and such rows are refused. */
export async function* csv(
  chunks: AsyncIterable<Uint8Array>,
  bad: BadLines,
  column: string,
  delimiter: number,
): AsyncGenerator<Piece[]> {
  let at = -1;
  const onHead = (columns: readonly string[]) => {
    requireColumn(bad.name, column, columns);
    at = columns.indexOf(column);
  };
  for await (const rows of tableRows(chunks, bad, delimiter, onHead)) {
    const pieces: Piece[] = [];
    for (const { fields, line } of rows) {
      if (isUtf8(fields[at])) pieces.push({ text: fields[at], ends: true });
      else bad.add('line', line, `${column} is not UTF-8`);
    }
    yield pieces;
  }
}

/**
 * The rows of a table, as they come out of a stream.
 *
 * @param onHead told of the names of the columns, before any row; of none, where the table is empty.
 * @throws FileError where a row is bad and such rows are refused.
 */
export async function* tableRows(
  chunks: AsyncIterable<Uint8Array>,
  bad: BadLines,
  delimiter: number,
  onHead: (columns: readonly string[]) => void,
): AsyncGenerator<Iterable<TableRow>> {
  let line = 1;
  let columns: string[] | null = null;
  let rest: Buffer = Buffer.alloc(0);
  let enough = 0; // a row that goes on is read again when there is twice as much of it

  function* take(isEnd: boolean): Generator<TableRow> {
    let from = 0;
    for (;;) {
      const row = from < rest.length ? rowAt(rest, from, delimiter, isEnd) : null;
      if (row === null) break;
      const number = line;
      line += row.lines;
      from = row.end;
      if (row.fields.length === 1 && row.fields[0].length === 0 && row.fault === null) continue; // a line with nothing
      const fault = row.fault ?? faultOf(row, columns);
      if (columns === null) {
        if (fault !== null) throw refused(bad.name, `${bad.name}, line ${number}: ${fault}; correct it.`);
        columns = row.fields.map((field) => field.toString('utf8'));
        onHead(columns);
      } else if (fault !== null) bad.add('line', number, fault);
      else yield { columns, fields: row.fields, line: number };
    }
    rest = rest.subarray(from);
    if (rest.length > LONGEST) {
      throw refused(bad.name, `${bad.name}, line ${line}: a row of more than ${LONGEST} bytes; close its quote.`);
    }
  }

  for await (const chunk of withoutMark(chunks)) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    if (rest.length < enough) continue;
    yield take(false);
    enough = 2 * rest.length;
  }
  yield take(true);
  if (columns === null) onHead([]);
}

function faultOf({ fields }: Row, columns: readonly string[] | null): string | null {
  if (columns === null || fields.length === columns.length) return null;
  return `it has ${fields.length} field${fields.length === 1 ? '' : 's'} where there are ${columns.length} columns`;
}

/** The row that begins at a place; null where it goes on beyond what is at hand. */
function rowAt(bytes: Buffer, from: number, delimiter: number, isEnd: boolean): Row | null {
  const fields: Buffer[] = [];
  let lines = 0;
  let fault: string | null = null;
  for (let at = from; ; ) {
    const isQuoted = bytes[at] === QUOTE;
    let end = at;
    if (isQuoted) {
      let escapes = 0;
      for (end = at + 1; ; end++) {
        end = bytes.indexOf(QUOTE, end);
        if (end === -1 || (end === bytes.length - 1 && !isEnd)) {
          if (!isEnd) return null;
          return { fields, end: bytes.length, lines: 1, fault: 'a quote is not closed before the file ends' };
        }
        if (bytes[end + 1] !== QUOTE) break;
        escapes++;
        end++;
      }
      const inside = bytes.subarray(at + 1, end);
      lines += count(inside, NEWLINE);
      fields.push(escapes > 0 ? withoutDoubles(inside) : inside);
      at = end + 1;
      end = at;
    }
    while (end < bytes.length && bytes[end] !== delimiter && bytes[end] !== NEWLINE) end++;
    if (end === bytes.length && !isEnd) return null;
    const isLast = end === bytes.length || bytes[end] === NEWLINE;
    const stop = isLast && bytes[end - 1] === RETURN && end > at ? end - 1 : end;
    if (!isQuoted) fields.push(bytes.subarray(at, stop));
    else if (stop > at) fault = 'something follows the quote that closes a field';
    at = end + 1;
    if (isLast) return { fields, end: Math.min(at, bytes.length), lines: lines + 1, fault };
  }
}

function count(bytes: Buffer, byte: number): number {
  let found = 0;
  for (let at = bytes.indexOf(byte); at !== -1; at = bytes.indexOf(byte, at + 1)) found++;
  return found;
}

function withoutDoubles(bytes: Buffer): Buffer {
  const out = Buffer.alloc(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    out[length++] = bytes[i];
    if (bytes[i] === QUOTE) i++;
  }
  return out.subarray(0, length);
}
