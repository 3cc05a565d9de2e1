// What a task of RULER is: texts of a size, made from draws, and the sizes that fit a context.
import type { MakerFile, Published } from '../../benchmarks/benchmark.ts';
import type { Draws } from './draws.ts';
import type { Essay } from './prose.ts';
import type { Questions } from './questions.ts';
import type { TokensOf } from './sizing.ts';
import type { WordLists } from './words.ts';

/** Whose texts, sizes and scores: NVIDIA's own, or those of its port in the lm-evaluation-harness, which differ. */
export type RulerForm = 'official' | 'lm-eval';

/** What texts are made of. */
export interface RulerMaterial {
  readonly words: WordLists;
  readonly essay: Essay;
  /** Questions on documents, which are never made up; null where there are none. */
  readonly squad: Questions | null;
  readonly hotpot: Questions | null;
}

/** What the texts of one length are made by. */
export interface RulerSetting {
  readonly form: RulerForm;
  /** Tokens of a prompt and its answer. */
  readonly length: number;
  readonly tokensOf: TokensOf;
  readonly material: RulerMaterial;
}

/** A prompt in its parts. */
export interface Draft {
  readonly input: string;
  /** How the answer begins, with the white space before it. */
  readonly prefix: string;
  /** What the answer should say. */
  readonly outputs: readonly string[];
}

/** A prompt that fits, with tokens as its form counts them, those of the answer included. */
export interface RulerSample extends Draft {
  readonly length: number;
}

/** The texts of a task at one length. */
export interface RulerMaker {
  /** The largest size of a haystack that fits. */
  largest(draws: Draws): number;
  /** A text of a size, whether it fits or not. */
  write(size: number, draws: Draws, index: number): Draft;
  /**
   * A text that fits.
   *
   * @returns null where the port leaves the sample out.
   * @throws OptionError where nothing ever fits.
   */
  sample(largest: number, draws: Draws, index: number): RulerSample | null;
}

/** Tokens of a prompt with the beginning of its answer. */
export const wholeText = ({ input, prefix }: Draft): string => input + prefix;

/** A file of the options of RULER. */
export interface RulerFile extends Omit<MakerFile, 'isGiven'> {
  readonly setting: 'essay' | 'squad' | 'hotpot';
}

export type Match = 'all' | 'part';

/** One of RULER's tasks: how its prompts are made and its answers matched. */
export interface RulerTask {
  /** As the lm-evaluation-harness calls it. */
  readonly name: string;
  readonly title: string;
  /** Tokens of an answer. */
  readonly newTokens: number;
  /** Whether all references count, or any of them. */
  readonly match: Match;
  readonly published: readonly Published[];
  /** What its texts are made of, for the record: `synthetic` prose, a text of one's `own`, a sentence that repeats, ... */
  haystack(material: RulerMaterial): string;
  /** What it is made from beside what is drawn; null: of nothing. */
  readonly file: RulerFile | null;
  /** How many different samples there are; undefined: as many as one likes. */
  samples?(material: RulerMaterial): number;
  /** @param draws of what all texts of a length share. */
  maker(setting: RulerSetting, draws: Draws): RulerMaker;
}
