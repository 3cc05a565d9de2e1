// Lines of JSON, each an object with the text of a document.
import { isUtf8 } from 'node:buffer';
import { lines } from './lines.ts';
import { type BadLines, type Piece, requireColumn, textIn } from './pieces.ts';

/** An object and the line that it stands on, from 1. */
export interface ObjectLine {
  readonly object: Readonly<Record<string, unknown>>;
  readonly number: number;
}

/** The objects of the lines of each part of a stream. @throws FileError where a line is bad and such lines are refused. */
export async function* objects(chunks: AsyncIterable<Uint8Array>, bad: BadLines): AsyncGenerator<Iterable<ObjectLine>> {
  let number = 0;
  function* inBatch(batch: readonly Buffer[]): Generator<ObjectLine> {
    for (const line of batch) {
      number++;
      const said = line.toString('utf8');
      if (said.trim() === '') continue;
      const object = objectIn(line, said);
      if (typeof object === 'string') bad.add('line', number, object);
      else yield { object, number };
    }
  }
  for await (const batch of lines(chunks, bad.name)) yield inBatch(batch);
}

/** @throws FileError where the first object has no such field, or a line is bad and such lines are refused. */
export async function* jsonl(
  chunks: AsyncIterable<Uint8Array>,
  bad: BadLines,
  column: string,
): AsyncGenerator<Piece[]> {
  let isFirst = true;
  for await (const batch of objects(chunks, bad)) {
    const pieces: Piece[] = [];
    for (const { object, number } of batch) {
      if (isFirst) requireColumn(bad.name, column, Object.keys(object));
      isFirst = false;
      const found = textIn(object[column], column);
      if ('fault' in found) bad.add('line', number, found.fault);
      else pieces.push({ text: found.text, ends: true });
    }
    yield pieces;
  }
}

/** The object, or what is wrong with the line. */
function objectIn(line: Buffer, said: string): Record<string, unknown> | string {
  if (said.includes('\ufffd') && !isUtf8(line)) return 'it is not UTF-8';
  try {
    const value: unknown = JSON.parse(said);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : 'it holds no object';
  } catch (error) {
    return `it is no JSON (${(error as Error).message})`;
  }
}
