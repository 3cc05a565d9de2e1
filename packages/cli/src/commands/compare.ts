// twill compare: runs side by side, with what may be concluded.
import { terminalText } from '@twilljs/report';
import { compareRuns, readRuns, writeDrawn } from '@twilljs/report/node';
import { OptionError } from '@twilljs/tensor';
import { Argument } from 'commander';
import { known } from 'twilljs';
import { type Context, makeCommand, type Result } from '../command.ts';
import { option } from '../flags.ts';

interface Options {
  readonly out: string | undefined;
}

export function compare() {
  const command = makeCommand({
    name: 'compare',
    summary: 'Sets runs side by side: settings that differ, learning curves, results, and what may be concluded.',
    seed: null,
    device: null,
    examples: ['twill compare runs/book runs/letters', 'twill compare runs/lr-* --out runs/compared'],
    notes: ['A run may go on meanwhile; what it has so far is compared.'],
  })
    .addArgument(new Argument('<dir...>', 'directories of runs, two or more'))
    .addOption(option('--out <dir>', 'writes report.md and report.html there as well'));
  return { command, run: runCompare };
}

async function runCompare(
  { terminal, say }: Context,
  directories: readonly string[],
  { out }: Options,
): Promise<Result> {
  if (directories.length < 2) {
    throw new OptionError(`compare: ${directories[0]} is the only run; name another one to set beside it.`);
  }
  const drawn = compareRuns(await readRuns(directories, known));
  say(`${terminalText(drawn, terminal.columns)}\n`);
  const paths = out === undefined ? null : await writeDrawn(out, drawn);
  if (paths) say(`Report    ${paths.page}\n          ${paths.markdown}\n`);
  const sections = drawn.sections.map(({ title, blocks }) => ({
    title,
    blocks: blocks.filter(({ kind }) => kind !== 'pictures'),
  }));
  return { answer: true, data: { directories, ...paths, sections } };
}
