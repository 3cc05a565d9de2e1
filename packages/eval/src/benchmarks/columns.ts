// What a row must have, checked where it enters, and read from there on.
import { FileError, shown } from '@twilljs/tensor';
import type { ColumnKind, Dataset, Row } from './benchmark.ts';

/** A column of `{ text, label }`. */
export interface LabelledChoices {
  readonly text: readonly string[];
  readonly label: readonly string[];
}

/**
 * Refuses a row that lacks a column or has another kind of value in it.
 *
 * @param place where it is, for the message: `test.jsonl:12`.
 * @throws FileError
 */
export function checkRow(row: Row, dataset: Dataset, place: string): void {
  for (const [column, kind] of Object.entries(dataset.columns)) {
    const value = row[column];
    if (fits[kind](value)) continue;
    if (value === undefined) {
      const there = Object.keys(row).map(quoted).join(', ') || 'nothing';
      const all = Object.entries(dataset.columns).map(([name, kind]) => `${shown(name)} (${words[kind]})`);
      throw new FileError(
        `${place}: there is no column "${column}", only ${there}; give rows of ${dataset.id}, with ${all.join(', ')}.`,
      );
    }
    const problem = `column ${shown(column)} is ${shown(value)} where ${words[kind]} is needed`;
    throw new FileError(`${place}: ${problem}; give rows of ${dataset.id}.`);
  }
}

export const stringIn = (row: Row, column: string): string => row[column] as string;
export const integerIn = (row: Row, column: string): number => Number(row[column]);
export const stringsIn = (row: Row, column: string): readonly string[] => row[column] as string[];
export const choicesIn = (row: Row, column: string): LabelledChoices => row[column] as LabelledChoices;

/** The place of a label among those of a row. */
export function indexOfLabel(label: string, labels: readonly string[], column: string): number {
  const index = labels.indexOf(label);
  if (index >= 0) return index;
  throw new FileError(
    `column ${shown(column)} is ${shown(label)} where one of ${labels.map(shown).join(', ')} is needed.`,
  );
}

const quoted = (name: string): string => JSON.stringify(name);

const isString = (value: unknown): value is string => typeof value === 'string';
const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.every(isString);

const fits: Readonly<Record<ColumnKind, (value: unknown) => boolean>> = {
  string: isString,
  strings: isStrings,
  integer: (value) => Number.isSafeInteger(value) || (isString(value) && /^-?\d+$/.test(value)),
  choices: (value) => {
    const { text, label } = (value ?? {}) as Partial<LabelledChoices>;
    return isStrings(text) && isStrings(label) && text.length === label.length;
  },
};

const words: Readonly<Record<ColumnKind, string>> = {
  string: 'a string',
  strings: 'a list of strings',
  integer: 'a whole number',
  choices: '{ text, label } with as many strings each',
};
