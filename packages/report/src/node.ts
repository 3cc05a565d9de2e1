// Reads the directories of sweeps, and writes their report beside the first of them.
import { join, resolve } from 'node:path';
import { writeAtomic } from '@twilljs/hub/node';
import { FileError } from '@twilljs/tensor';
import { buildReport } from './build.ts';
import { loadSweep } from './load.ts';
import { markdown } from './markdown.ts';
import { checkOptions, type ReportOptions } from './options.ts';
import { page } from './page.ts';

export { buildReport } from './build.ts';
export { loadSweep } from './load.ts';
export type { LoadedSweep } from './loaded.ts';

/** Paths of a report. */
export interface WrittenReport {
  readonly markdown: string;
  readonly page: string;
}

/**
 * Writes `report.md` and `report.html` of sweeps into the first of their directories; of one that is not finished, what it has so far.
 *
 * @throws FileError when a directory holds no results, or results that cannot be put together.
 */
export async function writeReport(directories: readonly string[], options: ReportOptions): Promise<WrittenReport> {
  checkOptions('writeReport', options);
  const twice = directories.find((one, i) => directories.findIndex((other) => resolve(other) === resolve(one)) !== i);
  if (twice !== undefined) throw new FileError(`${twice}: is given twice; give it once.`);
  const sweeps = directories.map((directory) => loadSweep(directory, options.known));
  const drawn = buildReport(sweeps, options);
  const paths = { markdown: join(directories[0], 'report.md'), page: join(directories[0], 'report.html') };
  const html = await page(drawn);
  writeAtomic(paths.markdown, markdown(drawn));
  writeAtomic(paths.page, html);
  return paths;
}
