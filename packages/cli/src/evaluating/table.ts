// Results in the columns of the lm-evaluation-harness.
import {
  type Benchmark,
  benchmarksIn,
  type Figures,
  type Maker,
  type Metric,
  type Suite,
  type SuiteResults,
} from '@twilljs/eval';
import type { JsonObject } from '@twilljs/hub';
import { table, wrapped } from '@twilljs/report';

const HEAD = ['Tasks', 'Version', 'Filter', 'n-shot', 'Metric', '', 'Value', '', 'Stderr'];

/** Digits behind the point, as the harness prints them. */
const DIGITS = 4;

/** A table of the tasks, and one of the groups that have figures. */
export function resultTables({ benchmarks, groups }: SuiteResults): string {
  const rows = benchmarks.flatMap(({ benchmark, shots, metrics }) =>
    rowsOf(benchmark.name, String(benchmark.version), String(shots), metrics, benchmark.metrics),
  );
  const grouped = groups.flatMap(({ suite, metrics }) => rowsOf(suite.name, '', '', metrics, metricsIn(suite)));
  const head = ['Groups', ...HEAD.slice(1)];
  return `${table(HEAD, rows)}${grouped.length > 0 ? `\n${table(head, grouped)}` : ''}`;
}

function rowsOf(
  name: string,
  version: string,
  shots: string,
  figures: Figures,
  metrics: readonly Metric[],
): string[][] {
  const found = Object.keys(figures).filter((key) => !/_stderr,/.test(key));
  return found.map((key, i) => {
    const [metric, filter] = key.split(',');
    const error = figures[`${metric}_stderr,${filter}`];
    const isHigher = metrics.find((one) => one.name === metric)?.higherIsBetter;
    const first = i === 0 ? [name, version] : ['', ''];
    return [
      ...first,
      ...[filter, shots, metric, isHigher === undefined ? '' : isHigher ? '↑' : '↓'],
      ...[shown(figures[key]), '±', shown(error)],
    ];
  });
}

const shown = (value: number | 'N/A' | undefined): string =>
  typeof value === 'number' ? value.toFixed(DIGITS) : 'N/A';

const metricsIn = (suite: Suite): Metric[] => benchmarksIn([suite]).flatMap(({ metrics }) => metrics);

/** What a list of all says of one in JSON. */
export function listed(one: Benchmark | Suite): JsonObject {
  const { name, title } = one;
  if ('members' in one) return { name, title, members: one.members.map((member) => member.name) };
  const { version, kind, source, shots, metrics } = one;
  const { id, config, splits, columns, maker } = one.dataset;
  const asked = metrics.map((metric) => ({ name: metric.name, higherIsBetter: metric.higherIsBetter }));
  const made = maker && { unit: maker.unit, settings: [...maker.settings], file: maker.file?.what ?? null };
  const dataset = { id, config, splits: { ...splits }, columns: { ...columns }, ...(made && { made }) };
  return { name, title, version, kind, source, shots: shots ? { ...shots } : null, dataset, metrics: asked };
}

/** What there is: every suite with its tasks, of each its rows and its metrics. */
export const taskLists = (suites: readonly Suite[], columns: number): string =>
  `${suites.map((suite) => listOf(suite, columns)).join('\n')}
After a title: the data set, its configuration if it has several, the split that is asked, and the metrics; of documents
that are made, what they are made from (--data task=path) and their sizes (tokens: --length), each asked --limit times.
With --json also the columns that are read, the examples and the paper of each.
`;

const countText = (n: number): string => `${n} ${n === 1 ? 'task' : 'tasks'}`;

function listOf(suite: Suite, columns: number): string {
  const { name, title, members } = suite;
  const within = members.filter((one): one is Suite => 'members' in one);
  const tasks = members.filter((one): one is Benchmark => !('members' in one));
  const isAlike = tasks.every(({ dataset }) => !dataset.maker && dataset.id === tasks[0].dataset.id);
  const own = isAlike ? namesIn(tasks, columns) : linesOf(tasks);
  const inner = within.map((one) => `\n${listOf(one, columns)}`).join('');
  return `${name}: ${title}, ${countText(benchmarksIn([suite]).length)}\n${own}${inner}`;
}

/** Of tasks that differ in the configuration of their data set alone, the names. */
function namesIn(tasks: readonly Benchmark[], columns: number): string {
  if (tasks.length === 0) return '';
  const [first] = tasks;
  const text = `${factsOf(first).join('; ')}: ${tasks.map(({ name }) => name).join(', ')}`;
  return `${wrapped(text, columns - 2).replace(/^/gm, '  ')}\n`;
}

function factsOf({ dataset: { id, splits, maker }, metrics }: Benchmark): string[] {
  const names = metrics.map((metric) => metric.name).join(', ');
  return maker ? [madeText(maker), `${names} ${maker.unit}`] : [`${id}, ${splits.evaluation}`, names];
}

function madeText({ file }: Maker): string {
  if (!file) return 'made';
  return file.isNeeded ? `made from ${file.what}` : `made, or from ${file.what}`;
}

function linesOf(tasks: readonly Benchmark[]): string {
  const cells = tasks.map((task) => {
    const { name, title, dataset } = task;
    const [rows, metrics] = factsOf(task);
    return [
      name,
      title,
      dataset.config === null || dataset.maker ? rows : rows.replace(',', ` ${dataset.config},`),
      metrics,
    ];
  });
  const widths = [0, 1, 2].map((i) => Math.max(0, ...cells.map((row) => row[i].length)));
  return cells.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}\n`).join('');
}
