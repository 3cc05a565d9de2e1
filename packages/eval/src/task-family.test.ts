// Tasks and measures as values: what they make and find is what the functions below them make and find.
import { evaluationWindows, IGNORE, makeTask, mqar, parity, windows } from '@twilljs/data';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { hybrid } from '@twilljs/hybrid';
import { initializer } from '@twilljs/nn';
import { cpu, OptionError, rng } from '@twilljs/tensor';
import { describe, expect, it } from 'vitest';
import {
  betterOf,
  brokenText,
  detailLines,
  evaluateTask,
  evaluateWindows,
  exercises,
  fitsMeasure,
  lossUnitOf,
  type Measure,
  measuredText,
  measuresOf,
  measureTask,
  mqarTask,
  mqarUniformTask,
  mqarZoologyTask,
  parityTask,
  settingsToRecord,
  type TaskFamily,
  taskNamed,
  taskRecord,
  taskSettings,
  textTask,
  valuesOf,
} from './index.ts';

const tasks = [mqarTask, mqarUniformTask, mqarZoologyTask, parityTask, textTask] as const;
const model = await hybrid(
  { model_type: 'gated_deltanet', hidden_size: 8, num_heads: 2, head_dim: 4, num_hidden_layers: 1, vocab_size: 256 },
  { mixers: [gatedDeltanet], init: initializer(3) },
).to(cpu());
const bytes = Uint8Array.from(rng(1).ints(700, 256));
const text = { train: { tokens: bytes.subarray(0, 400) }, evaluation: { tokens: bytes.subarray(400) } };
const read = (family: TaskFamily, given = {}) => taskSettings(family, given, 'data') as never;

describe('a task', () => {
  it('makes the batches of its generator', () => {
    const options = read(mqarTask, { length: 16, pairs: 4, batch: 3 });
    const own = mqar({ length: 16, pairs: 4, batch: 3, vocab: 64, steps: 9, source: rng(5).fork('data') });
    const made = mqarTask.batches(options, { seed: 5, steps: 9 });
    for (const step of [0, 4, 8]) expect(made.batch(step)).toEqual(own.batch(step));
    const windowed = windows({ tokens: text.train.tokens, length: 20, batch: 2, source: rng(5).fork('data') });
    expect(textTask.batches(read(textTask, { length: 20, batch: 2 }), { seed: 5, steps: 9, text }).batch(3)).toEqual(
      windowed.batch(3),
    );
  });

  it('knows its ids, its chance and its own defaults', () => {
    expect(tasks.map((family) => family.vocab(read(family)))).toEqual([64, 128, 8192, 2, 256]);
    expect(tasks.map((family) => family.chance?.(read(family)))).toEqual([1 / 32, 1 / 64, 1 / 4096, 0.5, undefined]);
    expect(taskRecord(parityTask, read(parityTask))).toEqual({ kind: 'parity', length: 24, batch: 64 });
    expect(tasks.map((family) => betterOf(family))).toEqual([
      ...Array(4).fill({ of: 'hardest', direction: 'higher' }),
      { of: 'bitsPerByte', direction: 'lower' },
    ]);
  });

  it('is found by its name and its aliases', () => {
    expect(taskNamed(tasks, 'recall')).toBe(mqarTask);
    expect(taskNamed(tasks, 'lm')).toBe(textTask);
    expect(() => taskNamed(tasks, 'mqr', 'grids[0]: task')).toThrow(
      /^grids\[0\]: task is "mqr" where "mqar", "recall", .* is needed; did you mean mqar\?$/,
    );
    expect(() => taskNamed(tasks, undefined)).toThrow('task is undefined where "mqar", ');
  });

  it('refuses options that are not its own, and steps beyond all use', () => {
    expect(() => taskSettings(parityTask, { pairs: 2 }, 'data')).toThrow(
      'data: there is no option pairs; it has length, batch',
    );
    expect(() => taskSettings(mqarTask, { vocab: 3 }, 'data')).toThrow('data: vocab is 3 where an integer from 4');
    expect(() => taskSettings(mqarTask, { length: 2 ** 18 }, 'data')).toThrow(
      'makes 8388608 tokens a step, above the limit of 4194304',
    );
    expect(() => mqarTask.probe(read(mqarTask, { pairs: 20 }), { seed: 0 })).toThrow('mqar: 20 pairs');
    expect(() => textTask.probe(read(textTask), { seed: 0 })).toThrow(OptionError);
    expect(() =>
      textTask.probe(read(textTask), { seed: 0, text: { tokens: new Uint8Array(1), what: 'book.txt' } }),
    ).toThrow('book.txt has one byte, of which none can be predicted; give more text.');
  });
});

