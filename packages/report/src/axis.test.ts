// What a picture is drawn over follows from what models differ in.
import { exercises, type Measure, type TaskFamily } from '@twilljs/eval';
import type { Known } from '@twilljs/sweep';
import { known } from 'twilljs';
import { expect, it } from 'vitest';
import { settingAxis } from './axis.ts';
import { buildReport } from './build.ts';
import type { Figure } from './figures/figure.ts';
import { markdown } from './markdown.ts';
import { page } from './page.ts';
import { modelsOf } from './part.ts';
import { partsOf } from './parts.ts';
import { loadedFrom, made } from './synthetic.test-data.ts';

const text = { task: 'text', mixers: ['gated-deltanet', 'gla', 'attention'], seeds: [1, 2], training: { steps: 20 } };
const recall = { task: 'mqar', mixers: ['hgrn2', 'attention'], seeds: [1, 2], training: { steps: 20 } };
const bits = ({ settings: { lr } }: { settings: { readonly lr?: unknown } }) => ({ bitsPerByte: 3 - Number(lr ?? 0) });
const pairs = () => ({ recall: { 4: 0.9, 8: 0.6, 16: 0.5 } });

const partIn = (grids: object[], measure: Parameters<typeof made>[2], all: Known = known) =>
  partsOf([loadedFrom(made({ name: 'x', grids }, all, measure), all)]);

it('an axis of numbers is even or goes by factors, as its values do', () => {
  expect(settingAxis('lr', [0.01, 0.0003, 0.001, 0.003]).scale).toBe('log');
  expect(settingAxis('lr', [0.01, 0.0003, 0.001, 0.003]).values.map(({ text }) => text)).toEqual([
    '0.0003',
    '0.001',
    '0.003',
    '0.01',
  ]);
  expect(settingAxis('hidden_size', [32, 64, 128]).scale).toBe('log');
  expect(settingAxis('hidden_size', [32, 48, 64]).scale).toBe('linear');
  expect(settingAxis('weightDecay', [0, 0.1]).scale).toBe('linear');
  expect(settingAxis('decay', ['cosine', 'linear']).scale).toBe('ordinal');
});

it('with several ratios it is the ratio, and the other axes tell lines apart', () => {
  const [part] = partIn([{ ...text, ratios: ['pure', '4'], over: { lr: [0.001, 0.003] } }], bits);
  expect(part.x.name).toBe('ratio');
  expect(part.lines.map(({ name }) => name)).toEqual([
    'Gated DeltaNet, lr 0.001',
    'Gated DeltaNet, lr 0.003',
    'GLA, lr 0.001',
    'GLA, lr 0.003',
  ]);
  expect(part.full.map(({ settings }) => settings.lr)).toEqual([0.001, 0.003]);
});

it('else it is the first setting with several values, and softmax has its own line', async () => {
  const results = made({ grids: [{ ...text, ratios: ['4'], over: { lr: [0.001, 0.01, 0.1] } }] }, known, bits);
  const [part] = partsOf([loadedFrom(results, known)]);
  expect([part.x.name, part.x.scale, part.full.length]).toEqual(['lr', 'log', 0]);
  expect(part.lines.map(({ name }) => name)).toEqual(['Gated DeltaNet', 'GLA', 'Transformer']);
  const drawn = buildReport([loadedFrom(results, known)], { known });
  const said = markdown(drawn);
  expect(said).toContain('The models differ in lr (0.001, 0.01 and 0.1).');
  expect(said).toContain('| GLA, 1 in 4, lr 0.01 | 2.990 [2.990, 2.990] | 2.990 / 2.990 |');
  expect(said).toContain(
    'Best over lr: Gated DeltaNet at 0.1 (2.900), GLA at 0.1 (2.900) and Transformer at 0.1 (2.900).',
  );
  const html = await page(drawn);
  expect(html).toContain('<h3>Loss over lr</h3>');
  expect(html).toContain('>0.01</text>');
  expect(html).not.toMatch(/NaN|undefined/);
});

it('values of an axis may come from several directories', () => {
  const at = (lr: number) => loadedFrom(made({ grids: [{ ...text, over: { lr: [lr] } }] }, known, bits), known);
  const parts = partsOf([at(0.001), at(0.01)]);
  expect(parts).toHaveLength(1);
  expect(parts[0].x.values.map(({ text }) => text)).toEqual(['0.001', '0.01']);
});

