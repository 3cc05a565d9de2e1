// What reads directories or tells how far runs are. Reports of sweeps and of runs are written beside the first of them.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory, writeAtomic } from '@twilljs/hub/node';
import { FileError, OptionError } from '@twilljs/tensor';
import { hasResults, isRun, sideBySide } from './benchmarks/report.ts';
import { buildReport } from './build.ts';
import type { Report } from './document.ts';
import { loadSweep } from './load.ts';
import { markdown } from './markdown.ts';
import { checkOptions, type ReportOptions } from './options.ts';
import { page } from './page.ts';
import { requireDistinct } from './runs/load.ts';

export { writePictures } from './alone.ts';
export { EVALS } from './benchmarks/read.ts';
export { sideBySide } from './benchmarks/report.ts';
export { buildReport } from './build.ts';
export { loadSweep } from './load.ts';
export type { LoadedSweep } from './loaded.ts';
export { page } from './page.ts';
export { othersFrom } from './profile/others.ts';
export { compareRuns } from './runs/compare.ts';
export type { ComparedRun } from './runs/compared.ts';
export { readRuns } from './runs/load.ts';
export { corpusText } from './terminal/corpus.ts';
export { type Summary, summaryLines } from './terminal/summary.ts';
export { endText, progressText, type SweepProgress, sweepScreen, workOf } from './terminal/sweep.ts';

/** Paths of a report. */
export interface WrittenReport {
  readonly markdown: string;
  readonly page: string;
}

/**
 * Writes `report.md` and `report.html` of sweeps, of runs, or of models with results of benchmarks, into the first of their
 * directories; of what is not finished, what it has so far.
 *
 * @throws FileError when a directory holds neither, for sweeps and runs in one call, and for results that cannot be put together.
 */
export async function writeReport(directories: readonly string[], options: ReportOptions): Promise<WrittenReport> {
  checkOptions('writeReport', options);
  requireDistinct(directories);
  return writeDrawn(directories[0], await drawn(directories, options));
}

/** Whether results of a sweep stand here. */
const isSweep = (directory: string): boolean => existsSync(join(directory, 'results.json'));

async function drawn(directories: readonly string[], options: ReportOptions): Promise<Report> {
  const runs = directories.filter(isRun);
  const sweep = directories.find((directory) => !isRun(directory));
  const [figure] = options.figures ?? [];
  const isBeside = sweep === undefined || directories.every(hasResults);
  if (isBeside && figure) {
    throw new OptionError(
      `figure ${figure.name} is drawn of sweeps but ${directories[0]} holds ${isRun(directories[0]) ? 'a run' : 'results of benchmarks'}; leave the figure out.`,
    );
  }
  if (isBeside) return sideBySide(directories, options);
  if (runs.length > 0) {
    throw new FileError(`${runs[0]} holds a run and ${sweep} does not; report runs or sweeps, not both in one.`);
  }
  const evaluated = directories.find((directory) => hasResults(directory) && !isSweep(directory));
  if (evaluated !== undefined) {
    const other = directories.find((directory) => !hasResults(directory));
    throw new FileError(`${evaluated} holds results of benchmarks and ${other} does not; report them one by one.`);
  }
  const sweeps = [];
  for (const directory of directories) sweeps.push(await loadSweep(directory, options.known));
  return buildReport(sweeps, options);
}

/** Writes a report into a directory, which is made where it is missing. */
export async function writeDrawn(directory: string, report: Report): Promise<WrittenReport> {
  const html = await page(report);
  makeDirectory(directory);
  const paths = { markdown: join(directory, 'report.md'), page: join(directory, 'report.html') };
  writeAtomic(paths.markdown, markdown(report));
  writeAtomic(paths.page, html);
  return paths;
}
