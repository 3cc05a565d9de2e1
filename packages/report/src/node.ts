// What reads directories or tells how far runs are. Reports of sweeps and of runs are written beside the first of them.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory, writeAtomic } from '@twilljs/hub/node';
import { FileError, OptionError } from '@twilljs/tensor';
import { buildReport } from './build.ts';
import type { Report } from './document.ts';
import { loadSweep } from './load.ts';
import { markdown } from './markdown.ts';
import { checkOptions, type ReportOptions } from './options.ts';
import { page } from './page.ts';
import { compareRuns } from './runs/compare.ts';
import { readRuns, requireDistinct } from './runs/load.ts';

export { buildReport } from './build.ts';
export { loadSweep } from './load.ts';
export type { LoadedSweep } from './loaded.ts';
export { page } from './page.ts';
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
 * Writes `report.md` and `report.html` of sweeps, or of runs, into the first of their directories; of what is not finished, what it
 * has so far.
 *
 * @throws FileError when a directory holds neither, for sweeps and runs in one call, and for results that cannot be put together.
 */
export async function writeReport(directories: readonly string[], options: ReportOptions): Promise<WrittenReport> {
  checkOptions('writeReport', options);
  requireDistinct(directories);
  return writeDrawn(directories[0], await drawn(directories, options));
}

async function drawn(directories: readonly string[], options: ReportOptions): Promise<Report> {
  const runs = directories.filter(isRun);
  const sweep = directories.find((directory) => !isRun(directory));
  const [figure] = options.figures ?? [];
  if (sweep === undefined && figure) {
    throw new OptionError(`figure ${figure.name} is drawn of sweeps but ${runs[0]} holds a run; leave the figure out.`);
  }
  if (sweep === undefined) return compareRuns(await readRuns(runs, options.known));
  if (runs.length > 0) {
    throw new FileError(`${runs[0]} holds a run and ${sweep} does not; report runs or sweeps, not both in one.`);
  }
  const sweeps = [];
  for (const directory of directories) sweeps.push(await loadSweep(directory, options.known));
  return buildReport(sweeps, options);
}

/** A run stands in no directory of a sweep, but for those of its cells. */
const isRun = (directory: string): boolean =>
  existsSync(join(directory, 'run.json')) && !existsSync(join(directory, 'sweep.json'));

/** Writes a report into a directory, which is made where it is missing. */
export async function writeDrawn(directory: string, report: Report): Promise<WrittenReport> {
  const html = await page(report);
  makeDirectory(directory);
  const paths = { markdown: join(directory, 'report.md'), page: join(directory, 'report.html') };
  writeAtomic(paths.markdown, markdown(report));
  writeAtomic(paths.page, html);
  return paths;
}
