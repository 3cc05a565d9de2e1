// twill compare: runs side by side, with what may be concluded.
import { terminalText } from '@twilljs/report';
import { sideBySide, writeDrawn } from '@twilljs/report/node';
import { OptionError } from '@twilljs/tensor';
import { Argument } from 'commander';
import { study } from 'twilljs';
import { type Context, makeCommand, type Result } from '../command.ts';
import { option } from '../flags.ts';

interface Options {
  readonly out: string | undefined;
}

export function compare() {
  const command = makeCommand({
    name: 'compare',
    summary:
      'Sets runs or models side by side: settings, learning curves, results, benchmarks, and what may be concluded.',
    seed: null,
    device: null,
    examples: [
      'twill compare runs/book runs/letters',
      'twill compare runs/lr-* --out runs/compared',
      'twill compare runs/book evals/m-a-p__340M-20B-GatedDeltaNet-pure',
    ],
    notes: [
      'A run may go on meanwhile; what it has so far is compared.',
      'What twill eval --tasks has found is compared too: with 95 % intervals, and differences on the same documents by paired\n' +
        'bootstrap. Runs that differ in their seed alone are one model. Models that are no runs, and results of the\n' +
        'lm-evaluation-harness (results_*.json with samples_*.jsonl), may stand beside each other so too.',
    ],
  })
    .addArgument(new Argument('<dir...>', 'directories of runs, or with results of benchmarks; two or more'))
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
  const drawn = await sideBySide(directories, study);
  say(`${terminalText(drawn, terminal.columns)}\n`);
  const paths = out === undefined ? null : await writeDrawn(out, drawn);
  if (paths) say(`Report    ${paths.page}\n          ${paths.markdown}\n`);
  const sections = drawn.sections.map(({ title, blocks }) => ({
    title,
    blocks: blocks.filter(({ kind }) => kind !== 'pictures'),
  }));
  return { answer: true, data: { directories, ...paths, sections } };
}
