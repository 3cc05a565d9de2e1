// One needle at every length and every depth: what a heat map of recall is drawn from.
import { pythonRandom } from '@twilljs/data';
import { finite, nextTurn, OptionError, whole } from '@twilljs/tensor';
import type { Benchmark, Made, MakerFile, Making, Row } from '../../benchmarks/benchmark.ts';
import { checkLengths, madeBenchmark, requireFitting } from '../../benchmarks/made.ts';
import { type Draws, drawn } from '../ruler/draws.ts';
import { matched, processed } from '../ruler/scoring.ts';
import { fitting, officialSize, threefold } from '../ruler/sizing.ts';
import { type Draft, type Match, wholeText } from '../ruler/task.ts';

/** At which lengths and depths needles lie, and how often. */
export interface GridOptions {
  /** Tokens of a prompt and its answer. Default 1024, 2048 and 4096. */
  readonly lengths?: readonly number[] | undefined;
  /** Where the needle stands, in percent of the haystack. Default 0, 10, ... 100. */
  readonly depths?: readonly number[];
  /** Samples of each length and depth. Default 10. */
  readonly samples?: number;
  /** Default 42. */
  readonly seed?: number | undefined;
}

export interface GridParts {
  readonly name: string;
  readonly title: string;
  readonly source: string;
  readonly haystack: string;
  readonly match: Match;
  /** Pieces that the haystack has; Infinity where it repeats. */
  readonly pieces: number;
  /** A prompt of so many pieces, with the needle before one of them or after the last. */
  write(pieces: number, place: number, draws: Draws): Draft;
  readonly file: MakerFile | null;
  readonly notes: readonly string[];
}

/** Names of the options of every grid. */
export const GRID_NAMES: readonly string[] = ['lengths', 'depths', 'samples', 'seed'];

/** Eleven depths. */
export const elevenDepths: readonly number[] = /* @__PURE__ */ Array.from({ length: 11 }, (_, i) => 10 * i);

/** Tokens of an answer: a number, or a few words. */
const NEW_TOKENS = 32;
/** Pieces of the first text that is measured. */
const PROBE = 5;
/** A haystack that has all pieces and fills less of a context is too short for it. */
const FILLED = 0.9;

/** @throws OptionError for a setting that is none; when it is evaluated, for a length that nothing fits, or that is longer than the haystack. */
export function gridBenchmark(parts: GridParts, options: GridOptions): Benchmark {
  const { name, title, source, haystack, match, file, notes } = parts;
  const { lengths = [1024, 2048, 4096], depths = elevenDepths, samples = 10, seed = 42 } = options;
  checkLengths(`${name}: lengths`, lengths);
  if (depths.length === 0) throw new OptionError(`${name}: depths is empty; give at least one number from 0 to 100.`);
  for (const depth of depths) finite(`${name}: depths`, depth, 0, 100);
  whole(`${name}: samples`, samples, 1);
  whole(`${name}: seed`, seed, 0);

  async function make({ tokenizer, contextLength, limit = Infinity, onRow = () => {} }: Making): Promise<Made> {
    requireFitting(name, lengths, NEW_TOKENS, contextLength);
    const cells = lengths.length * depths.length;
    const count = Math.min(samples, limit);
    const rows: Row[] = [];
    for (const length of lengths) {
      const random = pythonRandom((BigInt(seed) << 40n) + BigInt(length));
      const rowAt = rowsOf(parts, tokenizer, length, drawn(random));
      for (let index = 0; index < count; index++) {
        rows.push(...depths.map((depth) => rowAt(depth, index)));
        onRow(rows.length, count * cells);
        await nextTurn();
      }
    }
    return { rows, original: samples * cells, notes };
  }

  return madeBenchmark({
    ...{ name, title, source, axis: 'max_length', lengths, config: haystack },
    maker: { unit: 'tokens', settings: ['lengths', 'seed'], file, make },
    options: { until: [], maxTokens: NEW_TOKENS },
    prompt: ({ input, prefix }) => `${input}${prefix}`,
    value: ({ outputs }, text) => matched(match, 'official', processed(text), outputs as string[]),
  });
}

/** Makes the documents of one length, one at a time. */
function rowsOf(
  { title, name, haystack, pieces, write }: GridParts,
  tokenizer: Making['tokenizer'],
  length: number,
  draws: Draws,
): (depth: number, index: number) => Row {
  const tokensOf = (draft: Draft) => tokenizer.encode(wholeText(draft)).length;
  const budget = length - NEW_TOKENS;
  const tokensAt = (size: number) => tokensOf(write(size, Math.round(size / 2), draws));
  const upper = (tokens: number) => Math.min(threefold(length, PROBE)(tokens), pieces);
  const largest = officialSize({ probe: Math.min(PROBE, pieces), lower: 1, upper, budget, tokensAt });
  if (largest === pieces && tokensAt(pieces) < FILLED * budget) {
    throw new OptionError(
      `${name}: the whole text has ${tokensAt(pieces)} tokens with its needle, and a context of ${length} has room for ${budget}; ` +
        'give a longer text or smaller lengths.',
    );
  }
  return (depth, index) => {
    const { draft, tokens } = fitting({
      ...{ what: title, length, newTokens: NEW_TOKENS, largest, increment: 1 },
      attempt(size) {
        const draft = write(size, Math.round((size * depth) / 100), draws);
        const tokens = tokensOf(draft);
        return { made: { draft, tokens }, tokens };
      },
    });
    return { index, ...draft, length: tokens + NEW_TOKENS, max_length: length, depth, haystack };
  };
}
