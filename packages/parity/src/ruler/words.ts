// Replays `cwe.jsonl`, `fwe.jsonl` and `fwe_counts.jsonl`: words that are common, and frequent words.
import { join } from 'node:path';
import { rulerParts } from '@twilljs/eval';
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
  tried,
  type Written,
} from './given.ts';
import { materialOf } from './needles.ts';
import { searchOf } from './tracking.ts';

const { commonWords, countsOf, frequentWords, recordedDraws } = rulerParts;

interface Common extends Row, Searched {
  readonly sample: Sample;
}

export async function replayCommonWords(path: string, modelOf: ModelOf): Promise<Cases> {
  const rows = linesIn<Common>(path, 'source, tokenizer, max_length, and never_fits or a sample', isSampled);
  const count = await counting(path, modelOf, rows);
  const material = materialOf(join(path, '..'));
  return { count: rows.length, wrong: rows.flatMap((row, i) => common(row, i, material, count)) };
}

function isSampled(one: Record<string, unknown>): boolean {
  if (!isRow(one)) return false;
  if (one.never_fits === true) return true;
  const { sample, attempts, search } = one as unknown as Common;
  return Array.isArray(sample?.draws) && typeof sample.input === 'string' && Array.isArray(attempts) && !!search;
}

function common(row: Common, index: number, material: rulerParts.RulerMaterial, count: Count): WrongCase[] {
  const exact = (text: string) => count(text, row);
  const make = (tokensOf: (text: string, size: number) => number) =>
    commonWords.maker({ form: formOf(row), length: row.max_length, tokensOf, material }, anyDraws());
  const text = `${row.source}, ${row.tokenizer}, ${row.max_length}`;
  if (row.never_fits) {
    const maker = make(exact);
    const isRefused = refuses(() => maker.sample(maker.largest(anyDraws()), anyDraws(), 0));
    return different(index, text, [['never_fits', isRefused, true]]);
  }
  const { sample, attempts, source } = row;
  const searched = searchOf(row, (tokensOf) => make(tokensOf).largest(anyDraws()));
  const trying = attempted(attempts.length);
  make(trying.tokensOf).sample(searched.largest, anyDraws(), 0);
  const draws = recordedDraws(sample.draws);
  const made = make(exact).sample(sample.n, draws, 0);
  // The order of the port's list is that of a generator which goes on from list to list: its words are counted.
  const inOrder = source === 'upstream' ? (input = '') => input : (input = '') => input.split(/\s+/).sort();
  return different(index, text, [
    ['search', ...searched.compared],
    ['attempts', tried(trying, attempts), attempts],
    ['draws', draws.left(), 0],
    ['input', inOrder(made?.input), inOrder(sample.input)],
    ['prefix', made?.prefix, sample.answer_prefix ?? `\n\n${sample.gen_prefix}`],
    ['outputs', made?.outputs, sample.outputs],
    ['length', source === 'upstream' ? made?.length : sample.length, sample.length],
  ]);
}

interface Frequent extends Row {
  readonly vocab_size: number;
  readonly start: number;
  readonly step: number;
  readonly fitted: number;
  readonly fitted_vocab: readonly string[];
  readonly sample: Written & { readonly num_words: number; readonly vocab: readonly string[] };
}

export async function replayFrequentWords(path: string, modelOf: ModelOf): Promise<Cases> {
  const rows = linesIn<Frequent>(path, 'source, tokenizer, max_length, fitted_vocab and sample', isFrequent);
  const count = await counting(path, modelOf, rows);
  const material = materialOf(join(path, '..'));
  return { count: rows.length, wrong: rows.flatMap((row, i) => frequent(row, i, material, count)) };
}

function isFrequent(one: Record<string, unknown>): boolean {
  const { fitted_vocab, sample } = one as unknown as Frequent;
  return isRow(one) && Array.isArray(fitted_vocab) && Array.isArray(sample?.vocab);
}

function frequent(row: Frequent, index: number, material: rulerParts.RulerMaterial, count: Count): WrongCase[] {
  const { sample, max_length: length } = row;
  const sizes: number[] = [];
  const tokensOf = (text: string, size: number) => {
    sizes.push(size);
    return count(text, row);
  };
  const maker = frequentWords.maker({ form: formOf(row), length, tokensOf, material }, anyDraws());
  const fitted = maker.largest(recordedDraws([row.fitted_vocab]));
  const [start, second = start + row.step] = sizes;
  sizes.length = 0;
  const made = maker.sample(fitted, recordedDraws([sample.vocab]), 0);
  return different(index, `${row.source}, ${row.tokenizer}, ${length}`, [
    ['start', start, row.start],
    ['step', second - start, row.step],
    ['fitted', fitted, row.fitted],
    ['num_words', sizes.at(-1), sample.num_words],
    ['input', made?.input, sample.input],
    ['prefix', made?.prefix, sample.answer_prefix ?? ` ${sample.gen_prefix}`],
    ['outputs', made?.outputs, sample.outputs],
    ['length', made?.length, sample.length],
  ]);
}

interface Counts {
  readonly rows: readonly { readonly num_words: number; readonly vocab: number; readonly counts: readonly number[] }[];
}

export function replayCounts(path: string): Cases {
  const isCounts = ({ rows }: Record<string, unknown>) =>
    Array.isArray(rows) && rows.every((row) => Array.isArray(row?.counts));
  const rows = linesIn<Counts>(path, 'rows with num_words, vocab and counts', isCounts).flatMap((line) => line.rows);
  const wrong = rows.flatMap(({ num_words, vocab, counts }, i) =>
    different(i, `${num_words} words`, [['counts', countsOf(num_words, vocab), counts]]),
  );
  return { count: rows.length, wrong };
}
