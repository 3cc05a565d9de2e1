// Profiles: scores above chance beside those of others, compared only where the setting is the same; other parts are as they were.
import { type Known, readSweepSpec, type SweepCell } from '@twilljs/sweep';
import { known, profiles, study } from 'twilljs';
import { expect, it } from 'vitest';
import { buildReport } from '../build.ts';
import type { Block } from '../document.ts';
import { loadedFrom, type Measured, made, plausible, syntheticResults } from '../synthetic.test-data.ts';
import { digestOf } from './digest.ts';
import type { Profile } from './profile.ts';

const tasks = profiles.quick.tasks;
const grids = (mixers: readonly string[], seeds = [0], ratios = ['pure']) =>
  tasks.map(({ name, grid }) => ({ ...grid, name, mixers, seeds, ratios }));

/** All that a cell's task is measured by, with one number. */
function at({ asked, data }: SweepCell, value: number): Measured {
  const { sets } = asked.family.probe(data, { seed: 0 });
  const levels = Object.fromEntries(sets.map(({ at }) => [at, value]));
  return Object.fromEntries(asked.measures.map(({ name, kind }) => [name, kind === 'number' ? value : levels]));
}

const probed = (mixers: readonly string[], value: (cell: SweepCell) => number, seeds = [0], ratios = ['pure']) =>
  loadedFrom(
    made({ name: 'probe', grids: grids(mixers, seeds, ratios) }, known, (cell) => at(cell, value(cell))),
    known,
  );

/** Every mixer at three quarters of the way from 0 to 1, of the first task with its digest and of the second with another. */
function othersOf(): Profile['others'] {
  const spec = readSweepSpec({ grids: grids(['gla']) }, known);
  const accuracy = Object.fromEntries(known.mixers.map(({ name }) => [name, [0.75]]));
  const [first, second] = spec.grids;
  return {
    [first.name]: { digest: digestOf(first), accuracy },
    [second.name]: { digest: digestOf(first), accuracy },
  };
}

const drawn = (sweeps: Parameters<typeof buildReport>[0]) =>
  buildReport(sweeps, { ...study, profiles: [{ ...profiles.quick, others: othersOf() }] });

const blocksOf = <K extends Block['kind']>(blocks: readonly Block[], kind: K) =>
  blocks.filter((block): block is Extract<Block, { kind: K }> => block.kind === kind);

it('sets a mixer beside the others where they were asked the same, and says where they were not', () => {
  const { sections } = drawn([probed(['gla'], () => 0.9)]);
  expect(sections.map(({ title }) => title)).toEqual(['Profile of GLA on small tasks', 'How to reproduce it']);
  const [{ blocks }] = sections;
  const [{ head, rows }] = blocksOf(blocks, 'table');
  expect(head.slice(0, 4)).toEqual(['task', 'chance', 'GLA', 'HGRN']);
  expect(head).toHaveLength(2 + known.mixers.length);
  const chance = tasks[0].grid.data && 2 / Number((tasks[0].grid.data as { vocab: number }).vocab);
  const scaled = (accuracy: number) => ((accuracy - Number(chance)) / (1 - Number(chance))).toFixed(2);
  expect(rows[0].slice(2, 4)).toEqual([scaled(0.9), scaled(0.75)]);
  expect(rows[1].slice(3)).toEqual(known.mixers.slice(1).map(() => '–'));
  const labels = rows.map(([label]) => label);
  expect(labels.filter((label) => !label.endsWith(', mean'))).toEqual(tasks.map(({ label }) => label));
  expect(labels).toContain('Recall, mean');
  const [{ text }] = blocksOf(blocks, 'text');
  expect(text).toContain(`Of ${tasks[1].label}, ${tasks[2].label}`);
  expect(text).toContain('no figures of others are at hand');
  expect(blocksOf(blocks, 'pictures')[0].pictures.map(({ title }) => title)).toEqual([
    'GLA: recall and copying',
    'GLA: memory and state tracking',
  ]);
});

it('has every architecture that was trained, over its seeds and ratios', () => {
  const sweep = probed(['gla', 'attention'], ({ seed }) => 0.8 + 0.1 * seed, [0, 1], ['pure', '1:1']);
  const [{ title, blocks }] = drawn([sweep]).sections;
  expect(title).toBe('Profile of GLA, GLA, 1 in 2 full and Transformer on small tasks');
  expect(blocksOf(blocks, 'pictures').map(({ name }) => name)).toEqual([
    ...['profile-gla', 'profile-gla-1-in-2-full', 'profile-transformer'],
  ]);
  const [{ head, caption }] = blocksOf(blocks, 'table');
  expect(head.slice(2, 6)).toEqual(['GLA', 'GLA, 1 in 2 full', 'Transformer', 'HGRN']);
  expect(caption).toContain('means over the seeds');
});

it('has no score of a model that was not measured at the difficulty of training', () => {
  const spec = { name: 'probe', grids: grids(['gla']) };
  const withoutTrained = ({ asked, data }: SweepCell, found: Measured): Measured =>
    Object.fromEntries(
      Object.entries(found).map(([name, value]) => {
        const rest = Object.entries(Object(value)).filter(([level]) => Number(level) !== data[asked.family.axis.field]);
        return [name, rest.length > 0 ? Object.fromEntries(rest) : value];
      }),
    );
  const results = made(spec, known, (cell) => withoutTrained(cell, at(cell, 0.9)));
  const [{ blocks }] = drawn([loadedFrom(results, known)]).sections;
  expect(blocksOf(blocks, 'table')[0].rows[0][2]).toBe('–');
});

it('says what nobody learns', () => {
  const [{ blocks }] = drawn([probed(['gla'], ({ grid }) => (grid === tasks[2].name ? 0.02 : 0.9))]).sections;
  expect(blocksOf(blocks, 'text')[0].text).toContain(`Nobody learns ${tasks[2].label} in so few steps`);
});

it('stands beside the parts of other sweeps, which are what they are without it', () => {
  const small = loadedFrom(syntheticResults('small', plausible), known);
  const [alone, both] = [[small], [small, probed(['gla'], () => 0.5)]].map((sweeps) => drawn(sweeps).sections);
  const titles = both.map(({ title }) => title);
  expect(titles.filter((title) => title.startsWith('Profile'))).toHaveLength(1);
  expect(both.filter(({ title }) => !/^(Profile|How)/.test(title))).toEqual(alone.slice(0, -1));
});

it('is not drawn of a task with another training, or of a section', () => {
  const [task] = tasks;
  const other = { ...task.grid, name: task.name, mixers: ['gla'], training: { steps: 7 } };
  for (const grid of [other, { ...grids(['gla'])[0], section: 'mine' }]) {
    const results = made({ name: 'other', grids: [grid] }, known as Known, (cell) => at(cell, 0.5));
    expect(drawn([loadedFrom(results, known)]).sections[0].title).not.toContain('Profile');
  }
});
