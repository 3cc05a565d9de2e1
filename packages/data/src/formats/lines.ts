// Lines of a stream of bytes.
import { refused } from '../refused.ts';

/** Bytes of a line at most: a file without line ends is no file of lines. */
const LONGEST = 2 ** 28;

const NEWLINE = 10;
const RETURN = 13;

/** The lines of each part of a stream, without what ends them. @throws FileError for one that is longer than any. */
export async function* lines(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Buffer[]> {
  let held: Uint8Array[] = []; // of a line that goes on
  let length = 0;
  for await (const chunk of withoutMark(chunks)) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const found: Buffer[] = [];
    let from = 0;
    for (let to = buffer.indexOf(NEWLINE); to !== -1; to = buffer.indexOf(NEWLINE, from)) {
      const end = buffer.subarray(from, to);
      found.push(withoutReturn(held.length > 0 ? Buffer.concat([...held, end]) : end));
      [held, length, from] = [[], 0, to + 1];
    }
    if (from < buffer.length) {
      held.push(buffer.subarray(from));
      length += buffer.length - from;
    }
    if (length > LONGEST) {
      throw refused(name, `${name} has a line of more than ${LONGEST} bytes; it is no file of lines.`);
    }
    yield found;
  }
  if (held.length > 0) yield [withoutReturn(Buffer.concat(held))];
}

const withoutReturn = (line: Buffer): Buffer => (line.at(-1) === RETURN ? line.subarray(0, -1) : line);

/** Without the byte order mark that some programs begin a table with. */
export async function* withoutMark(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of chunks) {
    const hasMark = isFirst && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
    yield hasMark ? chunk.subarray(3) : chunk;
    isFirst &&= chunk.length === 0;
  }
}
