// Replays `niah.jsonl`: needles in a haystack, their searches of a size, and their texts from recorded draws.
import { join } from 'node:path';
import { rulerParts, rulerTasks } from '@twilljs/eval';
import { FileError } from '@twilljs/tensor';
import { type Cases, different, linesIn, type WrongCase } from '../cases.ts';
import {
  anyDraws,
  attempted,
  type Count,
  counting,
  formOf,
  isRow,
  type ModelOf,
  type Row,
  refuses,
  type Sample,
  type Searched,
  type Step,
  scripted,
  stepsOf,
  tried,
} from './given.ts';

const { needleMaker, recordedDraws } = rulerParts;

interface Drawn extends Step {
  readonly draws: readonly unknown[];
}

interface Needles extends Row, Searched {
  readonly task: string;
  readonly haystack: 'noise' | 'repeat' | 'needle' | 'essay';
  readonly key: rulerParts.NeedleKind;
  readonly value: rulerParts.NeedleKind;
  readonly num_k: number;
  readonly num_v: number;
  readonly num_q: number;
  readonly estimate?: Drawn;
  readonly probes?: readonly Step[];
  readonly sample: Sample & { readonly sentences?: readonly string[] };
}

export interface Constants {
  readonly essay: string;
  readonly words_nouns: readonly string[];
  readonly words_adjectives: readonly string[];
  readonly words_verbs: readonly string[];
}

/** The words and the essay of `constants.jsonl`, beside a file. */
export function materialOf(folder: string): rulerParts.RulerMaterial {
  const fields = 'essay, words_nouns, words_adjectives and words_verbs';
  const isConstants = (one: Record<string, unknown>) =>
    typeof one.essay === 'string' && [one.words_nouns, one.words_adjectives, one.words_verbs].every(Array.isArray);
  const [constants] = linesIn<Constants>(join(folder, 'constants.jsonl'), fields, isConstants);
  const { essay, words_nouns: nouns, words_adjectives: adjectives, words_verbs: verbs } = constants;
  return { words: { nouns, adjectives, verbs }, essay: rulerParts.essayOf(essay), squad: null, hotpot: null };
}

export async function replayNeedles(path: string, modelOf: ModelOf): Promise<Cases> {
  const rows = linesIn<Needles>(path, 'source, task, tokenizer, max_length, and never_fits or a sample', isNeedles);
  const count = await counting(path, modelOf, rows);
  const material = materialOf(join(path, '..'));
  const wrong = rows.flatMap((row, i) =>
    row.never_fits ? refused(row, i, material, count) : compared(row, i, material, count),
  );
  return { count: rows.length, wrong };
}

function isNeedles(one: Record<string, unknown>): boolean {
  if (!isRow(one) || typeof one.task !== 'string') return false;
  if (one.never_fits === true) return true;
  const { sample, attempts, search } = one as unknown as Needles;
  return Array.isArray(sample?.draws) && typeof sample.input === 'string' && Array.isArray(attempts) && !!search;
}

function settingOf(row: Needles, material: rulerParts.RulerMaterial, tokensOf: (text: string, size: number) => number) {
  return { form: formOf(row), length: row.max_length, tokensOf, material } as const;
}

function refused(row: Needles, index: number, material: rulerParts.RulerMaterial, count: Count): WrongCase[] {
  const task = rulerTasks.find(({ name }) => name === row.task);
  if (!task) throw new FileError(`case ${index}: its task ${row.task} is none of this version.`);
  const probes = row.probes ?? [];
  const script = scripted(
    probes.map(({ tokens }) => tokens),
    probes.at(-1)?.tokens ?? 0,
  );
  const tokensOf = row.probes ? script.tokensOf : (text: string) => count(text, row);
  const maker = task.maker(settingOf(row, material, tokensOf), anyDraws());
  const isRefused = refuses(() => maker.sample(maker.largest(anyDraws()), anyDraws(), 0));
  return different(index, row.task, [
    ['never_fits', isRefused, true],
    ['probes', script.sizes.slice(0, probes.length), probes.map(({ n }) => n)],
  ]);
}

function compared(row: Needles, index: number, material: rulerParts.RulerMaterial, count: Count): WrongCase[] {
  const { haystack, key, value, num_k: keys, num_v: values, num_q: queries, sample, attempts, estimate } = row;
  const needles = { haystack: haystack === 'repeat' ? 'noise' : haystack, key, value, keys, values, queries } as const;
  const make = (given: rulerParts.RulerMaterial, tokensOf: (text: string, size: number) => number) =>
    needleMaker(row.task, needles, settingOf(row, given, tokensOf));
  const exact = (text: string) => count(text, row);

  const steps = stepsOf(row);
  const searching = scripted(
    steps.map(({ tokens }) => tokens),
    Infinity,
  );
  const largest = make(material, searching.tokensOf).largest(anyDraws());
  const trying = attempted(attempts.length);
  make(material, trying.tokensOf).sample(largest, anyDraws(), 0);

  const { sentences } = sample;
  const own = sentences ? { ...material, essay: { ...material.essay, sentences: () => sentences } } : material;
  const draws = recordedDraws(sample.draws);
  const made = make(own, exact).sample(sample.n, draws, 0);
  const first = estimate && make(material, exact).write(estimate.n, recordedDraws(estimate.draws), 0);
  return different(index, row.task, [
    ['search', searching.sizes, steps.map(({ n }) => n)],
    ['attempts', tried(trying, attempts), attempts],
    ['used', 'used' in row.search ? largest : null, 'used' in row.search ? row.search.used : null],
    [
      'estimate',
      first && haystack !== 'essay' ? exact(first.input + first.prefix) : null,
      first && haystack !== 'essay' ? estimate.tokens : null,
    ],
    ['draws', draws.left(), 0],
    ['input', made?.input, sample.input],
    ['prefix', made?.prefix, sample.answer_prefix ?? ` ${sample.gen_prefix}`],
    ['outputs', made?.outputs, sample.outputs],
    ['length', made?.length, sample.length],
  ]);
}
