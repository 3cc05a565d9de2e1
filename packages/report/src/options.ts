// What a report is given besides the results: what names in them mean, and what they may be set beside.
import type { Protocol, Suite } from '@twilljs/eval';
import type { Ratio } from '@twilljs/hybrid';
import type { Known } from '@twilljs/sweep';
import { knownOnly } from '@twilljs/tensor';
import type { Figure } from './figures/figure.ts';
import type { Profile } from './profile/profile.ts';

/** What names in results mean, and what a report shows beside them. */
export interface ReportOptions {
  readonly known: Known;
  /** Specifications that have a name: what is one of them is repeated by it. */
  readonly presets?: readonly { readonly name: string }[];
  /** What others found who asked the same. */
  readonly references?: readonly Reference[];
  /** Further figures of each part, after the report's own. */
  readonly figures?: readonly Figure[];
  /** Of benchmarks, which say what was published of them. */
  readonly suites?: readonly Suite[];
  /** Lists of tasks that are drawn as one picture, beside what others found on them. */
  readonly profiles?: readonly Profile[];
  /** By which architectures are scored, over many runs each. */
  readonly protocols?: readonly Protocol[];
}

const names = {
  ...{ known: true, presets: true, references: true, figures: true, suites: true, profiles: true, protocols: true },
} satisfies Record<keyof ReportOptions, true>;

/** @throws OptionError for a name that no report reads. */
export function checkOptions(where: string, options: ReportOptions): void {
  knownOnly(where, options, Object.keys(names));
}

/** A publication whose figures stand beside those of a report. */
export interface Reference {
  /** In titles and heads of tables: `paper`. */
  readonly name: string;
  /** A sentence for the head of the report. */
  readonly question: string;
  /** What to bear in mind where its figures stand beside models of so many parameters, at most. */
  about(parameters: number): string;
  /** In the order of its rows. */
  readonly ratios: readonly Ratio[];
  readonly tables: readonly ReferenceTable[];
}

/** What it found on one task, by mixer and ratio. */
export interface ReferenceTable {
  /** Name of the task. */
  readonly task: string;
  readonly title: string;
  readonly unit: string;
  /** By name of the mixer, in the order of the ratios. */
  readonly rows: Readonly<Record<string, readonly number[]>>;
  /** The mean over the rows that it prints. */
  readonly mean: readonly number[];
  /** Softmax alone, where it prints such a model that can stand in this table. */
  readonly full: { readonly name: string; readonly value: number } | null;
  readonly note: string;
}
