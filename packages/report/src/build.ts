// Puts a report together from the parts of one or several sweeps.
import { grouped } from '@twilljs/eval';
import type { Known } from '@twilljs/sweep';
import type { UnfinishedCell } from '@twilljs/sweep/node';
import { paragraph, type Report, type Section } from './document.ts';
import { sectionsOf } from './figures/figure.ts';
import { besideOf, layers, learning, lengths, measured, memory, positions, tableFor } from './figures/own.ts';
import { findings } from './findings.ts';
import type { LoadedSweep } from './loaded.ts';
import { checkOptions, type ReportOptions } from './options.ts';
import { modelsOf, type Part } from './part.ts';
import { partsOf } from './parts.ts';
import { inProfiles } from './profile/digest.ts';
import { profileFigure } from './profile/figure.ts';
import { isOfProtocol, protocolSections } from './protocol.ts';
import { reproduce } from './reproduce.ts';
import { fixed, listed } from './text/stats.ts';

/** The report of sweeps as data. */
export function buildReport(sweeps: readonly LoadedSweep[], options: ReportOptions): Report {
  checkOptions('buildReport', options);
  const { references = [], figures = [], profiles = [], protocols = [], known } = options;
  const isProfiled = inProfiles(profiles, known);
  const parts = partsOf(sweeps, isProfiled);
  const made = parts.filter((part) => modelsOf(part).length > 0);
  const shown = made.filter((part) => !isProfiled(part.grid) && !isOfProtocol(part, protocols));
  const cells = parts.reduce(
    (n, part) => n + part.failed.length + modelsOf(part).reduce((m, { cells }) => m + cells.length, 0),
    0,
  );
  const failed = parts.flatMap((part) => part.failed);
  const open = sweeps.flatMap(({ known, unfinished }) => unfinished.map((cell) => [cell, known] as const));
  const all = made.flatMap(modelsOf);
  const linear = [...new Set(all.flatMap(({ family, isSoftmax }) => (isSoftmax ? [] : [family])))];
  const full = [...new Set(all.flatMap(({ family, isSoftmax }) => (isSoftmax ? [family] : [])))];
  const isWoven = all.length === 0 || all.some(({ ratio }) => ratio !== 'pure');
  const isAlone = all.length === 0 || all.some(({ ratio, isSoftmax }) => ratio === 'pure' && !isSoftmax);
  const alone = isAlone ? ', alone and' : '';
  const questions = references.filter((reference) => parts.some((part) => tableFor(reference, part)));
  const drawn = [measured, memory, ...references.map(besideOf), positions, lengths, layers, learning];
  const across = [...profiles.map((profile) => profileFigure(profile, known)), ...figures];
  return {
    title: `Linear attention${isWoven ? `${alone} woven with softmax` : ''}: ${[...new Set(sweeps.map(({ results }) => results.spec.name))].join(', ')}`,
    lead:
      `${cells} runs${failed.length > 0 ? `, ${failed.length} of which failed` : ''}${open.length > 0 ? `, and ${open.length} that are not finished` : ''}: ${listed(linear) || 'linear mixers'}${isWoven ? `${alone} with softmax attention in some layers` : ''}` +
      `${full.length > 0 ? `, beside a plain ${listed(full)}` : ''}.${questions.map(({ question }) => ` ${question}`).join('')}`,
    sections: [
      ...(shown.length > 0 ? [summary(shown)] : []),
      ...drawn.flatMap((figure) => sectionsOf(figure, { parts: shown })),
      ...protocolSections(protocols, sweeps),
      ...across.flatMap((figure) => sectionsOf(figure, { parts: made })),
      ...(failed.length > 0 ? [failures(failed)] : []),
      ...(open.length > 0 ? [notFinished(open)] : []),
      reproduce(sweeps, options),
    ],
  };
}

function summary(parts: readonly Part[]): Section {
  return {
    title: 'What the numbers show, and what they do not',
    blocks: parts.map((part) => paragraph(findings(part), part.title)),
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
function notFinished(cells: readonly (readonly [UnfinishedCell, Known])[]): Section {
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
        rows: cells.map(
          ([
            {
              name,
              status,
              step,
              steps,
              loss,
              lossUnit: { perNat, name: unit },
            },
          ]) => {
            const state = status === null ? 'not begun' : statusText[status];
            return [
              name,
              state,
              `${grouped(step)} of ${grouped(steps)}`,
              loss === null ? '–' : `${fixed(loss * perNat)} ${unit}`,
            ];
          },
        ),
      },
    ],
  };
}
