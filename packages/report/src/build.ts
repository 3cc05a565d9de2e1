// Puts a report together from the parts of one or several sweeps.
import type { UnfinishedCell } from '@twilljs/sweep/node';
import type { Key, Report, Section } from './document.ts';
import { curveFigures } from './figures/curves.ts';
import { ratioKeys } from './figures/keys.ts';
import { elsewhereOverRatio, overRatio } from './figures/over-ratio.ts';
import { positionFigures } from './figures/position.ts';
import { recallFigure } from './figures/recall.ts';
import { AT, overState, stateFigures } from './figures/state.ts';
import { findings } from './findings.ts';
import type { LoadedSweep } from './loaded.ts';
import { checkOptions, type Reference, type ReferenceTable, type ReportOptions } from './options.ts';
import { mixersOf, modelsOf, type Part, partsOf, ratiosOf } from './parts.ts';
import { reproduce } from './reproduce.ts';
import { besideTable, resultTable, stateTable } from './tables.ts';
import { unitOf } from './terminal/summary.ts';
import { grouped, tokensText } from './text/numbers.ts';
import { fixed, listed } from './text/stats.ts';
import { soft } from './theme.ts';
import { seedsOf, taskText, trainedText } from './words.ts';

export function buildReport(sweeps: readonly LoadedSweep[], options: ReportOptions): Report {
  checkOptions('buildReport', options);
  const parts = partsOf(sweeps, options.known);
  const found = foundElsewhere(parts, options);
  const shown = parts.filter((part) => modelsOf(part).length > 0);
  const cells = parts.reduce(
    (n, part) => n + part.failed.length + modelsOf(part).reduce((m, { cells }) => m + cells.length, 0),
    0,
  );
  const failed = parts.flatMap((part) => part.failed);
  const open = sweeps.flatMap(({ unfinished }) => unfinished);
  const mixerNames = [...new Set(shown.flatMap((part) => mixersOf(part).map(({ family }) => family)))];
  return {
    title: `Linear attention, alone and woven with softmax: ${[...new Set(sweeps.map(({ results }) => results.spec.name))].join(', ')}`,
    lead:
      `${cells} runs${failed.length > 0 ? `, ${failed.length} of which failed` : ''}${open.length > 0 ? `, and ${open.length} that are not finished` : ''}: ${listed(mixerNames) || 'linear mixers'}, alone and with softmax attention in some layers` +
      `${shown.some(({ transformer }) => transformer) ? ', beside a plain Transformer' : ''}.${[...new Set(found.map(({ reference }) => ` ${reference.question}`))].join('')}`,
    sections: [
      ...(shown.length > 0 ? [summary(shown)] : []),
      ...shown.map(measured),
      ...shown.map(memory),
      ...found.filter(({ part }) => mixersOf(part).length > 0).map(beside),
      ...[...shown.map(byPosition), ...shown.map(curves)].filter((section) => section !== null),
      ...(failed.length > 0 ? [failures(failed)] : []),
      ...(open.length > 0 ? [notFinished(open)] : []),
      reproduce(sweeps, options),
    ],
  };
}

function summary(parts: readonly Part[]): Section {
  return {
    title: 'What the numbers show, and what they do not',
    blocks: parts.map((part) => ({ kind: 'text', about: part.title, text: findings(part) })),
  };
}

function measured(part: Part): Section {
  const isRecall = part.task === 'recall';
  const hasLinear = mixersOf(part).length > 0;
  const first = isRecall ? recallFigure(part) : overRatio(part, 'Loss over ratio');
  const figures = [...(hasLinear ? [first] : []), overState(part)];
  const seeds = seedsOf(part).length > 1 ? ' Bars reach from the smallest to the largest seed.' : '';
  const memory = `Bytes of state are counted at ${tokensText(AT)} tokens; what is measured comes from the length of training.`;
  const caption = isRecall
    ? `A row per mixer with a dot per seed; and the means over what the models keep in memory. ${memory}${seeds} ${trainedText(part)}`
    : `A thin line per mixer, the bold one is their mean; and the same over what the models keep in memory. ${memory}${seeds} ${trainedText(part)}`;
  return {
    title: part.title,
    blocks: [{ kind: 'text', text: taskText(part) }, { kind: 'figures', caption, figures }, resultTable(part)],
  };
}

