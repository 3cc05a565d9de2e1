// What every benchmark says of itself, whatever its shape.
import type { Benchmark, Dataset, Published, Shots } from './benchmark.ts';

/** What a task of any shape is made from. */
export interface Facts {
  readonly name: string;
  /** Other names for it. */
  readonly aliases?: readonly string[];
  readonly title: string;
  /** Default 1. */
  readonly version?: number;
  readonly dataset: Dataset;
  readonly source: string;
  /** Default: none. */
  readonly published?: readonly Published[];
  /** Default: none unless one asks, drawn at random, the document not left out. Null: never any. */
  readonly shots?: Partial<Shots> | null;
}

const usualShots: Shots = { count: 0, order: 'random', leavesOutDocument: false };

/** The facts with their defaults. */
export function factsOf({
  name,
  aliases = [],
  title,
  version = 1,
  dataset,
  source,
  published = [],
  shots = {},
}: Facts): Pick<Benchmark, 'name' | 'aliases' | 'title' | 'version' | 'dataset' | 'source' | 'published' | 'shots'> {
  return { name, aliases, title, version, dataset, source, published, shots: shots && { ...usualShots, ...shots } };
}
