// Documents as they come out of a file: in parts, so that none need be in memory as a whole.
import { OptionError } from '@twilljs/tensor';
import { refused } from '../refused.ts';

/** A part of the text of a document. Documents follow each other, each to the part that ends it. */
export interface Piece {
  readonly text: Uint8Array | string;
  readonly ends: boolean;
}

/** What is done with a line or a row that holds no document: the reading is refused, or goes on without it. */
export const onBadLines = ['refuse', 'skip'] as const;
/** What happens at a line without a text: it is refused, or skipped and counted. */
export type OnBadLine = (typeof onBadLines)[number];

/** How the rows of files are read. */
export interface RowOptions {
  /** Name of the column, or the field, that holds the text. Default `text`. */
  readonly column?: string | undefined;
  /** Default `refuse`. */
  readonly onBadLine?: OnBadLine | undefined;
}

/** Bad lines that are told of at most. */
const TOLD = 3;

const OR_SKIP = 'correct it, or skip such lines (--on-bad-line skip)';

/** Lines of one file that hold no document. */
export class BadLines {
  readonly name: string;
  private readonly skips: boolean;
  private readonly next: string;
  count = 0;
  private readonly told: string[] = [];

  /** @param next what to do about a line that is refused. */
  constructor(name: string, onBadLine: OnBadLine = 'refuse', next = OR_SKIP) {
    this.name = name;
    this.skips = onBadLine === 'skip';
    this.next = next;
  }

  /**
   * @param unit `line` or `row`. @param number from 1.
   * @throws FileError that names both, where such lines are not skipped.
   */
  add(unit: string, number: number, fact: string): void {
    if (!this.skips) {
      throw refused(this.name, `${this.name}, ${unit} ${number}: ${fact}; ${this.next}.`);
    }
    if (this.count++ < TOLD) this.told.push(`${unit} ${number}: ${fact}`);
  }

  /** In a sentence; empty where there were none. */
  get note(): string[] {
    if (this.count === 0) return [];
    const more = this.count > this.told.length ? ' and others' : '';
    const lines = `${this.count} bad line${this.count === 1 ? '' : 's'}`;
    return [`${lines} of ${this.name} (${this.told.join('; ')}${more})`];
  }
}

/** @throws FileError naming the columns that there are. */
export function requireColumn(name: string, column: string, columns: readonly string[]): void {
  if (columns.includes(column)) return;
  const has = columns.length > 0 ? columns.join(', ') : 'none with a name';
  throw refused(name, `${name} has no column ${column}; its columns are ${has}; choose one (--column).`);
}

/** What a field holds, as a text. @returns what is wrong with it. */
export function textIn(value: unknown, column: string): { text: string } | { fault: string } {
  if (typeof value === 'string') return { text: value };
  const is = value === undefined ? 'is missing' : value === null ? 'is null' : `holds ${typeof value}`;
  return { fault: `${column} ${is} where a text is needed` };
}

/** @throws OptionError for what is no way to read rows. */
export function checkRows(where: string, { column, onBadLine }: RowOptions): void {
  if (column !== undefined && (typeof column !== 'string' || column === '')) {
    throw new OptionError(`${where}: column is ${JSON.stringify(column)}; give the name of one.`);
  }
  if (onBadLine !== undefined && !onBadLines.includes(onBadLine)) {
    throw new OptionError(`${where}: onBadLine is ${JSON.stringify(onBadLine)}; give "refuse" or "skip".`);
  }
}
