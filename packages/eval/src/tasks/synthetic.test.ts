// Every task that makes its own rows: trained for a step, measured, told; and its measures against what they are by definition.
import { IGNORE, type Task } from '@twilljs/data';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { hybrid } from '@twilljs/hybrid';
import { initializer } from '@twilljs/nn';
import { Trainer } from '@twilljs/train';
import { device, tasks } from 'twilljs';
import { describe, expect, it } from 'vitest';
import {
  betterOf,
  detailLines,
  familiesWith,
  fitsMeasure,
  macroOf,
  madRecallTask,
  measuredText,
  measuresOf,
  measureTask,
  score,
  type TaskFamily,
  taskSettings,
  valuesOf,
  withReadout,
  wordProblemTask,
} from '../index.ts';

const own = tasks.filter(({ readsText }: TaskFamily) => !readsText) as readonly TaskFamily[];

const onDevice = await device({ name: 'wasm' });
const widths = { model_type: 'gated_deltanet', hidden_size: 8, num_heads: 2, head_dim: 4, num_hidden_layers: 1 };
const modelOf = (vocab_size: number, task: Pick<TaskFamily, 'name' | 'readout'> = { name: 'any' }) =>
  hybrid(withReadout({ ...widths, vocab_size }, task), {
    mixers: familiesWith([gatedDeltanet], [task]),
    init: initializer(3),
  }).to(onDevice);

/** Small settings of each, where its own are those of a paper. */
const small: Readonly<Record<string, object>> = {
  length: { length: 12, batch: 2 },
  pairs: { length: 24, batch: 2, pairs: 4, vocab: 64 },
};
const fields: Readonly<Record<string, object>> = { keySize: { length: 12 }, copied: { copied: 2 } };

const settingsOf = (family: TaskFamily) => {
  const more = Object.keys(fields).filter((field) => field in family.fields);
  const given = Object.assign({}, small[family.axis.field], ...more.map((field) => fields[field]));
  return taskSettings(family, given, family.name);
};

describe.each(own.map((family) => ({ family, name: family.name })))('$name', ({ family }) => {
  it('trains, is measured, and tells it', async () => {
    const settings = settingsOf(family);
    const model = await modelOf(family.vocab(settings), family);
    const source = family.batches(settings, { seed: 1, steps: 2 });
    const { loss } = await new Trainer(model, { steps: 1 }).train(source.batch(0));
    expect(loss).toBeGreaterThan(0);
    const probe = family.probe(settings, { seed: 0 });
    const rows = { ...probe, sets: probe.sets.slice(0, 1) };
    const found = await measureTask(model, family, rows);
    const values = valuesOf(family.measures, JSON.parse(JSON.stringify(found))) as Record<string, unknown>;
    for (const one of measuresOf(family, [])) {
      expect(one.kind !== 'told' && fitsMeasure(one, values[one.name]), one.name).toBe(true);
    }
    expect(found[betterOf(family).of]).toBe(Object.values(values[family.measures[0].name] as object).at(-1));
    expect(measuredText(found, family)).toMatch(/accuracy \d\.\d{3} at \d+ \w+ \(chance \d\.\d{3}\)$/);
    expect(detailLines(found, family).length).toBe(family.measures.length - 1);
    expect(family.words?.about?.(settings as never, 8)).toMatch(/[.]$/);
  });

  it('has settings of its own that fit, and refuses what it has not', () => {
    const settings = taskSettings(family, {}, family.name);
    expect(family.vocab(settings)).toBeGreaterThan(1);
    expect(family.chance?.(settings)).toBeGreaterThan(0);
    expect(() => taskSettings(family, { lenght: 3 } as never, family.name)).toThrow('did you mean length?');
  });
});

it('says of a row that it is right only where all of it is, up to each position', async () => {
  const settings = taskSettings(wordProblemTask, { group: 'Z6', length: 5, batch: 1 }, 'data');
  const model = await modelOf(6);
  const probe = wordProblemTask.probe(settings as never, { seed: 0, at: [5] });
  const found = await measureTask(model, wordProblemTask, probe);
  const { hits, B, T } = await score(model, probe.sets[0].rows);
  const upTo = Array.from(
    { length: T },
    (_, t) =>
      Array.from({ length: B }, (_, row) => hits.subarray(row * T, row * T + t + 1).every((hit) => hit === 1)).filter(
        Boolean,
      ).length,
  );
  const [part] = found.accuracy as never[];
  expect(part).toMatchObject({ sequences: { upTo, mean: upTo[T - 1] / B } });
  expect(upTo[0]).toBeGreaterThan(upTo[T - 1]);
});

it('averages over answers, and counts those that are only said as wrong', async () => {
  expect(macroOf([1, 1, 0, 2], [1, 1, 0, 0])).toBeCloseTo((1 + 1 / 2 + 0) / 3, 12);
  expect(macroOf([3, 1], [IGNORE, 1])).toBe(1);
  const settings = taskSettings(madRecallTask, { length: 16, batch: 1 }, 'data');
  const model = await modelOf(16);
  const probe = madRecallTask.probe(settings as never, { seed: 0 });
  const { best, labels } = await score(model, probe.sets[0].rows);
  const found = await measureTask(model, madRecallTask, probe);
  expect(found.hardestMacro).toBe(macroOf(best, labels));
  expect(found.hardestMacro).not.toBe(found.hardest);
});

it('asks a model for what training does not: of the next tokens only those that can be known', () => {
  const settings = taskSettings(madRecallTask, { length: 16, batch: 3 }, 'data') as never;
  const asked = ({ labels }: ReturnType<Task['batch']>) => labels.filter((label) => label !== IGNORE).length;
  expect(asked(madRecallTask.batches(settings, { seed: 0, steps: 1 }).batch(0))).toBe(3 * 15);
  expect(asked(madRecallTask.probe(settings, { seed: 0 }).sets[0].rows)).toBeLessThan(384 * 8);
});
