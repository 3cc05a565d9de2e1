// What tells architectures apart: small trainings, three seeds each, whose outcomes theory or the literature foretells.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { taskNamed, taskSettings } from '@twilljs/eval';
import type { SweepCellResult, SweepResults } from '@twilljs/sweep';
import { known } from 'twilljs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mad, separations } from './separations.ts';
import { ended, twill } from './twill.ts';

const home = mkdtempSync(join(tmpdir(), 'twill-separations-'));
const out = join(home, 'sweep');
let cells: readonly SweepCellResult[] = [];

beforeAll(async () => {
  const spec = join(home, 'separations.json');
  writeFileSync(spec, JSON.stringify(separations));
  const started = performance.now();
  // One thread each: models this small gain little by a second.
  const { code, text } = await ended(twill(['sweep', spec, '--out', out, '--jobs', '2', '--threads', '1']));
  expect(code, text).toBe(0);
  ({ cells } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as SweepResults);
  process.stdout.write(`${table()}\nin all ${((performance.now() - started) / 60000).toFixed(1)} minutes\n`);
});

afterAll(() => rmSync(home, { recursive: true }));

type Curve = Readonly<Record<string, number>>;

/** Accuracy at each difficulty, under whichever name the task has it. */
const accuracyOf = ({ accuracy, recall, macroAccuracy }: SweepCellResult) =>
  (accuracy ?? recall ?? macroAccuracy) as Curve;

/** The seeds of a model, by its grid, its mixer and the value of an axis. */
function seedsOf(grid: string, mixer: string, setting?: unknown): SweepCellResult[] {
  const found = cells.filter(({ name, settings = {}, ...cell }) => {
    const isOne = setting === undefined || Object.values(settings).includes(setting as never);
    return name.startsWith(`${grid}-`) && cell.mixer === mixer && isOne;
  });
  expect(found, `${grid}, ${mixer}, ${setting}`).toHaveLength(3);
  return found;
}

/** Accuracy of each seed at a difficulty. */
const at = (difficulty: number, found: readonly SweepCellResult[]): number[] =>
  found.map((cell) => accuracyOf(cell)[difficulty]);

/** Seconds of training, as the run of a cell noted them step by step. */
function secondsOf({ directory, losses }: SweepCellResult): number {
  const lines = readFileSync(join(out, directory, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n');
  const steps = lines.map((line) => JSON.parse(line) as { tokens: number; tokensPerSecond: number });
  const each = steps[0].tokens;
  return steps.slice(0, losses.length).reduce((sum, { tokensPerSecond }) => sum + each / tokensPerSecond, 0);
}

/** Two lines per model: its training, and accuracy at each difficulty, seed by seed. */
function table(): string {
  const modelOf = ({ name }: SweepCellResult) => name.replace(/-s\d+$/, '');
  const lines = [...new Set(cells.map(modelOf))].map((model) => {
    const seeds = cells.filter((cell) => modelOf(cell) === model);
    const minutes = seeds.reduce((sum, cell) => sum + secondsOf(cell), 0) / 60;
    const figures = Object.keys(accuracyOf(seeds[0])).map(
      (d) =>
        `at ${d}: ${at(Number(d), seeds)
          .map((x) => x.toFixed(3))
          .join(' ')}`,
    );
    return `${model}: ${seeds[0].losses.length} steps, ${minutes.toFixed(1)} minutes\n  ${figures.join('; ')}`;
  });
  return lines.join('\n');
}

describe('parity of 23 bits, asked for up to eight times as many', () => {
  it.each(['deltanet', 'gated-deltanet'])('%s with allow_neg_eigval: at least 0.99, best of three seeds', (mixer) => {
    const found = seedsOf('parity', mixer, true);
    for (const length of [24, 48, 96, 192]) expect(Math.max(...at(length, found))).toBeGreaterThanOrEqual(0.99);
  });

  it.each(['deltanet', 'gated-deltanet'])(
    '%s without: at most 0.6 at four times its length, in every seed',
    (mixer) => {
      const found = seedsOf('parity', mixer, false);
      for (const length of [96, 192]) expect(Math.max(...at(length, found))).toBeLessThanOrEqual(0.6);
    },
  );
});

describe('words of S3 in one layer with one Householder', () => {
  it('swaps alone: at least 0.95 up to four times the length, in every seed', () => {
    const found = seedsOf('words', 'deltanet', 'swaps');
    for (const length of [24, 48, 96]) expect(Math.min(...at(length, found))).toBeGreaterThanOrEqual(0.95);
  });

  it('all elements, with the same model and budget: at most 0.6 in every seed, and no row right', () => {
    const found = seedsOf('words', 'deltanet', 'all');
    for (const length of [24, 48, 96, 192]) {
      expect(Math.max(...at(length, found))).toBeLessThanOrEqual(0.6);
      expect(found.map(({ sequenceAccuracy }) => (sequenceAccuracy as Curve)[length])).toEqual([0, 0, 0]);
    }
  });
});

describe('recall of 16 pairs among 64 tokens (MQAR)', () => {
  // Gated DeltaNet, in Zoology beside DeltaNet after some hundred times as many rows, has not begun to learn by then (0.05, 0.01, 0.01).
  it('softmax attention and DeltaNet stand by a half above GLA, in the best of three seeds', () => {
    const best = (mixer: string) => Math.max(...at(16, seedsOf('mqar', mixer)));
    for (const above of ['attention', 'deltanet']) expect(best(above)).toBeGreaterThan(best('gla') + 0.5);
  });
});

describe("MAD's tasks at their baselines, of DeltaNet, best of three seeds", () => {
  // Fuzzy recall, where the paper reaches 0.36 in a hundred times the steps, is printed and not asked for.
  it.each(Object.keys(mad).filter((task) => task !== 'mad-fuzzy-recall'))('%s: twice what guessing has', (task) => {
    const family = taskNamed(known.tasks, task);
    const found = seedsOf(task, 'deltanet').map((cell) => Object.values(accuracyOf(cell)));
    expect(found.map(({ length }) => length)).toEqual([1, 1, 1]);
    expect(Math.max(...found.flat())).toBeGreaterThan(2 * family.chance!(taskSettings(family, {}, task)));
  });
});
