// Tasks whose documents are made: the flags that they heed, the files that they are made from, and the lengths that a model reads.
import { holdsRows, readRows } from '@twilljs/data/node';
import {
  type Benchmark,
  benchmarksIn,
  grouped,
  type Maker,
  type MakerFile,
  SHOT_SEED,
  type Suite,
} from '@twilljs/eval';
import { parseJsonObject } from '@twilljs/hub';
import { readText } from '@twilljs/hub/node';
import { FileError, OptionError, shown } from '@twilljs/tensor';
import { type SuiteOptions, suites, suitesOf } from 'twilljs';
import type { Places } from './names.ts';

export interface MadeFlags {
  readonly seed: number;
  readonly length: readonly number[] | undefined;
  readonly form: SuiteOptions['form'];
}

/** What `--seed 0` is: the seed of RULER. */
const SEED = 42;

/** What is added to it is a whole number still. */
const MOST_SEED = Number.MAX_SAFE_INTEGER - Math.max(SEED, SHOT_SEED);

/** The settings that flags give, each under the name that a maker has for it. */
const flagOf = { lengths: 'length', form: 'form' } as const;

/**
 * All suites as they are asked for.
 *
 * @param asked as they are without settings.
 * @throws OptionError for a flag that nothing heeds which is asked; FileError for a file that is broken or of another form.
 */
export async function suitesAsked(
  asked: readonly (Benchmark | Suite)[],
  { files }: Places,
  flags: MadeFlags,
): Promise<readonly Suite[]> {
  if (flags.seed > MOST_SEED) {
    throw new OptionError(`--seed is ${flags.seed} and goes up to ${MOST_SEED} with --tasks; give a smaller one.`);
  }
  const makers = makersIn(asked);
  for (const [setting, flag] of Object.entries(flagOf)) {
    if (flags[flag] === undefined || makers.some(({ settings }) => settings.includes(setting))) continue;
    throw new OptionError(
      `--${flag} does not go with these --tasks, none of which makes its documents by it; leave it out, or name others.`,
    );
  }
  checkLengths(flags.length ?? []);
  const read: Record<string, unknown> = {};
  for (const [file, path] of files) read[file.setting] = file.read(await contentOf(file, path), path);
  return suitesOf({ ...read, lengths: flags.length, form: flags.form, seed: SEED + flags.seed });
}

function checkLengths(lengths: readonly number[]): void {
  const twice = lengths.find((length, i) => lengths.indexOf(length) !== i);
  if (twice !== undefined) throw new OptionError(`--length is ${twice} twice; give each length once.`);
}

/** Of what is asked, how documents of this version are made; modules of the user's own have made their settings. */
export function makersIn(asked: readonly (Benchmark | Suite)[]): Maker[] {
  const known = benchmarksIn(suites);
  const own = benchmarksIn(asked).filter((one) => known.includes(one));
  return own.flatMap(({ dataset }) => dataset.maker ?? []);
}

/** What a file holds, in the form that is asked for. */
async function contentOf({ form }: MakerFile, path: string): Promise<unknown> {
  if (form === 'rows') return (await readRows(path)).rows;
  if (form === 'object') return parseJsonObject(readText(path), path);
  return holdsRows(path) ? textsIn(path) : readText(path);
}

/** The texts of a table, in its column `text`. */
async function textsIn(path: string): Promise<string> {
  const { rows, place } = await readRows(path);
  const texts = rows.map(({ text }, i) => {
    if (typeof text === 'string') return text;
    const fact = text === undefined ? 'there is no column "text"' : `column "text" is ${shown(text)}, no text`;
    throw new FileError(`${place(i)}: ${fact}; correct it.`, { path });
  });
  return texts.join('\n\n');
}

/** What a model reads, and where that is from. */
export interface Reads {
  readonly maxLength: number;
  /** `--max-length`, or the field of its configuration. */
  readonly by: string;
  /** Tokens that its run read at once; null where no run has left a record. */
  readonly trained: number | null;
}

/**
 * @returns notes on lengths beyond those that the model was made for, or trained at.
 * @throws OptionError for lengths of `--length`, or of the tasks, that are longer than what is read at once.
 */
export function lengthNotes(asked: readonly (Benchmark | Suite)[], { maxLength, by, trained }: Reads): string[] {
  const longest = Math.max(
    ...benchmarksIn(asked)
      .filter(({ dataset }) => dataset.maker?.unit === 'tokens')
      .flatMap(({ metrics }) => metrics.map(({ name }) => Number(name))),
  );
  if (longest > maxLength) {
    throw new OptionError(
      `documents of ${grouped(longest)} tokens are asked for, and the model reads ${grouped(maxLength)} at once by ${by}; give smaller lengths by --length, or read beyond it by --max-length ${longest}.`,
    );
  }
  if (trained === null || longest <= trained) return [];
  return [
    `documents of ${grouped(longest)} tokens are longer than the ${grouped(trained)} that its run was trained on: how far it carries is what is measured`,
  ];
}
