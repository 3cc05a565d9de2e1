// Runs and models side by side, with what benchmarks have found of them.
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { FileError, OptionError } from '@twilljs/tensor';
import type { Report } from '../document.ts';
import { checkOptions, type ReportOptions } from '../options.ts';
import { compareRuns } from '../runs/compare.ts';
import { butForSeed, type ComparedRun } from '../runs/compared.ts';
import { readRuns, requireDistinct } from '../runs/load.ts';
import type { ComparedModel } from './compared.ts';
import type { FoundResults } from './found.ts';
import { readResults, resultsIn } from './read.ts';
import { benchmarkSections } from './section.ts';

/** Whether a run stands here; it stands in no directory of a sweep, but for those of its cells. */
export const isRun = (directory: string): boolean =>
  existsSync(join(directory, 'run.json')) && !existsSync(join(directory, 'sweep.json'));

/** Whether benchmarks have left results here. */
export const hasResults = (directory: string): boolean => resultsIn(directory) !== null;

/**
 * Runs side by side, as `compareRuns`, and their results of benchmarks; or models that are no runs, of which there are results alone.
 *
 * @throws FileError for a directory that holds neither, and for runs without results beside models that are no runs.
 */
export async function sideBySide(directories: readonly string[], options: ReportOptions): Promise<Report> {
  checkOptions('sideBySide', options);
  if (directories.length === 0) throw new OptionError('sideBySide: no directory is given; give at least one.');
  requireDistinct(directories);
  const { known, suites = [] } = options;
  const isEveryRun = directories.every(isRun);
  const neither = directories.find((one) => !isRun(one) && !hasResults(one));
  if (isEveryRun || neither !== undefined) {
    if (neither !== undefined) await readRuns([neither], known); // says what it is
    const runs = await readRuns(directories, known);
    return compareRuns(runs, benchmarkSections(modelsOf(await readResults(directories), runs), suites));
  }
  const without = directories.find((directory) => !hasResults(directory));
  if (without !== undefined) {
    const other = directories.find((directory) => !isRun(directory));
    throw new FileError(
      `${without}: it has no results of benchmarks but ${other} has nothing else; evaluate it by twill eval ${without} --tasks.`,
    );
  }
  const found = await readResults(directories);
  const names = found.map(({ name }) => name);
  return {
    title: `${names.length > 1 ? 'Models side by side' : 'A model'}: ${names.join(', ')}`,
    lead: `What benchmarks have found of ${names.length > 1 ? `${names.length} models` : basename(resolve(directories[0]))}.`,
    sections: benchmarkSections(modelsOf(found, []), suites),
  };
}

/** Runs that differ in their seed alone are one model, called after the first. */
function modelsOf(results: readonly FoundResults[], runs: readonly ComparedRun[]): ComparedModel[] {
  const models = new Map<string, FoundResults[]>();
  for (const found of results) {
    const run = runs.find(({ directory }) => directory === found.directory);
    const key = run ? butForSeed(run.record) : found.directory;
    models.set(key, [...(models.get(key) ?? []), found]);
  }
  return [...models.values()].map((own) => ({
    name: own.length > 1 ? `${own[0].name} (${own.length} seeds)` : own[0].name,
    runs: own,
  }));
}
