// The paper's repositories on the Hub by their names: what each holds, and how much of that is known.
import type { Ratio } from '@twilljs/hybrid';
import { configOf } from '@twilljs/sweep';
import { mixers } from './mixers.ts';
import { modelSizes } from './sizes.ts';

/** What a repository of the paper's authors holds, and how much of that is known. */
export interface PaperModel {
  readonly size: '340M' | '1.3B';
  /** Name of the mixer. */
  readonly mixer: string;
  /** `3`: one softmax layer in every three. */
  readonly ratio: Ratio;
  /** For `hybrid`: the configuration that is expected. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What of it nobody outside has seen, in words; null where all is confirmed. */
  readonly guessed: string | null;
}

/** Ratios whose softmax layers others have seen in the checkpoints. */
const SEEN: readonly Ratio[] = ['pure', '12', '3'];

/** The checkpoints say so, though they were trained on 4096. */
const POSITIONS = 2048;

/**
 * What a repository of the paper's authors holds, by its name: `m-a-p/1.3B-100B-GatedDeltaNet-hybrid-3-1`.
 *
 * @returns null for every other name.
 * @see https://huggingface.co/collections/m-a-p/hybrid-linear-attention-research-686c488a63d609d2f20e2b1e
 */
export function paperModel(id: string): PaperModel | null {
  const name = /^m-a-p\/(340M-20B|1\.3B-100B)-(\w+)-(?:pure(?:-baseline)?|hybrid-(\d+)-1)$/.exec(id);
  const full = /^m-a-p\/transformer_(340M|1\.3B)_baseline$/.exec(id);
  const size = (full?.[1] ?? name?.[1].split('-')[0]) as keyof typeof modelSizes & PaperModel['size'];
  const found = mixers.find(({ title, role }) =>
    full ? role === 'softmax' : letters(title) === letters(name?.[2] ?? ''),
  );
  if (!(name || full) || !found) return null;
  const ratio: Ratio = name?.[3] ? (name[3] as Ratio) : 'pure';
  const mixer = found.name;
  const config = { ...configOf(modelSizes[size], mixer, ratio), max_position_embeddings: POSITIONS };
  return { size, mixer, ratio, config, guessed: guessOf(mixer, ratio) };
}

/** Of Gated DeltaNet others have copied the configurations; of the rest nobody has. */
export function guessOf(mixer: string, ratio: Ratio): string | null {
  if (mixer !== 'gated-deltanet') return "its configuration, which is FLA's default at this depth and width";
  if (ratio === 'pure') return null;
  return SEEN.includes(ratio) ? 'the heads of its softmax layers' : 'which of its layers are softmax, and their heads';
}

/** Which hybrids of the 1.3B have been seen there, by their names. */
const seen: Readonly<Record<string, string>> = {
  HGRN: '12',
  HGRN2: 'pure 24 6 3',
  RetNet: 'pure 24 12 6 3',
  GLA: 'pure 12 3',
  DeltaNet: 'pure 12',
  GatedDeltaNet: 'pure 24 12 6 3',
};

/** Every repository of the paper's authors whose name has been seen outside: `paperModel` says what each holds. */
export function paperRepositories(): readonly string[] {
  const large = Object.entries(seen).flatMap(([name, ratios]) =>
    ratios.split(' ').map((ratio) => `1.3B-100B-${name}-${ratio === 'pure' ? 'pure' : `hybrid-${ratio}-1`}`),
  );
  const small = ['340M-20B-GatedDeltaNet-pure-baseline', '340M-20B-GatedDeltaNet-hybrid-3-1'];
  return [...small, ...large, 'transformer_1.3B_baseline'].map((name) => `m-a-p/${name}`);
}

const letters = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');
