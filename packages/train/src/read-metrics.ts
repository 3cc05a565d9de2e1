// What metrics.jsonl tells of a run, while it goes on and after it.
import { existsSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '@twilljs/hub';
import { withFile } from '@twilljs/hub/node';
import { type Measurement, MetricsLines } from './metrics-lines.ts';

/** `metrics.jsonl` as columns. */
export interface Metrics {
  /** The number of every step that has a line, its loss in nats per label, and its tokens per second; NaN where not finite. */
  readonly steps: readonly number[];
  readonly losses: readonly number[];
  readonly speeds: readonly number[];
  /** Tokens read by all steps. */
  readonly tokens: number;
  /** Steps done. */
  readonly step: number;
  /** Steps that were skipped, because loss or gradient were not finite. */
  readonly skipped: readonly number[];
  /** The last measurement on data kept from training. */
  readonly validation: JsonObject | null;
  /** All of them, in order. */
  readonly validations: readonly Measurement[];
  /** Which lines are damaged and left out, one line each. */
  readonly notes: readonly string[];
}

/** Follows the metrics of a run directory: each reading goes on where the last one ended. */
export class MetricsReader {
  private readonly path: string;
  private offset = 0;
  /** The line that ends there: another one in its place says that a resumed run has cut the file and written on. */
  private line: Uint8Array = new Uint8Array();
  private lines: MetricsLines;

  constructor(directory: string) {
    this.path = join(directory, 'metrics.jsonl');
    this.lines = new MetricsLines(this.path);
  }

  /** All lines so far; one that is still being written does not count. */
  read(): Metrics {
    if (existsSync(this.path)) withFile(this.path, ({ fd, size }) => this.readOn(fd, size));
    const { steps, losses, speeds, last, skipped, validations, notes } = this.lines;
    const validation = validations.at(-1)?.values ?? null;
    return { steps, losses, speeds, ...last, skipped, validation, validations, notes };
  }

  private readOn(fd: number, size: number): void {
    const begin = this.offset - this.line.length;
    let bytes = bytesFrom(fd, begin, size);
    if (Buffer.compare(bytes.subarray(0, this.line.length), this.line) !== 0) {
      this.offset = 0;
      this.line = new Uint8Array();
      this.lines = new MetricsLines(this.path);
      bytes = bytesFrom(fd, 0, size);
    }
    this.take(bytes.subarray(this.line.length));
  }

  private take(bytes: Buffer): void {
    let from = 0;
    for (let to = bytes.indexOf(10) + 1; to > 0; to = bytes.indexOf(10, from) + 1) {
      this.line = Uint8Array.from(bytes.subarray(from, to));
      this.lines.add(bytes.toString('utf8', from, to - 1), this.offset + (to - from));
      this.offset += to - from;
      from = to;
    }
  }
}

function bytesFrom(fd: number, begin: number, end: number): Buffer {
  const bytes = Buffer.alloc(Math.max(0, end - begin));
  return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, begin));
}

/** Reads the metrics of a run directory once. */
export function readMetrics(directory: string): Metrics {
  return new MetricsReader(directory).read();
}
