// What metrics.jsonl tells of a run, while it goes on and after it.
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '@twilljs/hub';

export interface Metrics {
  /** The steps whose lines are whole. */
  readonly steps: readonly number[];
  /** Loss of each of them, nats per label; NaN where it was not finite. */
  readonly losses: readonly number[];
  /** Tokens per second of each. */
  readonly speeds: readonly number[];
  /** Tokens read by all steps. */
  readonly tokens: number;
  /** Steps done. */
  readonly step: number;
  /** Steps that were skipped, because loss or gradient were not finite. */
  readonly skipped: readonly number[];
  /** The last measurement on data kept from training. */
  readonly validation: JsonObject | null;
  /** All of them, in the order of the steps after which they were made. */
  readonly validations: readonly Measurement[];
}

export interface Measurement {
  readonly step: number;
  readonly values: JsonObject;
}

/** Follows the metrics of a run directory: each reading goes on where the last one ended. */
export class MetricsReader {
  private readonly path: string;
  private offset = 0;
  private steps: number[] = [];
  private losses: number[] = [];
  private speeds: number[] = [];
  private last = { step: 0, tokens: 0 };
  private skipped: number[] = [];
  private validations: Measurement[] = [];

  constructor(directory: string) {
    this.path = join(directory, 'metrics.jsonl');
  }

  /** All lines so far; one that is still being written does not count. */
  read(): Metrics {
    for (const line of this.fresh().split('\n').slice(0, -1)) {
      const record = parsed(line);
      if (record) this.take(record);
    }
    const { steps, losses, speeds, last, skipped, validations } = this;
    return { steps, losses, speeds, ...last, skipped, validation: validations.at(-1)?.values ?? null, validations };
  }

  private take(record: JsonObject & { step: number }): void {
    if (record.validation) {
      this.validations.push({ step: record.step, values: record.validation as JsonObject });
      return;
    }
    this.steps.push(record.step);
    this.losses.push((record.loss as number | null) ?? Number.NaN);
    this.speeds.push(record.tokensPerSecond as number);
    if (record.skipped) this.skipped.push(record.step);
    this.last = { step: record.step, tokens: record.tokens as number };
  }

  /** Whole lines that have come since. */
  private fresh(): string {
    if (!existsSync(this.path)) return '';
    const fd = openSync(this.path, 'r');
    try {
      const { size } = fstatSync(fd);
      if (size < this.offset) this.restart(); // a resumed run has cut off what it will write again
      const bytes = Buffer.alloc(size - this.offset);
      const text = bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, this.offset));
      const whole = text.subarray(0, text.lastIndexOf(10) + 1);
      this.offset += whole.length;
      return whole.toString('utf8');
    } finally {
      closeSync(fd);
    }
  }

  private restart(): void {
    this.offset = 0;
    this.steps = [];
    this.losses = [];
    this.speeds = [];
    this.last = { step: 0, tokens: 0 };
    this.skipped = [];
    this.validations = [];
  }
}

/** A line that a crash of the machine has damaged is as if it were not there: the resumed run writes it again. */
function parsed(line: string): (JsonObject & { step: number }) | null {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** Reads the metrics of a run directory once. */
export function readMetrics(directory: string): Metrics {
  return new MetricsReader(directory).read();
}
