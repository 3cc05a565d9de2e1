// Benchmarks in a report: a table with intervals, differences, what papers print of the same tasks, and a picture.
import { type Benchmark, benchmarksIn, grouped, type Suite } from '@twilljs/eval';
import { type Block, paragraph, type Section } from '../document.ts';
import { fixed, listed, rangeText, signed } from '../text/stats.ts';
import { type Cell, type ComparedFigure, type ComparedModel, comparedFigures, pairsOf } from './compared.ts';
import { type FoundTask, isOfSize } from './found.ts';
import { benchmarkPicture } from './picture.ts';
import { sizeSections } from './sizes.ts';
import type { Interval } from './statistics.ts';

type Table = Extract<Block, { kind: 'table' }>;

/** None where no model has results. @param suites whose benchmarks say what was published. */
export function benchmarkSections(models: readonly ComparedModel[], suites: readonly Suite[]): Section[] {
  const figures = comparedFigures(models);
  if (figures.length === 0) return [];
  const known = suites.length > 0 ? benchmarksIn(suites) : [];
  const notes = models.flatMap(({ runs }) => runs.flatMap((run) => run.notes.map((note) => `${run.name}: ${note}.`)));
  const told = paragraph([howToRead(models, figures), ...saidIn(models), ...notes].filter(Boolean).join(' '));
  const bySize = figures.filter(({ metric }) => isOfSize(metric));
  const others = figures.filter(({ metric }) => !isOfSize(metric));
  const picture = benchmarkPicture(models, others, known);
  const whole: Block[] = [
    ...(others.length > 0 ? [figureTable(models, others)] : []),
    ...(picture ? [picture] : []),
    ...groupTable(models),
  ];
  const sections = [
    ...(whole.length > 0 ? [{ title: 'Benchmarks', blocks: whole }] : []),
    ...sizeSections(models, bySize, suites),
  ];
  return [
    ...sections.map((section, i) => (i === 0 ? { ...section, blocks: [...section.blocks, told] } : section)),
    ...(models.length > 1 ? [differences(models, figures)] : []),
    ...publishedSections(models, figures, known),
  ];
}

function figureTable(models: readonly ComparedModel[], figures: readonly ComparedFigure[]): Table {
  return {
    kind: 'table',
    caption:
      'In brackets: 95 % intervals, of shares of right answers by Wilson, of others by bootstrap over the documents. ↑ more is better, ↓ less.',
    head: ['task', 'metric', 'documents', 'examples', ...models.map(({ name }) => name)],
    rows: figures.map((figure) => [
      figure.task.name,
      metricText(figure),
      documentsText(figure.task),
      figure.task.shots === null ? '–' : String(figure.task.shots),
      ...figure.cells.map(cellText),
    ]),
    strong: figures.flatMap(({ cells }, row) =>
      cells.flatMap((cell, i) => (cell?.isBest ? [[row, 4 + i] as const] : [])),
    ),
  };
}

const metricText = ({ metric, higherIsBetter }: ComparedFigure): string =>
  `${metric}${higherIsBetter === null ? '' : higherIsBetter ? ' ↑' : ' ↓'}`;

const documentsText = ({ n, original }: FoundTask): string =>
  n === original ? grouped(n) : `${grouped(n)} of ${grouped(original)}`;

const intervalText = ([low, high]: Interval, text: (value: number) => string): string =>
  `[${text(low)}, ${text(high)}]`;

export function cellText(cell: Cell | null): string {
  if (!cell) return '–';
  return cell.interval ? `${number(cell.value)} ${intervalText(cell.interval, number)}` : number(cell.value);
}

/** Large ones, such as perplexities, with fewer digits behind the point. */
export const number = (value: number): string =>
  Math.abs(value) >= 1e5 ? value.toExponential(2) : fixed(value, Math.abs(value) >= 100 ? 1 : 3);

function signedNumber(value: number): string {
  if (Math.abs(value) < 100) return signed(value);
  return Math.abs(value) < 1e5 ? signed(value, 1) : `${value < 0 ? '−' : '+'}${number(Math.abs(value))}`;
}

/** Figures of suites as they were written, of one run each. */
function groupTable(models: readonly ComparedModel[]): Table[] {
  const runs = models.flatMap((model) => model.runs);
  const keys = new Map(
    runs.flatMap(({ groups }) =>
      groups.flatMap(({ name, figures }) =>
        figures.flatMap(({ metric }) => (isOfSize(metric) ? [] : [[`${name}\n${metric}`, [name, metric]] as const])),
      ),
    ),
  );
  if (keys.size === 0) return [];
  const rows = [...keys.values()].map(([name, metric]) => [
    name,
    metric,
    ...runs.map(({ groups }) => {
      const found = groups.find((one) => one.name === name)?.figures.find((one) => one.metric === metric);
      if (!found) return '–';
      return found.error === null ? number(found.value) : `${number(found.value)} ± ${number(found.error)}`;
    }),
  ]);
  const caption = 'Suites; after ± stands the standard error over the documents.';
  return [{ kind: 'table', caption, head: ['suite', 'metric', ...runs.map(({ name }) => name)], rows }];
}

