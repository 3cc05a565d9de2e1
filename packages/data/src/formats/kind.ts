// What a file holds, by its name: a text, or a table whose rows are texts; as it is, or compressed.

/** How documents lie in a file: it is one, or each line or row of it is. */
export const formats = ['text', 'jsonl', 'csv', 'tsv', 'parquet'] as const;
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
  const ends = name.toLowerCase().split('/').at(-1)?.split('.').slice(1) ?? [];
  const compression = compressions[ends.at(-1) ?? ''] ?? null;
  return { format: byEnd[ends.at(compression ? -2 : -1) ?? ''] ?? null, compression };
}

/** What the first bytes of a stream without a name say. */
export function compressionOf(bytes: Uint8Array): Compression | null {
  const begins = (...start: number[]) => start.every((byte, i) => bytes[i] === byte);
  if (begins(0x1f, 0x8b)) return 'gzip';
  return begins(0x28, 0xb5, 0x2f, 0xfd) ? 'zstd' : null;
}
