// What replays of made texts share: tokenizers by their names, and counts of tokens that were made elsewhere.
import { dirname } from 'node:path';
import { pythonRandom } from '@twilljs/data';
import { rulerParts } from '@twilljs/eval';
import { readTokenizer } from '@twilljs/hub/node';
import { FileError, isTwillError, OptionError } from '@twilljs/tensor';
import type { Tokenizer } from '@twilljs/tokenizers';

/** How the original counts: NVIDIA's without special tokens, its port with them. */
export type Source = 'upstream' | 'lm-eval';

export interface Row {
  readonly source: Source;
  readonly tokenizer: string;
  readonly max_length: number;
  readonly tokens_to_generate: number;
  readonly never_fits?: boolean;
}

/** A size that a search tried, and the tokens of its text. */
export interface Step {
  readonly n: number;
  readonly tokens: number;
}

/** RULER's search begins with one text; the port's is a list. */
export interface Searched {
  readonly estimate?: Step;
  readonly search: readonly Step[] | { readonly steps: readonly Step[]; readonly used: number };
  readonly attempts: readonly number[];
}

/** A text that was made, and what is asked. */
export interface Written {
  readonly input: string;
  readonly answer_prefix?: string;
  readonly gen_prefix?: string;
  readonly outputs: readonly string[];
  readonly length: number;
}

/** One that was made of so many pieces, from draws. */
export interface Sample extends Written {
  readonly n: number;
  readonly draws: readonly unknown[];
}

export const isRow = (one: Record<string, unknown>): boolean =>
  (one.source === 'upstream' || one.source === 'lm-eval') &&
  typeof one.tokenizer === 'string' &&
  Number.isSafeInteger(one.max_length);

export const formOf = ({ source }: Row) => (source === 'upstream' ? 'official' : 'lm-eval');

/** The directory of a model by its name; null where there is none. */
export type ModelOf = (name: string) => string | null;

export type Count = (text: string, row: Row) => number;

/**
 * Counts by the tokenizers of the rows: those of the models of their names, and for one name that no model has, that beside the file.
 *
 * @throws FileError where more names, or none beside the file, have no tokenizer.
 */
export async function counting(path: string, modelOf: ModelOf, rows: readonly Row[]): Promise<Count> {
  const names = [...new Set(rows.map(({ tokenizer }) => tokenizer))];
  const others = names.filter((name) => modelOf(name) === null);
  if (others.length > 1) {
    throw new FileError(
      `${path}: tokenizers ${others.join(' and ')} are not found; name the folder of models by --base.`,
    );
  }
  const known = new Map<string, Tokenizer>();
  for (const name of names) {
    const folder = modelOf(name) ?? dirname(path);
    const tokenizer = await readTokenizer(folder);
    if (!tokenizer)
      throw new FileError(`${folder}: it has no tokenizer.json, which the lengths of ${path} are of; add it.`);
    known.set(name, tokenizer as Tokenizer);
  }
  return (text, { tokenizer, source }) =>
    known.get(tokenizer)!.encode(text, { addSpecialTokens: source === 'lm-eval' }).length;
}

/** Draws that do not matter. */
export const anyDraws = (): ReturnType<typeof rulerParts.drawn> => rulerParts.drawn(pythonRandom(0));

export interface Script {
  /** The sizes of the texts that were counted. */
  readonly sizes: number[];
  tokensOf(text: string, size: number): number;
}

/** A count that answers with the given tokens in turn, and then with `last` for ever. */
export function scripted(tokens: readonly number[], last: number): Script {
  const sizes: number[] = [];
  return { sizes, tokensOf: (_, size) => tokens[sizes.push(size) - 1] ?? last };
}

/** A count by which all attempts but the last are too long. */
export const attempted = (count: number): Script => scripted(Array(count - 1).fill(Infinity), 0);

/** Sizes that must have been tried, in order: what comes after them is the last once more. */
export const tried = ({ sizes }: Script, expected: readonly number[]): readonly number[] =>
  sizes.filter((size, i) => i < expected.length || size !== expected.at(-1));

/** The steps of a search, the first text among them. */
export function stepsOf({ estimate, search }: Searched): readonly Step[] {
  const steps = 'steps' in search ? search.steps : search;
  return estimate ? [estimate, ...steps] : steps;
}

/** Whether what never fits is refused, or by the port left out. */
export function refuses(run: () => unknown): boolean {
  try {
    return run() === null;
  } catch (error) {
    if (error instanceof OptionError || (isTwillError(error) && error.name === 'OptionError')) return true;
    throw error;
  }
}
