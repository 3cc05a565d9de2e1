// Presets: their options are the tasks' own, rows of them can be made, and the small ones are small.
import { expect, it } from 'vitest';
import { paperPresets, presetName, quickPresets, taskSettings } from '../../index.ts';

const named = [
  ...paperPresets.map((preset) => ({ preset, of: `${presetName(preset)}, as in its paper` })),
  ...quickPresets.map((preset) => ({ preset, of: `${presetName(preset)}, small` })),
];

it.each(named)('$of', ({ preset: { task, data, training } }) => {
  const settings = taskSettings(task, data, task.name);
  const { B, T } = task.batches(settings, { seed: 0, steps: training.steps });
  expect(B).toBe(settings.batch);
  expect(T).toBeGreaterThan(4);
  expect(training.warmup).toBeLessThan(training.steps);
});

it.each([paperPresets, quickPresets])('names and labels are distinct', (...presets) => {
  expect(new Set(presets.map(presetName)).size).toBe(presets.length);
  expect(new Set(presets.map(({ label }) => label)).size).toBe(presets.length);
});

it('has one small preset of each task, of at most two million tokens', () => {
  const tokens = quickPresets.map(({ task, data, training }) => {
    const { B, T } = task.batches(taskSettings(task, data, task.name), { seed: 0, steps: 1 });
    return training.steps * B * T;
  });
  expect(Math.max(...tokens)).toBeLessThanOrEqual(2e6);
  expect(new Set(quickPresets.map(({ task }) => task)).size).toBe(quickPresets.length);
  const small = new Set(quickPresets.map(({ task }) => task));
  expect(paperPresets.every(({ task }) => small.has(task))).toBe(true);
});
