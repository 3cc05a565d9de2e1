// twill report: draws what sweeps have found, as Markdown and as one page.

import { writeReport } from '@twilljs/report/node';
import { Argument } from 'commander';
import { study } from 'twilljs';
import { type Context, makeCommand, type Result } from '../command.ts';

export function report() {
  const command = makeCommand({
    name: 'report',
    summary: 'Draws what sweeps have found: report.md and report.html, in the first of their directories.',
    seed: null,
    device: null,
    examples: ['twill report runs/study', 'twill report runs/seeds-1-3 runs/seeds-4-6'],
    notes: ['The same results give the same bytes. Several directories are reported as one sweep.'],
  }).addArgument(new Argument('<dir...>', 'directories of sweeps'));
  return { command, run: runReport };
}

async function runReport({ terminal, say }: Context, directories: readonly string[]): Promise<Result> {
  terminal.outliveReader();
  const paths = await writeReport(directories, study);
  say(`Report    ${paths.page}\n          ${paths.markdown}\n`);
  return { answer: true, data: { directories, ...paths } };
}
