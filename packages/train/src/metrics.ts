// metrics.jsonl: one JSON object per line, appended while a run goes on.
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { JsonObject } from '@twilljs/hub';
import { attempt, readFile } from '@twilljs/hub/node';

/** The open file. Lines are in the order of their `step`, and no step is in it twice. */
export class MetricsLog {
  private readonly path: string;
  private readonly fd: number;

  /**
   * Opens or creates the file and cuts off the lines of steps after `step`, which a resumed run will write again.
   *
   * @param step steps done, 0 for a new run.
   */
  constructor(path: string, step: number) {
    this.path = path;
    this.fd = attempt(path, () => openSync(path, existsSync(path) ? 'r+' : 'w+'));
    this.length = lengthUpTo(readFile(path), step);
    attempt(path, () => ftruncateSync(this.fd, this.length));
  }

  private length: number;

  append(record: JsonObject): void {
    const line = new TextEncoder().encode(`${JSON.stringify(record)}\n`);
    attempt(this.path, () => {
      let written = 0;
      while (written < line.length)
        written += writeSync(this.fd, line, written, line.length - written, this.length + written);
    });
    this.length += line.length;
  }

  /** Waits until the lines are on disk: before the checkpoint that stands for them. */
  flush(): void {
    attempt(this.path, () => fsyncSync(this.fd));
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** Bytes of the leading lines that are whole, are JSON and belong to steps up to `step`. */
function lengthUpTo(bytes: Uint8Array, step: number): number {
  let length = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, length)) {
    const at = stepOf(new TextDecoder().decode(bytes.subarray(length, end)));
    if (!(at <= step)) break;
    length = end + 1;
  }
  return length;
}

function stepOf(line: string): number {
  try {
    return Number((JSON.parse(line) as { step?: number }).step);
  } catch {
    return Number.NaN;
  }
}