describe('a measurement', () => {
  it('of exercises is that of evaluateTask', async () => {
    const options = read(parityTask, { length: 3 });
    const found = await measureTask(model, parityTask, parityTask.probe(options, { seed: 0 }));
    const [easy, hard] = await evaluateTask(model, parity({ length: 3, source: rng(0) }));
    expect(found).toMatchObject({ task: 'parity', notFinite: null, rows: 384, chance: 0.5 });
    expect(found.hardest).toBe(hard.accuracy.mean);
    expect(valuesOf(parityTask.measures, found)).toEqual({
      accuracy: { 3: easy.accuracy.mean, 12: hard.accuracy.mean },
    });
    expect(measuredText(found, parityTask)).toBe(
      `accuracy ${easy.accuracy.mean.toFixed(3)} at 3 tokens, ${hard.accuracy.mean.toFixed(3)} at 12 tokens (chance 0.500)`,
    );
    const other = await measureTask(model, parityTask, parityTask.probe(options, { seed: 0, at: [5] }));
    expect(valuesOf(parityTask.measures, other)?.accuracy).toEqual({ 5: expect.any(Number) });
  });

  it('of text is that of evaluateWindows, over as many windows as could lie beside each other', async () => {
    const probe = textTask.probe(read(textTask, { length: 60 }), {
      seed: 2,
      text: { tokens: text.evaluation.tokens, what: 'it' },
    });
    expect(probe.windows).toEqual(
      evaluationWindows({ tokens: text.evaluation.tokens, length: 60, count: 5, source: rng(2) }),
    );
    const found = await measureTask(model, textTask, probe);
    const { bitsPerToken } = await evaluateWindows(model, probe.windows, { warmup: 30 });
    expect(found).toMatchObject({ bitsPerByte: bitsPerToken.mean, windows: 5, length: 60, warmup: 30, bytes: 300 });
    const values = valuesOf(textTask.measures, found) as Record<string, unknown>;
    expect(Object.keys(values)).toEqual(['bitsPerByte', 'bitsByPosition', 'copyGain']);
    expect(textTask.measures.every((one) => one.kind !== 'told' && fitsMeasure(one, values[one.name]))).toBe(true);
    expect(detailLines(found, textTask)[0]).toMatch(/^measured {5}5 windows of 60, which predict \d+ of 300 bytes/);
  });

  it('of text in ids of a tokenizer is bits per token, and bits per byte by the bytes of the text', async () => {
    const settings = read(textTask, { length: 60 });
    const [own, ids] = [undefined, 900].map((bytes) =>
      textTask.probe(settings, {
        seed: 2,
        text: { tokens: text.evaluation.tokens, what: 'it', ...(bytes && { bytes }) },
      }),
    );
    const [of, found] = [await measureTask(model, textTask, own), await measureTask(model, textTask, ids)];
    expect(found).toMatchObject({ bitsPerToken: of.bitsPerByte, bytes: 900, bytesPerToken: 3, tokens: 300 });
    expect(of).not.toHaveProperty('bitsPerToken');
    const per = ({ bitsPerByte, standardError, copyGain, bitsByPosition }: typeof of) => [
      ...[bitsPerByte, standardError, (copyGain as { mean: number }).mean],
      (bitsByPosition as { bitsPerByte: number }[])[3].bitsPerByte,
    ];
    for (const [i, value] of per(found).entries()) expect(value).toBeCloseTo((per(of)[i] as number) / 3, 12);
    const lines = detailLines(found, textTask);
    expect(measuredText(found, textTask)).toMatch(/ bits per byte, \d\.\d{3} bits per token of 3\.00 bytes$/);
    expect(lines[0]).toMatch(/^measured {5}5 windows of 60, which predict \d+ of 300 tokens/);
    expect(lossUnitOf(textTask, { tokenizer: {} }).name).toBe('bits per token');
    expect(lossUnitOf(textTask, {})).toBe(textTask.lossUnit);
  });

  it('counts all of a text, and each byte once, where windows are not asked for', async () => {
    const probe = textTask.probe(read(textTask, { length: 40 }), {
      seed: 0,
      text: { tokens: text.evaluation.tokens, what: 'it' },
    });
    let parts = 0;
    const found = await measureTask(model, textTask, probe, {
      all: true,
      onPart: (done) => {
        parts = done;
      },
    });
    expect(found.bytesMeasured).toBe(299);
    expect(parts).toBe(found.windows);
  });

  it('has further measures beside those of the task, which are refused under a name that is taken', async () => {
    const labels: Measure = {
      name: 'labels',
      title: 'labels',
      kind: 'number',
      better: null,
      compute: async (_, { sets }) => ({ labels: sets[0].rows.labels.filter((y) => y !== IGNORE).length }),
      value: ({ labels }) => labels as number,
      lines: ({ labels }) => [`labels ${labels}`],
    };
    const measures = measuresOf(parityTask, [labels]);
    const options = read(parityTask, { length: 3 });
    const found = await measureTask(model, parityTask, parityTask.probe(options, { seed: 0 }), { measures });
    expect(valuesOf(measures, found)?.labels).toBe(3 * 384);
    expect(detailLines(found, parityTask, measures)).toEqual(['labels 1152']);
    expect(() => measuresOf(parityTask, [labels, labels])).toThrow('two of its measures are called labels');
  });

  it('that finds no number where it should says so, and a file cannot make nothing of it', async () => {
    const { measures } = textTask;
    const broken: Measure = {
      ...{ name: 'entropy', title: 'entropy', kind: 'number', better: null },
      compute: async () => ({ entropy: Number.NaN }),
      value: ({ entropy }) => entropy as number | null,
      lines: ({ entropy }) => [`entropy ${entropy}`],
    };
    const probe = parityTask.probe(read(parityTask, { length: 3 }), { seed: 0 });
    const found = await measureTask(model, parityTask, probe, { measures: [broken] });
    expect(brokenText(found)).toBe('the model is not finite, first at the measure entropy');
    expect(valuesOf([broken], JSON.parse(JSON.stringify(found)))).toBe(null);
    expect(valuesOf(measures, { bitsPerByte: 2, bitsByPosition: [], copyGain: null })?.copyGain).toBe(null);
  });

  it('without numbers, or from a damaged record, has no values', () => {
    expect(valuesOf(mqarTask.measures, { accuracy: [] })).toBe(null);
    expect(valuesOf(textTask.measures, { bitsPerByte: null, bitsByPosition: [], copyGain: null })).toBe(null);
    const [recall] = mqarTask.measures;
    for (const value of [{}, { 4: 1.5 }, { 4: null }, { x: 1 }, 'a', 0.5]) {
      expect(fitsMeasure(recall, value), JSON.stringify(value)).toBe(false);
    }
    expect(fitsMeasure(recall, { 4: 1, 8: 0 })).toBe(true);
  });
});

