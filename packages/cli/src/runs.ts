// What a run directory tells: its metrics as they were written.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '@twilljs/hub';

export interface Metrics {
  /** Loss of every step, nats per label. */
  readonly losses: readonly number[];
  /** Tokens per second of a step in the middle of the order. */
  readonly tokensPerSecond: number;
  /** Tokens read by all steps. */
  readonly tokens: number;
  /** Steps done. */
  readonly step: number;
  /** The last measurement on data kept from training. */
  readonly validation: JsonObject | null;
}

/** Reads `metrics.jsonl`; a line that is still being written does not count. */
export function readMetrics(directory: string): Metrics {
  const path = join(directory, 'metrics.jsonl');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  const losses: number[] = [];
  const speeds: number[] = [];
  let last = { step: 0, tokens: 0 };
  let validation: JsonObject | null = null;
  for (const line of lines) {
    const record = JSON.parse(line);
    if (record.validation) validation = record.validation;
    else {
      losses.push(record.loss);
      speeds.push(record.tokensPerSecond);
      last = record;
    }
  }
  const tokensPerSecond = [...speeds].sort((a, b) => a - b)[speeds.length >> 1] ?? 0;
  return { losses, tokensPerSecond, tokens: last.tokens, step: last.step, validation };
}
