// What an evaluation of benchmarks has left on disk, ours or that of the lm-evaluation-harness.
import type { DocumentValues, FigureOf } from './statistics.ts';

/** Whether a figure is that of documents of one size: its name is the number of their tokens, or entries. */
export const isOfSize = (metric: string): boolean => /^[1-9]\d{0,14}$/.test(metric);

/** The value of a document of another size, and the figure of a size without documents, as the lm-evaluation-harness has them. */
export const ANOTHER = -1;

/** Results of one directory. */
export interface FoundResults {
  /** The end of its directory, or the whole where two ends are the same. */
  readonly name: string;
  readonly directory: string;
  readonly tasks: readonly FoundTask[];
  /** Figures of suites, which are of their tasks. */
  readonly groups: readonly FoundGroup[];
  /** What could not be used, in words. */
  readonly notes: readonly string[];
  /** What the results say of themselves: what was left out, and what documents are made of. */
  readonly said: readonly string[];
}

export interface FoundGroup {
  readonly name: string;
  readonly figures: readonly { readonly metric: string; readonly value: number; readonly error: number | null }[];
}

export interface Placed {
  readonly depth: number;
  readonly value: number;
}

export interface FoundTask {
  readonly name: string;
  /** Of the task in the harness; null where the file does not say it. */
  readonly version: number | null;
  readonly shots: number | null;
  /** Documents evaluated, and how many there are. */
  readonly n: number;
  readonly original: number;
  /** Tells two sets of documents apart; null where there are no samples. */
  readonly documents: string | null;
  readonly metrics: readonly FoundMetric[];
}

export interface FoundMetric {
  /** `acc`; with another filter than none, `exact_match,strict`. */
  readonly name: string;
  readonly value: number;
  /** Standard error; null where there is none. */
  readonly error: number | null;
  readonly higherIsBetter: boolean | null;
  /** By document; null where there are no samples, or they do not give this figure. */
  readonly documents: {
    readonly values: DocumentValues;
    readonly figureOf: FigureOf;
    readonly isShare: boolean;
  } | null;
  /** Of documents with one answer, where it stands (percent) and whether it was found; null of others. */
  readonly places: readonly Placed[] | null;
}