it('a task of one file needs a generator, a table and a few words', async () => {
  const copy = exercises({
    name: 'copy',
    title: 'Copying',
    summary: 'copying of symbols',
    fields: {
      length: { type: 'integer', default: 8 },
      batch: { type: 'integer', default: 2 },
      symbols: { type: 'integer', default: 4 },
    },
    axis: { field: 'length', unit: 'tokens' },
    make: ({ length, batch, symbols }, source) =>
      makeTask({
        ...{ name: 'copy', vocab: symbols + 1, chance: 1 / symbols, difficulties: [length], batch, source },
        length: (tokens) => tokens,
        difficulty: () => length,
        check: () => {},
        write({ inputs, labels, T }, row, _, random) {
          const symbolsOf = random.ints(T / 2, symbols);
          inputs.set(symbolsOf, row * T);
          inputs.fill(symbols, row * T + T / 2, (row + 1) * T);
          labels.set(symbolsOf, row * T + T / 2);
        },
      }),
  });
  const options = taskSettings(copy, { symbols: 6 }, 'data') as never;
  expect([copy.vocab(options), copy.chance?.(options)]).toEqual([7, 1 / 6]);
  expect(copy.batches(options, { seed: 1, steps: 4 }).batch(0).inputs.at(-1)).toBe(6);
  const found = await measureTask(model, copy, copy.probe(options, { seed: 0 }));
  expect(measuredText(found, copy)).toMatch(/^accuracy 0\.\d+ at 8 tokens \(chance 0\.167\)$/);
});

it('what a record has of settings leaves out the default of an option that came later', () => {
  const settings = (given: object) => taskSettings(textTask as never, given, 'test');
  expect(settingsToRecord(textTask as never, settings({}))).toEqual({ length: 256, batch: 4 });
  expect(taskRecord(textTask as never, settings({ packing: 'together' }), { sha256: '0' })).toEqual({
    ...{ kind: 'text', sha256: '0', length: 256, batch: 4 },
  });
  expect(settingsToRecord(textTask as never, settings({ packing: 'apart' }))).toMatchObject({ packing: 'apart' });
});
