// Samples of a task: what every document has given to its figures.
import type { Table } from '@twilljs/data/node';
import { FileError } from '@twilljs/tensor';
import { ANOTHER, type FoundMetric, isOfSize, type Placed } from './found.ts';
import { type DocumentValues, type FigureOf, figureIn } from './statistics.ts';

export interface Samples {
  /** Differs where the documents do. */
  readonly identity: string;
  /** Null where the values of the documents do not give the figure. */
  documentsOf(metric: string, filter: string, figure: number): FoundMetric['documents'];
  placesOf(metric: string, filter: string): FoundMetric['places'];
}

/** How the values of documents may become a figure: their mean, or a perplexity; with units, a perplexity or bits. */
const ofNumbers: readonly FigureOf[] = [(mean) => mean, (mean) => Math.exp(-mean)];
const ofPairs: readonly FigureOf[] = [(ratio) => Math.exp(-ratio), (ratio) => -ratio / Math.LN2];

type Row = Readonly<Record<string, unknown>>;

/** Figures agree to so much of themselves. */
const CLOSE = 1e-6;

/**
 * @param n documents that there must be.
 * @throws FileError naming the line, for documents that are missing, twice there, or without their number.
 */
export function samplesOf({ rows, place }: Table, n: number, path: string): Samples {
  const filters = new Map<string, Map<number, Row>>();
  for (const [i, row] of rows.entries()) {
    const { doc_id: id, filter = 'none' } = row;
    if (typeof id !== 'number') {
      throw new FileError(`${place(i)}: it has no number doc_id, as samples have; evaluate it again.`, { path });
    }
    const own = filters.get(String(filter)) ?? new Map();
    if (own.has(id)) throw new FileError(`${place(i)}: document ${id} is there twice; evaluate it again.`, { path });
    filters.set(String(filter), own.set(id, row));
  }
  const [first = new Map<number, Row>()] = filters.values();
  if (first.size !== n) {
    throw new FileError(`${path}: it has ${first.size} documents where results say ${n}; evaluate it again.`, { path });
  }
  const inOrder = (all: Map<number, Row>) => [...all].sort(([a], [b]) => a - b).map(([, row]) => row);
  /** Of a figure of one size, the documents of that size. */
  const rowsOf = (metric: string, filter: string): Row[] => {
    const rows = inOrder(filters.get(filter) ?? new Map());
    return isOfSize(metric) ? rows.filter((row) => row[metric] !== ANOTHER) : rows;
  };
  return {
    identity: inOrder(first)
      .map(({ doc_id, doc_hash }) => `${doc_id}:${doc_hash}`)
      .join(' '),
    documentsOf(metric, filter, figure) {
      const values = valuesOf(rowsOf(metric, filter).map((row) => row[metric]));
      if (!values || values.sums.length === 0) return null;
      const isCounted = values.units.every((of) => of === 1);
      const figureOf = (isCounted ? [...ofNumbers, ...ofPairs] : ofPairs).find(
        (one) => Math.abs(figureIn(values, one) - figure) <= CLOSE * Math.max(1e-12, Math.abs(figure)),
      );
      if (!figureOf) return null;
      const isShare = figureOf === ofNumbers[0] && isCounted && values.sums.every((hit) => hit === 0 || hit === 1);
      return { values, figureOf, isShare };
    },
    placesOf(metric, filter) {
      const places = isOfSize(metric) ? rowsOf(metric, filter).map((row) => placeIn(row, metric)) : [null];
      return places.some((place) => place === null) ? null : (places as Placed[]);
    },
  };
}

/** Null of a document without a depth, or with several answers. */
function placeIn(row: Row, metric: string): Placed | null {
  const { depth, outputs } = (row.doc ?? {}) as Row;
  const value = row[metric];
  const isPlaced =
    typeof depth === 'number' && depth >= 0 && depth <= 100 && Array.isArray(outputs) && outputs.length === 1;
  return isPlaced && typeof value === 'number' ? { depth, value } : null;
}

/** Null where a document has no such value. */
function valuesOf(found: readonly unknown[]): DocumentValues | null {
  const pairs = found.map((value): readonly [number, number] | null => {
    if (typeof value === 'number' || typeof value === 'boolean') return [Number(value), 1];
    const isPair = Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);
    return isPair ? [value[0], value[1]] : null;
  });
  if (pairs.includes(null)) return null;
  const all = pairs as readonly (readonly [number, number])[];
  return { sums: Float64Array.from(all, ([sum]) => sum), units: Float64Array.from(all, ([, of]) => of) };
}