it('what has no number is in no picture', async () => {
  const none = { ...surprise, value: () => null };
  const all = { ...known, tasks: [{ ...own, measures: [none] } as never] };
  const results = made({ grids: [{ ...recall, task: 'backwards' }] }, all, () => ({ surprise: null }));
  const html = await page(buildReport([loadedFrom(results, all)], { known: all }));
  expect(html).not.toMatch(/NaN|undefined|Infinity/);
  expect(html).not.toContain('a dot per seed');
});

it('with nothing that differs mixers stand side by side', async () => {
  const drawn = buildReport([loadedFrom(made({ grids: [text] }, known, bits), known)], { known });
  const html = await page(drawn);
  expect(html).toContain('<h3>Bits per byte, a dot per seed</h3>');
  expect(html).toContain('<title>Linear attention: sweep</title>');
});

it('grids of a section are one part, whose models are told apart by what the grids say differently', () => {
  const grids = [
    { ...recall, name: 'slow', section: 'rates', training: { steps: 20, lr: 0.001 } },
    { ...recall, name: 'fast', section: 'rates', training: { steps: 20, lr: 0.01 } },
  ];
  const parts = partIn(grids, pairs);
  expect(parts.map(({ title }) => title)).toEqual(['Recall: rates']);
  expect(parts[0].axes.map(({ name }) => name)).toEqual(['lr']);
  expect(modelsOf(parts[0])).toHaveLength(4);
  const apart = partIn(
    grids.map(({ section: _, ...grid }) => grid),
    pairs,
  );
  expect(apart).toHaveLength(2);
});

const own = {
  ...exercises({
    name: 'backwards',
    title: 'Reversal',
    summary: 'a list said backwards',
    fields: { length: { type: 'integer', default: 16 }, batch: { type: 'integer', default: 8 } },
    axis: { field: 'length', unit: 'tokens' },
    make: () => {
      throw new Error('nobody trains here');
    },
  }),
  ...{ vocab: () => 16, chance: () => 0.125, batches: () => [] },
} as unknown as TaskFamily;

const surprise: Measure = {
  ...{ name: 'surprise', title: 'surprise', kind: 'number', better: 'lower', about: 'Surprise is made up.' },
  value: ({ surprise }) => surprise as number,
  lines: () => [],
};

it("a task of a user's needs no words", () => {
  const all = { ...known, tasks: [...known.tasks, own] };
  const results = made({ grids: [{ ...recall, task: 'backwards', ratios: ['pure', '2'] }] }, all, ({ ratio }) => ({
    accuracy: { 4: 1, 8: ratio === 'pure' ? 0.4 : 0.9 },
  }));
  const said = markdown(buildReport([loadedFrom(results, all)], { known: all }));
  expect(said).toContain(
    'Reversal: a list said backwards, compared by accuracy, of which higher is better. Chance is 0.125.',
  );
  expect(said).toContain(
    'Softmax attention in one layer of 2 raises accuracy for HGRN2 (0.400 to 0.900), in every seed.',
  );
  expect(said).toContain('All this is what is learned in 20 steps: more steps can change it.');
  expect(said).toContain('| model | 4 tokens | 8 tokens | each seed |');
});

it("a measure of a user's is a column; as the first of a task it is what models are compared by", async () => {
  const all = { ...known, measures: [surprise], tasks: [...known.tasks, { ...own, measures: [surprise] } as never] };
  const results = made(
    {
      grids: [
        { ...recall, measures: ['surprise'] },
        { ...recall, task: 'backwards' },
      ],
    },
    all,
    ({ task, mixer }) => ({ ...(task === 'mqar' && pairs()), surprise: mixer === 'hgrn2' ? 120 : 80 }),
  );
  const drawn = buildReport([loadedFrom(results, all)], { known: all });
  const said = markdown(drawn);
  expect(said).toContain('| model | 4 pairs | 8 pairs | 16 pairs | surprise | each seed |');
  expect(said).toContain('Surprise is made up.');
  expect(said).toContain('| HGRN2, pure | 120.000 [120.000, 120.000] | 120.000 / 120.000 |');
  expect(await page(drawn)).toContain('<h3>Surprise, a dot per seed</h3>');
});

