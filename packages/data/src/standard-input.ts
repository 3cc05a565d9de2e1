// Text that is piped in.
import { FileError, OptionError } from '@twilljs/tensor';
import { decompressed } from './formats/bytes.ts';
import { compressionOf, type Format, isText, usual } from './formats/kind.ts';
import { BadLines, type Piece, type RowOptions } from './formats/pieces.ts';
import { readStream } from './formats/read-file.ts';
import { refused } from './refused.ts';

/** What a flag says for standard input. */
export const STANDARD_INPUT = '-';

/** @throws FileError when it cannot be read; an AbortError once `signal` has ended it. */
async function* standardInput(flag: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { stdin } = process;
  const stop = () => stdin.destroy(new DOMException(`${flag} -: stopped while standard input was read.`, 'AbortError'));
  signal.addEventListener('abort', stop);
  try {
    if (signal.aborted) stop();
    yield* stdin as AsyncIterable<Uint8Array>;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (typeof code !== 'string' || code.startsWith('ERR_')) throw error;
    throw new FileError(
      `${flag} -: standard input cannot be read, ${message}; put the text into a file and name that.`,
    );
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * All of standard input.
 *
 * @param flag that asked for it, for messages.
 * @param most bytes: a pipe has no size that could be looked at first.
 * @throws OptionError when there are more; FileError when it cannot be read; an AbortError once `signal` has ended it.
 */
export async function readStandardInput(flag: string, most: number, signal: AbortSignal): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of standardInput(flag, signal)) {
    parts.push(part);
    bytes += part.length;
    if (bytes > most) {
      throw new OptionError(
        `${flag} -: standard input has more than ${most.toLocaleString('en-US')} bytes; put the text into a file and name that.`,
      );
    }
  }
  return Buffer.concat(parts);
}

/** @throws OptionError where a column is named and what is piped in has none. */
export function requireColumns(format: Format = usual, column: string | undefined): void {
  if (column === undefined || !isText(format)) return;
  throw new OptionError(
    `data: column is ${JSON.stringify(column)} but standard input is read as text; say by format what it holds, such as jsonl.`,
  );
}

/** Who is told of what is read. */
interface Told {
  read(bytes: number): void;
  note(line: string): void;
}

/** Documents that are piped in, as much of them as was looked at. */
export class Piped {
  readonly name = 'standard input';
  readonly format: Format;
  private readonly parts: Uint8Array[];
  private readonly rest: AsyncIterator<Uint8Array> | null;

  private constructor(format: Format, parts: Uint8Array[], rest: AsyncIterator<Uint8Array> | null) {
    this.format = format;
    this.parts = parts;
    this.rest = rest;
  }

  /** Looks at `most` bytes. @throws FileError where there is none, or the format is one that is read by position. */
  static async open(flag: string, most: number, signal: AbortSignal, format: Format = usual): Promise<Piped> {
    if (format === 'parquet') {
      throw refused(
        STANDARD_INPUT,
        'parquet is read by position, which a pipe has not; put it into a file and name that.',
      );
    }
    const stream = standardInput(flag, signal)[Symbol.asyncIterator]();
    const parts: Uint8Array[] = [];
    let held = 0;
    while (held <= most) {
      const { done, value } = await stream.next();
      if (done && held === 0) throw new FileError('data: standard input holds no byte; pipe some text into it.');
      if (done) return new Piped(format, parts, null);
      parts.push(value);
      held += value.length;
    }
    return new Piped(format, parts, stream);
  }

  get held(): number {
    return this.parts.reduce((sum, { length }) => sum + length, 0);
  }

  /** All of it, where it is one text and all of it is at hand. */
  get whole(): Uint8Array | null {
    const isPlain = isText(this.format) && compressionOf(this.parts[0]) === null;
    return isPlain && this.rest === null ? Buffer.concat(this.parts) : null;
  }

  /** Its documents, once. */
  async *pieces(rows: RowOptions, told: Told): AsyncGenerator<readonly Piece[]> {
    const bad = new BadLines(this.name, rows.onBadLine);
    const compression = compressionOf(this.parts[0]);
    yield* readStream(decompressed(this.bytes(told), compression), this.format, bad, rows);
    for (const line of bad.note) told.note(line);
  }

  private async *bytes({ read }: Told): AsyncGenerator<Uint8Array> {
    for (let part = this.parts.shift(); part; part = this.parts.shift()) {
      read(part.length);
      yield part;
    }
    for (let next = await this.rest?.next(); next && !next.done; next = await this.rest?.next()) {
      read(next.value.length);
      yield next.value;
    }
  }
}
