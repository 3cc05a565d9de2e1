// Tasks whose documents are made at several sizes: figures by size, and the groups that papers report.
import { benchmarksIn, grouped, type LengthWeights, overLengths, type Suite } from '@twilljs/eval';
import type { Block, Section } from '../document.ts';
import { meanOf } from '../text/stats.ts';
import type { ComparedFigure, ComparedModel } from './compared.ts';
import { isOfSize } from './found.ts';
import { heatMaps } from './heat-maps.ts';
import { cellText, number } from './section.ts';
import { sizeCurves } from './size-curves.ts';

type Table = Extract<Block, { kind: 'table' }>;

/** A task with its figures, the smallest size first. */
export interface SizedTask {
  readonly name: string;
  /** What sizes count. */
  readonly unit: string;
  readonly figures: readonly ComparedFigure[];
}

/** How figures of sizes become one, and what the column is called. */
const MEANS: readonly (readonly [LengthWeights, string])[] = [
  ['alike', 'mean'],
  ['increasing', 'longer weigh more'],
  ['decreasing', 'shorter weigh more'],
];

/** None where no figure is of a size. @param suites whose titles and units are known, and what was published of their tasks. */
export function sizeSections(
  models: readonly ComparedModel[],
  figures: readonly ComparedFigure[],
  suites: readonly Suite[],
): Section[] {
  const tasks = sizedTasks(figures, suites);
  if (tasks.length === 0) return [];
  const blocks = [
    ...groupTable(models, suites),
    ...taskTables(models, tasks),
    ...sizeCurves(models, tasks, suites),
    ...heatMaps(models, tasks),
  ];
  return [{ title: 'By length and depth', blocks }];
}

function sizedTasks(figures: readonly ComparedFigure[], suites: readonly Suite[]): SizedTask[] {
  const known = suites.length > 0 ? benchmarksIn(suites) : [];
  return [...new Set(figures.map(({ task }) => task.name))].map((name) => ({
    name,
    unit: known.find((one) => one.name === name)?.dataset?.maker?.unit ?? 'tokens',
    figures: figures.filter(({ task }) => task.name === name).sort((a, b) => Number(a.metric) - Number(b.metric)),
  }));
}

/** Suites whose figures are by size, such as the groups of a paper. */
function groupTable(models: readonly ComparedModel[], suites: readonly Suite[]): Table[] {
  const found = models.flatMap(({ runs }) => runs.flatMap(({ groups }) => groups));
  const sized = found.filter(({ figures }) => figures.some(({ metric }) => isOfSize(metric)));
  const names = [...new Set(sized.map(({ name }) => name))];
  if (names.length === 0) return [];
  const sizes = sizesIn(sized.flatMap(({ figures }) => figures.map(({ metric }) => metric)));
  const titles = new Map(suites.flatMap(withMembers).map(({ name, title }) => [name, title]));
  const rows = names.flatMap((name) =>
    models.map((model) => {
      const own = model.runs.flatMap(({ groups }) => groups.filter((group) => group.name === name));
      const figures = new Map(
        sizes.flatMap((size) => {
          const values = own.flatMap((one) => one.figures.filter(({ metric }) => metric === size)).map((f) => f.value);
          return values.length > 0 ? [[Number(size), meanOf(values)] as const] : [];
        }),
      );
      const cells = sizes.map((size) => textOf(figures.get(Number(size))));
      return [titles.get(name) ?? name, ...nameOf(model, models), ...cells, ...meansOf(figures, sizes)];
    }),
  );
  return [
    {
      kind: 'table',
      caption:
        'Groups: the mean over their tasks, by tokens of a prompt with its answer; weights are linear in the order of the lengths.',
      head: ['group', ...(models.length > 1 ? ['model'] : []), ...sizes.map(sizeText), ...meanNames(sizes)],
      rows,
    },
  ];
}

const withMembers = (suite: Suite): Suite[] => [
  suite,
  ...suite.members.flatMap((one) => ('members' in one ? withMembers(one) : [])),
];

/** A table for the tasks of each list of sizes. */
function taskTables(models: readonly ComparedModel[], tasks: readonly SizedTask[]): Table[] {
  const keyOf = ({ unit, figures }: SizedTask) => `${figures.map(({ metric }) => metric).join(' ')} ${unit}`;
  return [...new Set(tasks.map(keyOf))].map((key) => {
    const own = tasks.filter((task) => keyOf(task) === key);
    const sizes = own[0].figures.map(({ metric }) => metric);
    const shift = models.length > 1 ? 2 : 1;
    const rows = own.flatMap(({ name, figures }) =>
      models.map((model, i) => {
        const known = figures.flatMap(({ metric, cells }) => {
          const cell = cells[i];
          return cell ? [[Number(metric), cell.value] as const] : [];
        });
        const cells = figures.map((figure) => cellText(figure.cells[i]));
        return [name, ...nameOf(model, models), ...cells, ...meansOf(new Map(known), sizes).slice(0, 1)];
      }),
    );
    const strong = own.flatMap(({ figures }, at) =>
      models.flatMap((_, i) =>
        figures.flatMap(({ cells }, size) =>
          cells[i]?.isBest ? [[at * models.length + i, shift + size] as const] : [],
        ),
      ),
    );
    return {
      kind: 'table' as const,
      caption: `By ${own[0].unit === 'tokens' ? 'tokens of a prompt with its answer' : own[0].unit}; in brackets 95 % intervals over the documents.`,
      head: ['task', ...(models.length > 1 ? ['model'] : []), ...sizes.map(sizeText), ...meanNames(sizes).slice(0, 1)],
      rows,
      strong,
    };
  });
}

const sizesIn = (metrics: readonly string[]): string[] =>
  [...new Set(metrics)].filter(isOfSize).sort((a, b) => Number(a) - Number(b));

export const sizeText = (size: string): string => grouped(Number(size));

const textOf = (value: number | undefined): string => (value === undefined ? '–' : number(value));

const nameOf = ({ name }: ComparedModel, models: readonly ComparedModel[]): string[] =>
  models.length > 1 ? [name] : [];

/** Of one size there is nothing to take a mean of. */
const meanNames = (sizes: readonly string[]): string[] => (sizes.length > 1 ? MEANS.map(([, name]) => name) : []);

function meansOf(figures: ReadonlyMap<number, number>, sizes: readonly string[]): string[] {
  if (sizes.length < 2) return [];
  return MEANS.map(([weights]) => (figures.size < sizes.length ? '–' : number(overLengths(figures, weights))));
}
