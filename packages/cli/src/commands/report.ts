// twill report: draws what sweeps or runs have found, as Markdown and as one page.
import type { Figure } from '@twilljs/report';
import { writeReport } from '@twilljs/report/node';
import { Argument, Option } from 'commander';
import { study } from 'twilljs';
import { type Context, makeCommand, type Result } from '../command.ts';
import { moduleOf } from '../known.ts';

interface Options {
  readonly figure: readonly string[] | undefined;
}

export function report() {
  const command = makeCommand({
    name: 'report',
    summary:
      'Draws what sweeps, runs or benchmarks have found: report.md and report.html, in the first of their directories.',
    seed: null,
    device: null,
    examples: [
      'twill report runs/study',
      'twill report runs/seeds-1-3 runs/seeds-4-6',
      'twill report runs/study --figure ./my-figure.ts',
      'twill report runs/book runs/letters',
    ],
    notes: [
      'The same results give the same bytes. Several sweeps are reported as one; runs stand side by side, as in twill compare.',
    ],
  })
    .addArgument(
      new Argument('<dir...>', 'directories of sweeps, of runs, or of models with results of twill eval --tasks'),
    )
    .addOption(new Option('--figure <module...>', 'modules with figures of your own, drawn of every part of a sweep'));
  return { command, run: runReport };
}

async function runReport(
  { terminal, say }: Context,
  directories: readonly string[],
  { figure: modules = [] }: Options,
): Promise<Result> {
  terminal.outliveReader();
  const figures = await Promise.all(modules.map((path) => moduleOf('--figure', 'figure', path)));
  const paths = await writeReport(directories, { ...study, figures: figures as unknown as Figure[] });
  say(`Report    ${paths.page}\n          ${paths.markdown}\n`);
  return { answer: true, data: { directories, ...paths } };
}
