// twill report: draws what sweeps have found, as Markdown and as one page.
import { join, resolve } from 'node:path';
import { writeAtomic } from '@twilljs/hub/node';
import { FileError } from '@twilljs/tensor';
import { Argument } from 'commander';
import { type CommonOptions, type Context, makeCommand, type Result } from '../command.ts';
import { buildReport } from '../report/build.ts';
import { loadSweep } from '../report/load.ts';
import { markdown } from '../report/markdown.ts';
import { page } from '../report/page.ts';

export function report() {
  const command = makeCommand({
    name: 'report',
    summary: 'Draws what sweeps have found: report.md and report.html, in the first of their directories.',
    seed: 'accepted as everywhere; nothing here is random',
    device: 'accepted as everywhere; nothing is computed here',
    examples: ['twill report runs/study', 'twill report runs/seeds-1-3 runs/seeds-4-6'],
    notes: ['The same results give the same bytes. Several directories are reported as one sweep.'],
  }).addArgument(new Argument('<dir...>', 'directories of sweeps'));
  return {
    command,
    run: (context: Context, directories: readonly string[], _: CommonOptions) => runReport(context, directories),
  };
}

/** Paths of a report. */
export interface WrittenReport {
  readonly markdown: string;
  readonly page: string;
}

/**
 * Writes the report of finished sweeps into the first of their directories.
 *
 * @throws FileError when a directory holds no results, or results that cannot be put together.
 */
export async function writeReport(directories: readonly string[]): Promise<WrittenReport> {
  const twice = directories.find((one, i) => directories.findIndex((other) => resolve(other) === resolve(one)) !== i);
  if (twice !== undefined) throw new FileError(`${twice}: is given twice; give it once.`);
  const drawn = buildReport(directories.map(loadSweep));
  const paths = { markdown: join(directories[0], 'report.md'), page: join(directories[0], 'report.html') };
  const html = await page(drawn);
  writeAtomic(paths.markdown, markdown(drawn));
  writeAtomic(paths.page, html);
  return paths;
}

async function runReport({ say }: Context, directories: readonly string[]): Promise<Result> {
  const paths = await writeReport(directories);
  say(`Report    ${paths.page}\n          ${paths.markdown}\n`);
  return { answer: true, data: { directories, ...paths } };
}
