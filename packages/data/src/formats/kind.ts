// What a file holds, by its name: a text, or a table whose rows are texts; as it is, or compressed.

/** How documents lie in a file: it is one, or each line or row of it is. */
export const formats = ['text', 'jsonl', 'csv', 'tsv', 'parquet'] as const;
/** A form of files that texts are read from. */
export type Format = (typeof formats)[number];

/** What a name does not say otherwise. */
export const usual: Format = 'text';

/** The column with the text, and the field of a line. */
export const usualColumn = 'text';

/** Whether a file is one document. */
export const isText = (format: Format): boolean => format === usual;

export type Compression = 'gzip' | 'zstd';

export interface Kind {
  /** Null where the name does not say it. */
  readonly format: Format | null;
  readonly compression: Compression | null;
}

const byEnd: Readonly<Record<string, Format>> = {
  txt: 'text',
  text: 'text',
  md: 'text',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  csv: 'csv',
  tsv: 'tsv',
  parquet: 'parquet',
};

const compressions: Readonly<Record<string, Compression>> = { gz: 'gzip', zst: 'zstd' };

/** What a name says: `web.jsonl.zst` is lines of JSON, compressed. */
export function kindOf(name: string): Kind {
  const { end, compression } = endOf(name);
  return { format: byEnd[end] ?? null, compression };
}

/** Forms of tables whose rows are objects: those of texts that have rows, and `json`, a list of objects. */
export const rowFormats = ['jsonl', 'json', 'csv', 'tsv', 'parquet'] as const;
export type RowFormat = (typeof rowFormats)[number];

/** What a name says of a table. */
export function rowKindOf(name: string): { format: RowFormat | null; compression: Compression | null } {
  const { end, compression } = endOf(name);
  const format = end === 'json' ? end : byEnd[end];
  return { format: rowFormats.find((one) => one === format) ?? null, compression };
}

/** The letters behind the last dot, of what is compressed. */
function endOf(name: string): { end: string; compression: Compression | null } {
  const ends = name.toLowerCase().split('/').at(-1)?.split('.').slice(1) ?? [];
  const compression = compressions[ends.at(-1) ?? ''] ?? null;
  return { end: ends.at(compression ? -2 : -1) ?? '', compression };
}

/** What the first bytes of a stream without a name say. */
export function compressionOf(bytes: Uint8Array): Compression | null {
  const begins = (...start: number[]) => start.every((byte, i) => bytes[i] === byte);
  if (begins(0x1f, 0x8b)) return 'gzip';
  return begins(0x28, 0xb5, 0x2f, 0xfd) ? 'zstd' : null;
}
