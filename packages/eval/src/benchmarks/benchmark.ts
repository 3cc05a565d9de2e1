// A benchmark as a value: rows of a data set, the requests that one of them becomes, and how the answers are scored.
import type { Tokenizer } from '@twilljs/tokenizers';
import type { Answer, Request } from '../requests/request.ts';

/** A row of a data set, its values as JSON has them: no `bigint`, no bytes. */
export type Row = Readonly<Record<string, unknown>>;

/** What a column holds: a string, a whole number (or a string of digits), a list of strings, or `{ text, label }` of as many strings each. */
export type ColumnKind = 'string' | 'integer' | 'strings' | 'choices';

/** Where the rows of a benchmark come from. */
export interface Dataset {
  /** On the Hugging Face Hub: `allenai/ai2_arc`. */
  readonly id: string;
  /** One of its configurations; null for a data set that has none. */
  readonly config: string | null;
  readonly splits: {
    /** Whose rows are asked. */
    readonly evaluation: string;
    /** Whose rows are the examples of a prompt. */
    readonly shots: string;
  };
  /** The columns that are read. */
  readonly columns: Readonly<Record<string, ColumnKind>>;
  /** Where the rows are made rather than read: the splits say no more than a name then. */
  readonly maker?: Maker;
}

/** How rows are made for a model. */
export interface Maker {
  /** What a metric's name is a number of: `tokens` of a prompt with its answer, or `entries`. */
  readonly unit: string;
  /** Names of the settings that its factory takes and a command line can give: `lengths`, `form`, `seed`. */
  readonly settings: readonly string[];
  /** What documents are made from, beside what is drawn; null where nothing is read. */
  readonly file: MakerFile | null;
  /** @throws OptionError for a size that nothing fits, and where the file is needed and was not given. */
  make(given: Making): Promise<Made>;
}

/** A file that documents are made from. */
export interface MakerFile {
  /** The setting of the factory that its content is given as. */
  readonly setting: string;
  /** What it is, in words. */
  readonly what: string;
  /** A text, the object of a JSON file, or a table of rows. */
  readonly form: 'plain' | 'object' | 'rows';
  readonly isNeeded: boolean;
  readonly isGiven: boolean;
  /** The setting, from what the file holds. @throws FileError for content of another form, by its place. */
  read(content: unknown, where: string): unknown;
}

/** For whom rows are made. */
export interface Making extends Cutting {
  /** Documents of each size, at most. */
  readonly limit?: number | undefined;
  /** Told after each; what it throws ends the work. */
  onRow?(done: number, of: number): void;
}

/** Rows that were made. */
export interface Made {
  readonly rows: readonly Row[];
  /** How many there are without a limit. */
  readonly original: number;
  /** What they are made of, where figures do not tell, and what was left out, in words. */
  readonly notes: readonly string[];
}

/** What a metric has of one document: a number, or a sum of log-probabilities (nats) with the number of units that it is of. */
export type Value = number | readonly [logprob: number, units: number];

/** How the values of documents become one figure, and the standard error of it. */
export interface Aggregation {
  readonly name: string;
  of(values: readonly Value[]): number;
  /** Of at least two values; null where there is none. `resamples` are those of a bootstrap. */
  readonly stderr: ((values: readonly Value[], resamples: number) => Promise<number>) | null;
}

/** What is counted of a document, and how documents become one figure. */
export interface Metric {
  readonly name: string;
  readonly higherIsBetter: boolean;
  readonly aggregation: Aggregation;
}

/** Published figures of one metric of the same task. */
export interface Published {
  /** Where they stand. */
  readonly source: string;
  readonly metric: string;
  /** By model, in the unit of the metric: shares, not percent. */
  readonly figures: Readonly<Record<string, number>>;
}

/** How the examples of a prompt are chosen. */
export interface Shots {
  /** How many, unless one asks for another number. */
  readonly count: number;
  /** `random`: Python's `Random(1234)`, drawn for every document in turn. `first`: the first ones of the split. */
  readonly order: 'random' | 'first';
  /** One more is drawn, and those equal to the document are left out. */
  readonly leavesOutDocument: boolean;
}

/** What joins the parts of a prompt. */
export interface PromptForm {
  /** Before all else. */
  readonly description: string;
  /** Between a text and its answer. */
  readonly targetDelimiter: string;
  /** After an example. */
  readonly shotDelimiter: string;
  /** How the answer begins; '' for nothing. */
  readonly answerPrefix: string;
}

/** To how many tokens a long document is cut, or made, and by whose. */
export interface Cutting {
  readonly tokenizer: Pick<Tokenizer, 'encode' | 'decode'>;
  /** Tokens of the document and its answer. */
  readonly contextLength: number;
}

/** A benchmark as a value: its rows, the requests that a document becomes, and how the answers are scored. */
export interface Benchmark {
  /** As the lm-evaluation-harness calls it. */
  readonly name: string;
  /** Other names for it. */
  readonly aliases: readonly string[];
  readonly title: string;
  /** Of the task in the harness; figures of different versions are not compared. */
  readonly version: number;
  readonly kind: 'multiple_choice' | 'loglikelihood' | 'loglikelihood_rolling' | 'generate_until';
  readonly dataset: Dataset;
  /** The paper that the task is from. */
  readonly source: string;
  readonly published: readonly Published[];
  readonly metrics: readonly Metric[];
  /** Null where a prompt has no examples. */
  readonly shots: Shots | null;
  readonly form: PromptForm;

  /** The document of a row: the row, or what is made of it once. */
  prepare(row: Row): Row;
  /** Cuts a document that is too long; null: it is left out. Absent where documents are never cut. */
  readonly cut?: (doc: Row, cutting: Cutting) => Row | null;
  /** The right answer: a text, or the index of a choice. */
  target(doc: Row): string | number;
  /** @param shots documents, the first example first. */
  requests(doc: Row, shots: readonly Row[]): readonly Request[];
  /** @param answers of the requests, in their order. @returns the value of every metric by its name. */
  score(doc: Row, answers: readonly Answer[]): Readonly<Record<string, Value>>;
}

/** Benchmarks under one name. */
export interface Suite {
  readonly name: string;
  readonly title: string;
  readonly members: readonly (Benchmark | Suite)[];
  /** How the figures of its benchmarks become one: by their numbers of documents, alike, or not at all. */
  readonly aggregate: { readonly metrics: readonly string[]; readonly weights: 'documents' | 'alike' } | null;
}