function memory(part: Part): Section {
  const text = 'A linear layer keeps a state of fixed size, a softmax layer the keys and values of every token.';
  return {
    title: `Memory: ${part.title.toLowerCase()}`,
    blocks: [
      { kind: 'text', text },
      {
        kind: 'figures',
        caption: 'Bytes of state over tokens of context; both axes grow by factors. Counted, not measured.',
        figures: stateFigures(part),
        small: true,
      },
      stateTable(part),
    ],
  };
}

/** A part, and what somebody else found on its task. */
interface Beside {
  readonly part: Part;
  readonly reference: Reference;
  readonly table: ReferenceTable;
}

function foundElsewhere(parts: readonly Part[], { references = [] }: ReportOptions): Beside[] {
  return parts.flatMap((part) =>
    references.flatMap((reference) =>
      reference.tables.filter(({ task }) => task === part.task).map((table) => ({ part, reference, table })),
    ),
  );
}

function beside({ part, reference, table }: Beside): Section {
  const most = Math.max(...modelsOf(part).map(({ counts }) => counts.parameters));
  const figures = [
    elsewhereOverRatio(reference, table, part),
    ...(ratiosOf(part).length > 1 ? [overRatio(part, 'Here')] : []),
  ];
  return {
    title: `Beside the ${reference.name}: ${part.title.toLowerCase()}`,
    blocks: [
      { kind: 'text', text: reference.about(most) },
      { kind: 'figures', caption: table.note, figures },
      besideTable(part, reference, table),
    ],
  };
}

function byPosition(part: Part): Section | null {
  const figures = positionFigures(part);
  if (figures.length === 0) return null;
  const caption = `Bits per byte at places of the window that double: a line goes on falling where more context still helps. ${trainedText(part)}`;
  return {
    title: `Loss by position: ${part.title.toLowerCase()}`,
    blocks: [{ kind: 'figures', caption, figures }],
  };
}

function curves(part: Part): Section | null {
  const figures = curveFigures(part);
  if (figures.length === 0) return null;
  const keys: Key[] = [
    ...ratioKeys(part, 'line'),
    ...(part.transformer ? [{ label: 'Transformer', color: soft, mark: 'dash' as const }] : []),
  ];
  const caption =
    part.task === 'recall'
      ? `Training loss, a line per seed. Rows hold more and more pairs until seven tenths of the steps: a level line is progress. ${trainedText(part)}`
      : `Training loss, a line per seed. ${trainedText(part)}`;
  return {
    title: `Learning curves: ${part.title.toLowerCase()}`,
    blocks: [{ kind: 'figures', caption, keys, figures, small: true }],
  };
}

function failures(failed: Part['failed']): Section {
  const skips = failed.some(({ skipped = 0 }) => skipped > 0);
  return {
    title: 'Cells that failed',
    blocks: [
      {
        kind: 'table',
        caption: 'They are left out of everything above. Running the sweep again tries them again.',
        head: ['cell', 'why', ...(skips ? ['steps skipped'] : [])],
        rows: failed.map(({ name, failed, skipped = 0 }) => [
          name,
          failed as string,
          ...(skips ? [grouped(skipped)] : []),
        ]),
      },
    ],
  };
}

/** How far the other cells are. */
function notFinished(cells: readonly UnfinishedCell[]): Section {
  const statusText = {
    running: 'running, or killed',
    interrupted: 'interrupted',
    diverged: 'diverged',
    finished: 'without its result',
  };
  return {
    title: 'Cells that are not finished',
    blocks: [
      {
        kind: 'table',
        caption: 'They are left out of everything above. The command of the sweep goes on with them.',
        head: ['cell', 'state', 'step', 'training loss'],
        rows: cells.map(({ name, task, status, step, steps, loss }) => {
          const { perNat, name: unit } = unitOf(task === 'language');
          const state = status === null ? 'not begun' : statusText[status];
          return [
            name,
            state,
            `${grouped(step)} of ${grouped(steps)}`,
            loss === null ? '–' : `${fixed(loss * perNat)} ${unit}`,
          ];
        }),
      },
    ],
  };
}
