// Runs side by side: what they were told, how they learned, what they found, and what may be concluded.
import type { ComparedMeasure } from '@twilljs/eval';
import { grouped } from '@twilljs/eval';
import { type Block, paragraph, type Report, type Section } from '../document.ts';
import { quoted } from '../text/escape.ts';
import { averaged } from '../text/sparkline.ts';
import { fixed, listed } from '../text/stats.ts';
import { type ComparedRun, estimateIn, unitOf } from './compared.ts';
import { conclusions } from './conclusions.ts';
import { lossPictures, measuredPictures, runKeys } from './curves.ts';
import { insideSections } from './inside.ts';
import { settingsOf } from './settings.ts';

/** Parts of a run over whose last one the training loss is told: single steps are noise. */
const PARTS = 40;

/** Letters of a setting that a table shows. */
const LONG = 24;

/**
 * Runs beside each other as a report: settings that differ, curves, results, conclusions.
 *
 * @param runs as `readRuns` gives them.
 * @param further sections behind the results, such as those of benchmarks.
 */
export function compareRuns(runs: readonly ComparedRun[], further: readonly Section[] = []): Report {
  const names = runs.map(({ name }) => name);
  const tasks = [...new Set(runs.map(({ task }) => task.title.toLowerCase()))];
  const said = conclusions(runs);
  return {
    title: runs.length > 1 ? `Runs side by side: ${names.join(', ')}` : `A run: ${names[0]}`,
    lead: `${runs.length} ${runs.length > 1 ? 'runs' : 'run'} of ${listed(tasks)}.`,
    sections: [
      ...(runs.length > 1 ? [settings(runs)] : []),
      learning(runs),
      { title: 'Results', blocks: [resultTable(runs)] },
      ...insideSections(runs),
      ...further,
      ...(said.length > 0 ? [{ title: 'What may be concluded', blocks: [paragraph(said.join(' '))] }] : []),
      {
        title: 'How they were run',
        blocks: runs.map(({ name, record }) => ({
          kind: 'code' as const,
          summary: name,
          text: record.command.map(quoted).join(' '),
        })),
      },
    ],
  };
}

function settings(runs: readonly ComparedRun[]): Section {
  const { differing, same } = settingsOf(runs);
  const table: Block = {
    kind: 'table',
    caption: 'Settings in which they differ; – where a run has none of that name.',
    head: ['setting', ...runs.map(({ name }) => name)],
    rows: differing.map(({ name, values }) => [name, ...values.map(shown)]),
  };
  return {
    title: 'Settings that differ',
    blocks: [
      ...(differing.length > 0 ? [table] : []),
      ...(same.length > 0 ? [paragraph(`The same in all: ${listed(same)}.`)] : []),
    ],
  };
}

/** Of a hash the beginning. */
const shown = (value: string | null): string =>
  value === null ? '–' : value.length > LONG ? `${value.slice(0, LONG)}…` : value;

function learning(runs: readonly ComparedRun[]): Section {
  const pictures = [...lossPictures(runs), ...measuredPictures(runs)];
  const caption = 'Means over equal parts of the steps, so that a curve is not the noise of single ones.';
  return { title: 'Learning curves', blocks: [{ kind: 'pictures', caption, keys: runKeys(runs), pictures }] };
}

function resultTable(runs: readonly ComparedRun[]): Block {
  const measures = [...new Map(runs.flatMap(({ measures }) => measures.map((one) => [one.name, one]))).values()].filter(
    (measure) => runs.some((run) => estimateIn(run, measure) && run.metrics.tokens >= (measure.from ?? 0)),
  );
  const units = new Set(runs.map((run) => unitOf(run).name));
  const lossHead = `training loss${units.size === 1 ? `, ${[...units][0]}` : ''}`;
  return {
    kind: 'table',
    caption: `Training loss is the mean over the last ${PARTS}th of the steps; after ± stands the standard error of a measurement.`,
    head: ['run', 'steps', 'tokens', 'parameters', lossHead, ...measures.map((measure) => headOf(runs, measure))],
    rows: runs.map((run) => [
      run.name,
      grouped(run.metrics.step),
      grouped(run.metrics.tokens),
      parametersOf(run),
      `${lossOf(run)}${units.size === 1 ? '' : ` ${unitOf(run).name}`}`,
      ...measures.map((measure) => cellOf(run, measure)),
    ]),
  };
}

/** Of a run that trains a part of them, or an adapter, that part too. */
function parametersOf({ counts, record: { parameters } }: ComparedRun): string {
  if (!parameters || parameters.trained === parameters.all) return counts ? grouped(counts.parameters) : '–';
  return `${grouped(parameters.trained)} of ${grouped(parameters.all)}`;
}

function headOf(runs: readonly ComparedRun[], measure: ComparedMeasure): string {
  const own = runs.filter(({ measures }) => measures.includes(measure));
  const hardest = new Set(own.flatMap((run) => hardestIn(run, measure) ?? []));
  if (hardest.size !== 1) return measure.title;
  return `${measure.title} at ${[...hardest][0]} ${own[0].task.axis.unit}`;
}

/** Null where a measure is one number. */
function hardestIn({ metrics: { validation } }: ComparedRun, measure: ComparedMeasure): number | null {
  const value = measure.kind === 'byDifficulty' && validation ? measure.value(validation) : null;
  return value ? Math.max(...Object.keys(value).map(Number)) : null;
}

function cellOf(run: ComparedRun, measure: ComparedMeasure): string {
  const found = run.measures.includes(measure) ? estimateIn(run, measure) : null;
  if (!found) return '–';
  return found.error === null ? fixed(found.value) : `${fixed(found.value)} ± ${fixed(found.error)}`;
}

function lossOf(run: ComparedRun): string {
  const last = averaged(run.metrics.losses.filter(Number.isFinite), PARTS).at(-1);
  return last === undefined ? '–' : fixed(last * unitOf(run).perNat);
}
