// Tasks whose documents are made: one figure for each of some lengths (or numbers of entries), scored by what the model writes.
import { OptionError, whole } from '@twilljs/tensor';
import { reprOf } from '../python/repr.ts';
import type { GenerationAnswer, GenerationOptions } from '../requests/request.ts';
import type { Aggregation, Benchmark, ColumnKind, Maker, Row, Value } from './benchmark.ts';
import { type Facts, factsOf } from './facts.ts';
import { usualForm } from './prompt.ts';

/** The value of a document that is of another length, as the lm-evaluation-harness has it for RULER. */
export const ANOTHER = -1;

/** The mean over the documents of one length; -1 where there are none. Without a standard error, as in the harness. */
export const ofItsOwn: Aggregation = {
  name: 'mean of its length',
  of(values: readonly Value[]) {
    const own = values.filter((value) => value !== ANOTHER) as readonly number[];
    return own.length === 0 ? ANOTHER : own.reduce((sum, value) => sum + value, 0) / own.length;
  },
  stderr: null,
};

export interface MadeParts extends Omit<Facts, 'dataset' | 'shots'> {
  /** The field of a document that says of which length it is. */
  readonly axis: string;
  /** The lengths, each a metric of that name. */
  readonly lengths: readonly number[];
  /** What texts are made of, for the record. */
  readonly config: string;
  readonly options: GenerationOptions;
  readonly maker: Maker;
  prompt(doc: Row): string;
  /** The share that is right, of one answer. */
  value(doc: Row, text: string): number;
}

const columns: Readonly<Record<string, ColumnKind>> = { input: 'string', prefix: 'string', outputs: 'strings' };

/** A benchmark of documents that are made: `{ input, prefix, outputs }` with the length that each is of. */
export function madeBenchmark({
  axis,
  lengths,
  config,
  options,
  maker,
  prompt,
  value,
  ...facts
}: MadeParts): Benchmark {
  const dataset = { id: 'made', config, splits: { evaluation: 'test', shots: 'test' }, columns, maker };
  return {
    ...factsOf({ ...facts, dataset, shots: null }),
    kind: 'generate_until',
    metrics: lengths.map((length) => ({ name: String(length), higherIsBetter: true, aggregation: ofItsOwn })),
    form: usualForm,
    prepare: (row) => row,
    target: ({ outputs }) => reprOf(outputs as string[]),
    requests: (doc) => [{ kind: 'generate_until', context: prompt(doc), options }],
    score: (doc, [answer]) =>
      Object.fromEntries(
        lengths.map((length) => [
          String(length),
          doc[axis] === length ? value(doc, (answer as GenerationAnswer).text) : ANOTHER,
        ]),
      ),
  };
}

/** Refuses lengths that are none, or come twice. */
export function checkLengths(what: string, lengths: readonly number[]): void {
  if (!Array.isArray(lengths) || lengths.length === 0) {
    throw new OptionError(`${what} is empty; give at least one whole number.`);
  }
  for (const length of lengths) whole(what, length, 1);
  if (new Set(lengths).size === lengths.length) return;
  throw new OptionError(`${what} is [${lengths.join(', ')}], and one comes twice; give each once.`);
}

/** Refuses lengths that an answer alone fills, and those that a model does not read at once. */
export function requireFitting(what: string, lengths: readonly number[], newTokens: number, most: number): void {
  const [least, longest] = [Math.min(...lengths), Math.max(...lengths)];
  if (least <= newTokens) {
    throw new OptionError(
      `${what} never fits ${least} tokens: its answer alone has ${newTokens}; give a greater length.`,
    );
  }
  if (longest <= most) return;
  throw new OptionError(
    `${what}: the length ${longest} is more than the ${most} tokens that the model reads at once; give smaller lengths.`,
  );
}
