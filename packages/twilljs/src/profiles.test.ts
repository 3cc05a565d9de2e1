// The figures that are shipped with the small tasks are of these tasks, and of every mixer.
import { readSweepSpec } from '@twilljs/sweep';
import { expect, it } from 'vitest';
import { digestOf } from '../../report/src/profile/digest.ts';
import { known } from './known.ts';
import { profiles } from './profiles.ts';

const { tasks, others } = profiles.quick;
const { grids } = readSweepSpec({ grids: tasks.map(({ name, grid }) => ({ ...grid, name, mixers: ['gla'] })) }, known);

it.each(grids)('$name', (grid) => {
  const measured = others[grid.name];
  expect(measured?.digest, 'it has changed: measure all mixers again, see scripts/profiles.ts').toBe(digestOf(grid));
  expect(Object.keys(measured.accuracy)).toEqual(known.mixers.map(({ name }) => name));
});

it('has no others', () => {
  expect(Object.keys(others)).toEqual(grids.map(({ name }) => name));
});
