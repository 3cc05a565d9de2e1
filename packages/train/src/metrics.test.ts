// metrics.jsonl: appended, and cut to the resume point.
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MetricsLog } from './metrics.ts';

let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'twill-metrics-')), 'metrics.jsonl');
});
afterEach(() => rmSync(join(path, '..'), { recursive: true }));

function log(from: number, steps: number[]): void {
  const metrics = new MetricsLog(path, from);
  for (const step of steps) metrics.append({ step, loss: 1 / step });
  metrics.flush();
  metrics.close();
}
const lines = () => readFileSync(path, 'utf8').split('\n').filter(Boolean);
const steps = () => lines().map((line) => JSON.parse(line).step);

it('appends one object per line', () => {
  log(0, [1, 2, 3]);
  expect(lines()[1]).toBe('{"step":2,"loss":0.5}');
  log(3, [4]);
  expect(steps()).toEqual([1, 2, 3, 4]);
});

it('holds no step twice after a resume', () => {
  log(0, [1, 2, 3, 4, 5]);
  log(3, [4, 5, 6]);
  expect(steps()).toEqual([1, 2, 3, 4, 5, 6]);
  log(0, [1]);
  expect(steps()).toEqual([1]);
});

it('drops a line that a killed run left half-written, and all after one that is no record', () => {
  log(0, [1, 2]);
  appendFileSync(path, '{"step":3,"lo');
  log(2, [3]);
  expect(steps()).toEqual([1, 2, 3]);
  writeFileSync(path, '{"step":1}\nnoise\n{"step":2}\n');
  log(5, []);
  expect(steps()).toEqual([1]);
});

it('writes what is not finite as null, since JSON has no word for it', () => {
  const metrics = new MetricsLog(path, 0);
  metrics.append({ step: 1, loss: Number.NaN });
  metrics.close();
  expect(lines()).toEqual(['{"step":1,"loss":null}']);
});

it('says when it cannot be opened', () => {
  expect(() => new MetricsLog(join(path, 'x'), 0)).toThrow(/does not exist; check the path/);
});
