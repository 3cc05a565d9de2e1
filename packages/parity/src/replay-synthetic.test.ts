// Rows of synthetic tasks: all of the goldens hold, whatever is changed in them is found, and what is damaged is told with its place.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpu, rng } from '@twilljs/tensor';
import { afterAll, expect, it } from 'vitest';
import { dataOf, replayGoldens } from './node.ts';
import { replaySynthetic as replay } from './replay-synthetic.ts';

const home = mkdtempSync(join(tmpdir(), 'twill-synthetic-'));
afterAll(() => rmSync(home, { recursive: true }));

type Json = { [name: string]: Json } & Json[];

const pathOf = (name: string) => new URL(`../../../golden/evals/synthetic/${name}.json`, import.meta.url).pathname;
const read = (name: string): Json => JSON.parse(readFileSync(pathOf(name), 'utf8'));

function replayed(json: unknown) {
  const path = join(home, 'golden.json');
  writeFileSync(path, JSON.stringify(json));
  return replay(path);
}

it('holds in all cases of the files in a folder', async () => {
  const folder = new URL('../../../golden/evals/synthetic', import.meta.url).pathname;
  const outcome = await replayGoldens([folder], { mixers: [], device: cpu(), label: 'here' });
  expect(dataOf(outcome)).toMatchObject({
    ok: true,
    goldens: 3,
    skipped: [],
    cases: { count: 28 + 38 + 68, wrong: [] },
  });
});

it('refuses a file of another form', () => {
  expect(() => replayed({ layout: [] })).toThrow(
    /it has neither layout and histogram, or instances and macro_accuracy/,
  );
});

/** Without histograms, which take seconds. */
const files = { mqar: { ...read('mqar'), histogram: [] }, mad: read('mad'), state: read('state') };

it.each<[keyof typeof files, string, (json: Json) => void]>([
  ['mqar', 'labels', ({ layout }) => swap(layout[1].examples[2].labels, 40)],
  ['mqar', 'inputs', ({ layout }) => swap(layout[0].examples[0].inputs, 9)],
  ['mqar', 'labels', ({ forgetting }) => bump(forgetting.examples[3].labels)],
  ['mqar', 'inputs', ({ compositional }) => bump(compositional.examples[0].inputs)],
  ['mad', 'targets', ({ instances }) => bump(instances[0].examples[2].targets)],
  ['mad', 'targets', ({ instances }) => swap(instances[3].examples[3].targets, 20)],
  ['mad', 'targets', ({ instances }) => swap(instances[4].examples[0].targets, 2)],
  ['mad', 'targets', ({ instances }) => bump(instances[6].examples[1].targets)],
  ['mad', 'mean_targets', ({ facts }) => Object.assign(facts['in-context-recall'], { mean_targets: 57 })],
  ['mad', 'macro', ({ macro_accuracy: [, one] }) => Object.assign(one, { macro: 0.51 })],
  ['state', 'checksum', ({ groups }) => Object.assign(groups.A4, { checksum: 1 })],
  ['state', 'table', ({ groups }) => swap(groups.S4.table[3], 2)],
  ['state', 'elements', ({ groups }) => groups.S3.elements.reverse()],
  ['state', 'target', ({ groups }) => bump(groups.A5.rollouts[0].target)],
  ['state', 'answer', ({ formal_language: of }) => Object.assign(of.parity.sequences[0], { 8: 2 })],
  ['state', 'sequence', ({ formal_language: of }) => swap(of.modular_arithmetic.sequences[2], 9)],
  ['state', 'prediction_mask', ({ formal_language: of }) => Object.assign(of.parity.prediction_mask[1], { 3: 2 })],
  ['state', 'labels', ({ circuits }) => swap(circuits.cumulative_majority.labels[0], 4)],
  ['state', 'length', ({ circuits }) => Object.assign(circuits.cumulative_parity, { length: 8 })],
])('%s: finds a change of %s', (name, what, change) => {
  const json = structuredClone(files[name]) as Json;
  change(json);
  const { wrong } = replayed(json);
  expect(new Set(wrong.map((one) => one.what))).toContain(what);
});

it('finds a slot that is used too seldom', () => {
  const [histogram] = (read('mqar').histogram as Json[]).filter(({ length }) => Number(length) === 64);
  const used = histogram.slot_used_fraction as unknown as number[];
  const slots = used.with(3, used[3] + 0.04);
  const { count, wrong } = replayed({ layout: [], histogram: [{ ...histogram, slot_used_fraction: slots }] });
  expect([count, wrong]).toMatchObject([1, [{ what: 'slots used too often or too seldom', ours: [3], expected: [] }]]);
});

it('tells what is damaged by its place, and is never lost for words', () => {
  const random = rng(5);
  const junk = [null, 'x', -1, 1.5, 1e9, [], {}, [[0]], true];
  let [told, found] = [0, 0];
  const { S5: _, A5: __, ...groups } = files.state.groups;
  for (const [name, json] of Object.entries({ ...files, state: { ...files.state, groups } })) {
    for (let i = 0; i < 50; i++) {
      const damaged = structuredClone(json) as Json;
      damage(damaged, (n) => random.int(n), junk[random.int(junk.length)]);
      const path = join(home, 'damaged.json');
      writeFileSync(path, JSON.stringify(damaged));
      try {
        found += Number(replay(path).wrong.length > 0);
      } catch (error) {
        expect((error as Error).name, `${name}: ${(error as Error).stack}`).toMatch(/^(FileError|OptionError)$/);
        told += Number((error as Error).message.startsWith(path));
      }
    }
  }
  expect(told).toBeGreaterThan(40);
  expect(found).toBeGreaterThan(0);
});

/** Changes a label, or makes one of none. */
function bump(list: unknown): void {
  const numbers = list as number[];
  const at = numbers.findIndex((x) => x > 0);
  numbers[at] = numbers[at] === 1 ? 0 : numbers[at] - 1;
}

/** Moves one number to another place. */
function swap(list: unknown, at: number): void {
  const numbers = list as number[];
  const other = numbers.findIndex((x) => x !== numbers[at % numbers.length]);
  [numbers[at % numbers.length], numbers[other]] = [numbers[other], numbers[at % numbers.length]];
}

/** Puts junk in a random place. */
function damage(json: Json, pick: (n: number) => number, junk: unknown): void {
  let at: Json = json;
  for (;;) {
    const keys = Object.keys(at);
    const key = keys[pick(keys.length)];
    const inner: Json | undefined = at[key];
    if (typeof inner !== 'object' || inner === null || Object.keys(inner).length === 0 || pick(5) === 0) {
      (at as Record<string, unknown>)[key] = junk;
      return;
    }
    at = inner;
  }
}
