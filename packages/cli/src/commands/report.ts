// twill report: draws what sweeps or runs have found, as Markdown and as one page.
import type { Figure } from '@twilljs/report';
import { writeReport } from '@twilljs/report/node';
import { loadModule } from '@twilljs/sweep/node';
import { OptionError } from '@twilljs/tensor';
import { Argument, Option } from 'commander';
import { study } from 'twilljs';
import { type Context, makeCommand, type Result } from '../command.ts';

interface Options {
  readonly figure: readonly string[] | undefined;
}

export function report() {
  const command = makeCommand({
    name: 'report',
    summary: 'Draws what sweeps or runs have found: report.md and report.html, in the first of their directories.',
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
    .addArgument(new Argument('<dir...>', 'directories of sweeps, or of runs'))
    .addOption(new Option('--figure <module...>', 'modules with figures of your own, drawn of every part of a sweep'));
  return { command, run: runReport };
}

async function runReport(
  { terminal, say }: Context,
  directories: readonly string[],
  { figure: modules = [] }: Options,
): Promise<Result> {
  terminal.outliveReader();
  const figures = await Promise.all(modules.map(figureIn));
  const paths = await writeReport(directories, { ...study, figures });
  say(`Report    ${paths.page}\n          ${paths.markdown}\n`);
  return { answer: true, data: { directories, ...paths } };
}

async function figureIn(path: string): Promise<Figure> {
  const { kind, value } = await loadModule(path);
  if (kind === 'figure') return value as unknown as Figure;
  throw new OptionError(`--figure ${path}: it exports a ${kind} where a figure is needed; name another module.`);
}
