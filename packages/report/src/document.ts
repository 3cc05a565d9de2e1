// A report as data: sections of text, tables and figures. The Markdown and the page are two ways to write it.

/** A plot as data. */
export interface Picture {
  readonly title: string;
  /** What one reads off it, for those who cannot see it. */
  readonly description: string;
  readonly keys?: readonly Key[];
  /** A specification of Vega-Lite. */
  readonly spec: Readonly<Record<string, unknown>>;
  /** Its curves, for those who read in a terminal. */
  readonly series?: readonly { readonly name: string; readonly values: readonly number[] }[];
}

/** What a colour or a shape stands for. */
export interface Key {
  readonly label: string;
  readonly color: string;
  readonly mark: 'line' | 'dash' | 'dot' | 'square' | 'diamond';
}

/** A part of a section: text, code, a table, or pictures. */
export type Block =
  | { readonly kind: 'text'; readonly text: string; readonly about?: string }
  | { readonly kind: 'code'; readonly text: string; readonly summary?: string }
  | {
      readonly kind: 'table';
      readonly caption: string;
      readonly head: readonly string[];
      /** The first cell of a row is its head. */
      readonly rows: readonly (readonly string[])[];
      /** Cells that stand out. */
      readonly strong?: readonly (readonly [row: number, column: number])[];
    }
  | {
      readonly kind: 'pictures';
      readonly caption: string;
      readonly keys?: readonly Key[];
      readonly pictures: readonly Picture[];
      /** They can stand alone, in a file of this name. */
      readonly name?: string;
      /** Small ones stand three in a row. */
      readonly small?: boolean;
    };

/** A block of text. @param about what it is about, before it. */
export const paragraph = (text: string, about?: string): Block => ({
  kind: 'text',
  text,
  ...(about !== undefined && { about }),
});

type Table = Extract<Block, { kind: 'table' }>;

/** The rows of a table with cells that stand out put as they are written somewhere. */
export function rowsOf(
  { rows, strong = [] }: Table,
  written: (cell: string) => string,
): readonly (readonly string[])[] {
  const isStrong = (row: number, column: number) => strong.some(([r, c]) => r === row && c === column);
  return rows.map((cells, row) => cells.map((cell, column) => (isStrong(row, column) ? written(cell) : cell)));
}

/** A section of a report. */
export interface Section {
  readonly title: string;
  /** Left to the page and the Markdown: a terminal has no room for it. */
  readonly isAside?: boolean;
  readonly blocks: readonly Block[];
}

/** A report as data: a title, a lead, and sections. */
export interface Report {
  readonly title: string;
  readonly lead: string;
  readonly sections: readonly Section[];
}
