// Flags that say how texts are read.
import { formats, onBadLines, type Reading, readingFields } from '@twilljs/data/node';
import type { Option } from 'commander';
import { option } from '../flags.ts';

/** What `--data` takes, for help texts. */
export const WHAT_DATA_TAKES =
  'text, lines of JSON, CSV, TSV or Parquet, also in .gz and .zst: files, directories, patterns with * and **; ' +
  'org/name[@revision][:split] of the Hub; - is standard input';

/** How a field of a reading is called on the command line. */
export const readingFlag = (field: (typeof readingFields)[number]): string =>
  `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

export const readingFlags = (): Option[] => [
  option('--format <name>', `what the files of --data hold: ${formats.join(', ')} (default: as their names say)`, {
    type: 'string',
    oneOf: formats,
  }),
  option('--column <name>', 'the column, or the field, with the text (default: text)'),
  option('--on-bad-line <what>', 'a line or a row without a text: refuse it, or skip and count it (default: refuse)', {
    type: 'string',
    oneOf: onBadLines,
  }),
];

export const markFlags = (): Option[] => [
  option('--bos <token>', "the tokenizer's token before each document (default: as its file says)"),
  option(
    '--eos <token>',
    'the token after each document, such as <|endoftext|> (default: as its file says, else the end that it names)',
  ),
];

/** Flags of a reading that were given, with their values. */
export const givenReading = (reading: Reading): [flag: string, value: string][] =>
  readingFields.flatMap((field) => {
    const value = reading[field];
    return value === undefined ? [] : [[readingFlag(field), value]];
  });
