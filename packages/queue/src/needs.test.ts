// What cells need: classes by powers of two, what fits, and why the rest is skipped.
import { planSweep, readSweepSpec } from '@twilljs/sweep';
import { known, sweepPresets } from 'twilljs';
import { expect, it } from 'vitest';
import { classesOf, classOf, fits, skipText } from './needs.ts';
import { cells } from './sweep.test-data.ts';

const always = () => Number.POSITIVE_INFINITY;

it('cells of one model are of one class, and all cells of a sweep are in some', () => {
  expect(classesOf(cells)).toEqual([
    { name: classOf(cells[0]), cells: 6, memory: 16 * cells[0].parameters, flops: cells[0].trainingFlops },
  ]);
  const grid = planSweep(readSweepSpec(sweepPresets.small, known), known);
  const classes = classesOf(grid);
  expect(classes.reduce((sum, one) => sum + one.cells, 0)).toBe(58);
  for (const cell of grid) {
    const own = classes.find(({ name }) => name === classOf(cell));
    expect(16 * cell.parameters).toBeLessThanOrEqual(own?.memory as number);
    expect(own?.memory).toBeLessThan(2 * 16 * cell.parameters);
    expect(cell.trainingFlops).toBeLessThanOrEqual(own?.flops as number);
  }
  expect(classes.map(({ flops }) => flops)).toEqual(classes.map(({ flops }) => flops).sort((a, b) => b - a));
});

it('the models of the paper fit a card of 80 GB, those of 1.3B no laptop of 16', () => {
  const classes = classesOf(planSweep(readSweepSpec(sweepPresets.paper, known), known));
  expect(classes.every((one) => fits(one, { memory: 80e9, flops: always }))).toBe(true);
  const laptop = { memory: 16e9, flops: always };
  const skipped = classes.filter((one) => !fits(one, laptop));
  expect(skipped.reduce((sum, { cells }) => sum + cells, 0)).toBe(31);
  expect(skipText(skipped[0], laptop)).toMatch(/^skips \d+ cells of up to 2\d GiB: here are 15 GiB for each$/);
  expect(skipText(classes.at(-1) as never, laptop)).toBe(null);
});

it('time that is left is counted in arithmetic', () => {
  const [one] = classesOf(cells);
  const means = { memory: 1e9, flops: () => one.flops / 2 };
  expect(fits(one, means)).toBe(false);
  expect(skipText(one, means)).toMatch(/^skips 6 cells of up to .*e\+6 FLOPs: the time that is left here suffices for/);
});
