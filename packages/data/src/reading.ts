// How texts are read where their names do not say it: a record has it, so that they are read in the same way again.
import { type Format, usualColumn } from './formats/kind.ts';
import type { OnBadLine, RowOptions } from './formats/pieces.ts';
import type { MarkOptions } from './marks.ts';

/** How texts stand in files: the form, the column of tables, and marks at the borders of documents. */
export interface Reading extends RowOptions, MarkOptions {
  /** What the files hold. Default: as their names say, and text where they do not. */
  readonly format?: Format | undefined;
  readonly onBadLine?: OnBadLine | undefined;
}

/** The names of the fields of `Reading`. */
export const readingFields = ['format', 'column', 'onBadLine', 'bos', 'eos'] as const;

/** What is meant where nothing is said. */
const usual: Reading = { column: usualColumn, onBadLine: 'refuse' };

/** The part of options, flags or a record that is about reading; what is not said, or is as usual, is left out. */
export function readingOf(from: object): { readonly [K in keyof Reading]?: NonNullable<Reading[K]> } {
  const given = from as Reading;
  const said = readingFields.filter((name) => given[name] !== undefined && given[name] !== usual[name]);
  return Object.fromEntries(said.map((name) => [name, given[name]]));
}
