// Reads sweeps, and writes their report beside the first of them.
import { join, resolve } from 'node:path';
import { writeAtomic } from '@twilljs/hub/node';
import { FileError } from '@twilljs/tensor';
import { buildReport } from './build.ts';
import { loadSweep } from './load.ts';
import { markdown } from './markdown.ts';
import { page } from './page.ts';

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