it("a figure of a user's is drawn of every part, after the report's own", () => {
  const mine: Figure = {
    name: 'mine',
    title: 'Mine',
    draw: (part, { parts }) =>
      part.x.name === 'ratio'
        ? { kind: 'table', caption: `1 of ${parts.length}`, head: ['a'], rows: [[part.title]] }
        : null,
  };
  const results = made({ grids: [recall, { ...text, over: { lr: [0.001, 0.1] } }] }, known, (cell) =>
    cell.task === 'text' ? bits(cell) : pairs(),
  );
  const { sections } = buildReport([loadedFrom(results, known)], { known, figures: [mine] });
  const titles = sections.map(({ title }) => title);
  expect(titles.filter((title) => title.startsWith('Mine'))).toEqual(['Mine: recall']);
  expect(titles.at(-2)).toBe('Mine: recall');
});

it('rows whose names have settings in them are told apart on the page, and counted in words', async () => {
  const grid = {
    ...recall,
    mixers: ['hgrn2', 'gla'],
    ratios: ['pure', '2'],
    over: { lr: [0.001, 0.003], decay: ['linear', 'cosine'] },
  };
  const results = made({ grids: [grid] }, known, () => ({ recall: { 4: 0.1, 8: 0.1, 16: 0.05 } }));
  const drawn = buildReport([loadedFrom(results, known)], { known });
  expect(markdown(drawn)).toContain('8 of 8 models did not learn the task, alone or woven (at most 0.050).');
  const html = await page(drawn);
  for (const name of ['HGRN2', 'GLA']) {
    expect(html).toContain(`<tspan>${name}</tspan><tspan`); // of two lines
    for (const settings of ['lr 0.001, decay cosine', 'lr 0.003, decay linear'])
      expect(html).toContain(`>${settings}</tspan>`);
  }
  expect(html).not.toContain('…</');
});

it('what a figure draws is checked, since a user may have written it', async () => {
  const results = made({ grids: [recall] }, known, pairs);
  const drawnBy = (block: unknown) => {
    const figure = { name: 'mine', title: 'Mine', draw: () => block } as Figure;
    return buildReport([loadedFrom(results, known)], { known, figures: [figure] });
  };
  const table = { kind: 'table', caption: 'c', head: ['a'], rows: [['b']] };
  const spec = { mark: 'nothing', data: { values: [] } };
  const pictures = { kind: 'pictures', caption: 'c', pictures: [{ title: 'Odd', description: 'd', spec }] };
  const refused: [unknown, RegExp][] = [
    [{ kind: 'plot' }, /^figure mine: it drew .* no kind that is known; draw text, code, table, pictures\.$/],
    [{ title: 'a', blocks: [null] }, /^figure mine: it drew null/],
    [{ ...table, rows: [[3]] }, /^figure mine: the rows of its table .* a list of lists of texts is needed/],
    [{ ...table, caption: undefined }, /^figure mine: the caption of its table/],
    [{ ...pictures, pictures: [spec] }, /^figure mine: the pictures of its pictures .* \{ title, description, spec \}/],
  ];
  for (const [block, message] of refused) expect(() => drawnBy(block)).toThrow(message);
  await expect(page(drawnBy(pictures))).rejects.toThrow(
    /^picture "Odd": Vega-Lite cannot draw it, .*; correct its spec/,
  );
  expect(drawnBy(table).sections.at(-2)?.title).toBe('Mine: recall');
});

it('chance is that of each model, where an axis is an option of the task', () => {
  const task = {
    ...own,
    fields: { ...own.fields, symbols: { type: 'integer', default: 4 } },
    chance: ({ symbols }: { symbols: number }) => 1 / symbols,
  };
  const all = { ...known, tasks: [...known.tasks, task as never] };
  const grid = {
    ...recall,
    task: 'backwards',
    mixers: ['hgrn2', 'attention'],
    ratios: ['2'],
    over: { lr: [0.01, 0.001], symbols: [4, 8] },
  };
  const results = made({ grids: [grid] }, all, () => ({ accuracy: { 4: 0.2, 8: 0.2 } }));
  const { title, lead, sections } = buildReport([loadedFrom(results, all)], { known: all });
  const said = JSON.stringify(sections);
  expect(said).toContain('Chance is 0.125 and 0.250.');
  // Nothing stands alone here, and nothing says so.
  expect(title).toBe('Linear attention woven with softmax: sweep');
  expect(lead).toBe('16 runs: HGRN2 with softmax attention in some layers, beside a plain Transformer.');
});