/** Notes of results, each with the tasks that it is of. */
function saidIn(models: readonly ComparedModel[]): string[] {
  const tasks = new Map<string, Set<string>>();
  for (const note of models.flatMap(({ runs }) => runs.flatMap(({ said }) => said))) {
    const [, task = '', text = note] = /^([\w-]+): (.*)$/s.exec(note) ?? [];
    tasks.set(text, (tasks.get(text) ?? new Set()).add(task));
  }
  return [...tasks].map(([text, names]) => {
    const of = [...names].filter(Boolean);
    return of.length > 0 ? `Of ${listed(of)}: ${text}.` : `${text}.`;
  });
}

function howToRead(models: readonly ComparedModel[], figures: readonly ComparedFigure[]): string {
  const seeds = models.map(({ runs }) => runs.length);
  const apart = [...new Set(figures.filter(({ isApart }) => isApart).map(({ task }) => task.name))];
  const part = [...new Set(figures.filter(({ task }) => task.n < task.original).map(({ task }) => task.name))];
  return [
    models.length > 1 &&
      'A figure stands out (bold; in a terminal with a *) where it is better than each of the others by more than chance, all looked at together; where none does, none is told apart.',
    Math.max(...seeds) > 1 &&
      `Of a model with several seeds (${rangeText(seeds)}) the figure is their mean, and the interval is over seeds and documents.`,
    models.length > 1 &&
      Math.max(...seeds) === 1 &&
      'There is one seed of each model: intervals are over the documents, and another seed can move a figure by more.',
    apart.length > 0 &&
      `Of ${listed(apart)} the models were asked different documents, with other examples or another version: these are not compared.`,
    part.length > 0 && `Of ${listed(part)} a part was evaluated.`,
  ]
    .filter((sentence) => sentence !== false)
    .join(' ');
}

function differences(models: readonly ComparedModel[], figures: readonly ComparedFigure[]): Section {
  const pairs = pairsOf(models.length);
  const rows = figures.filter((figure) => figure.differences.length > 0);
  const title = 'Differences on the same documents';
  if (rows.length === 0) {
    const why = 'No two models have samples of the same documents, so no difference is told from chance.';
    return { title, blocks: [paragraph(why)] };
  }
  const at = (figure: ComparedFigure, [a, b]: readonly [number, number]) =>
    figure.differences.find(({ pair }) => pair[0] === a && pair[1] === b)?.difference ?? null;
  const table: Table = {
    kind: 'table',
    caption:
      'The second less the first, with intervals of 95 % (of a row together) by paired bootstrap; those without 0 stand out.',
    head: ['task', 'metric', ...pairs.map(([a, b]) => `${models[b].name} − ${models[a].name}`)],
    rows: rows.map((figure) => [
      figure.task.name,
      metricText(figure),
      ...pairs.map((pair) => {
        const found = at(figure, pair);
        return found ? `${signedNumber(found.value)} ${intervalText(found.interval, signedNumber)}` : '–';
      }),
    ]),
    strong: rows.flatMap((figure, row) =>
      pairs.flatMap((pair, i) => (at(figure, pair)?.isSeparate ? [[row, 2 + i] as const] : [])),
    ),
  };
  return { title, blocks: [table] };
}

/** A table for every publication: ours first, then its models, over the tasks that both have. */
function publishedSections(
  models: readonly ComparedModel[],
  figures: readonly ComparedFigure[],
  known: readonly Benchmark[],
): Section[] {
  const rows = figures.flatMap((figure) =>
    publishedOf(figure, known).map(({ source, figures: theirs }) => ({ source, figure, theirs })),
  );
  return [...new Set(rows.map(({ source }) => source))].map((source): Section => {
    const own = rows.filter((row) => row.source === source);
    const named = [...new Set(own.flatMap(({ theirs }) => Object.keys(theirs)))];
    const partial = own.some(({ figure: { task } }) => task.n < task.original || (task.shots ?? 0) > 0);
    const table: Table = {
      kind: 'table',
      caption: `${partial ? 'Ours are of a part of the documents or with examples, theirs are not.' : 'Theirs are of models of another size and training, over whole data sets; the command below says of which rows ours are.'}`,
      head: ['model', ...own.map(({ figure }) => `${figure.task.name} ${metricText(figure)}`)],
      rows: [
        ...models.map(({ name }, i) => [`${name} (here)`, ...own.map(({ figure }) => cellText(figure.cells[i]))]),
        ...named.map((model) => [model, ...own.map(({ theirs }) => (model in theirs ? number(theirs[model]) : '–'))]),
      ],
    };
    return { title: `Beside ${source}`, blocks: [table], isAside: true };
  });
}

/** What was published of the same task in the same version. */
export function publishedOf({ task, metric }: ComparedFigure, known: readonly Benchmark[]): Benchmark['published'] {
  const benchmark = known.find((one) => one.name === task.name);
  if (!benchmark || (task.version !== null && task.version !== benchmark.version)) return [];
  return benchmark.published.filter((one) => one.metric === metric);
}
