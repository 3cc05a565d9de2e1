// metrics.jsonl: one JSON object per line, appended while a run goes on.
import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import type { JsonObject } from '@twilljs/hub';
import { attempt, readFile } from '@twilljs/hub/node';
import { FileError } from '@twilljs/tensor';
import { MetricsLines } from './metrics-lines.ts';

/** The open file. Lines are in the order of their `step`, and no step is in it twice. */
export class MetricsLog {
  /** Which lines are damaged, one line each; they stay as they are. */
  readonly notes: readonly string[];
  private readonly path: string;
  private readonly requireOwn: () => void;
  private readonly fd: number;
  private length: number;

  /**
   * Opens or creates the file and cuts off what comes after the lines of `step`, which a resumed run will write again.
   *
   * @param step steps done, 0 for a new run.
   * @param requireOwn called before each line; throws where the directory has come to belong to someone else.
   */
  constructor(path: string, step: number, requireOwn: () => void = () => {}) {
    this.path = path;
    this.requireOwn = requireOwn;
    this.fd = attempt(path, () => openSync(path, existsSync(path) ? 'r+' : 'w+'));
    const bytes = readFile(path);
    this.length = linesOf(bytes, path).lengthUpTo(step);
    this.notes = linesOf(bytes.subarray(0, this.length), path).notes;
    attempt(path, () => ftruncateSync(this.fd, this.length));
  }

  append(record: JsonObject): void {
    const line = new TextEncoder().encode(`${JSON.stringify(record)}\n`);
    this.requireOwn();
    attempt(this.path, () => {
      this.requireThere();
      let written = 0;
      while (written < line.length)
        written += writeSync(this.fd, line, written, line.length - written, this.length + written);
    });
    this.length += line.length;
  }

  /** An open file can be written to after it was moved or removed, but nobody would find the lines. */
  private requireThere(): void {
    const there = statSync(this.path, { bigint: true, throwIfNoEntry: false });
    const open = fstatSync(this.fd, { bigint: true });
    if (there?.ino === open.ino && there.dev === open.dev) return;
    const what = there ? 'replaced by another file' : 'removed';
    throw new FileError(
      `${this.path}: was ${what} while the run went on; bring it back and resume from its last checkpoint.`,
    );
  }

  /** Waits until the lines are on disk: before the checkpoint that stands for them. */
  flush(): void {
    attempt(this.path, () => fsyncSync(this.fd));
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
  }
}

function linesOf(bytes: Uint8Array, path: string): MetricsLines {
  const lines = new MetricsLines(path);
  let begin = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, begin)) {
    lines.add(new TextDecoder().decode(bytes.subarray(begin, end)), end + 1);
    begin = end + 1;
  }
  return lines;
}
