// Replays `vt.jsonl`: variable tracking, with the worked example that has its own search.
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
  type Script,
  type Searched,
  scripted,
  stepsOf,
  tried,
} from './given.ts';
import { materialOf } from './needles.ts';

const { exampleMaker, recordedDraws, shownExample, trackingMaker, variableTracking } = rulerParts;

interface Tracking extends Row, Searched {
  readonly icl: Searched & {
    readonly n: number;
    readonly draws: readonly unknown[];
    readonly input: string;
    readonly outputs: readonly string[];
    readonly tokens_with_answer?: number;
  };
  readonly sample: Sample & { readonly icl_draws: readonly unknown[] };
}

export async function replayTracking(path: string, modelOf: ModelOf): Promise<Cases> {
  const rows = linesIn<Tracking>(path, 'source, tokenizer, max_length, and never_fits or icl and sample', isTracking);
  const count = await counting(path, modelOf, rows);
  const material = materialOf(join(path, '..'));
  return { count: rows.length, wrong: rows.flatMap((row, i) => compared(row, i, material, count)) };
}

function isTracking(one: Record<string, unknown>): boolean {
  if (!isRow(one)) return false;
  if (one.never_fits === true) return true;
  const { icl, sample, search } = one as unknown as Tracking;
  return [icl?.draws, icl?.attempts, sample?.draws, sample?.icl_draws].every(Array.isArray) && !!icl.search && !!search;
}

function compared(row: Tracking, index: number, material: rulerParts.RulerMaterial, count: Count): WrongCase[] {
  const exact = (text: string) => count(text, row);
  const setting = (tokensOf: (text: string, size: number) => number) =>
    ({ form: formOf(row), length: row.max_length, tokensOf, material }) as const;
  const text = `${row.source}, ${row.tokenizer}, ${row.max_length}`;
  if (row.never_fits) {
    const isRefused = refuses(() => {
      const maker = variableTracking.maker(setting(exact), anyDraws());
      return maker.sample(maker.largest(anyDraws()), anyDraws(), 0);
    });
    return different(index, text, [['never_fits', isRefused, true]]);
  }

  const { icl, sample } = row;
  const shots = searchOf(icl, (tokensOf) => exampleMaker(setting(tokensOf)).largest(anyDraws()));
  const trying = attempted(icl.attempts.length);
  exampleMaker(setting(exact)).fit(shots.largest, (size) => ({ made: null, tokens: trying.tokensOf('', size) }));
  const iclDraws = recordedDraws(icl.draws);
  const bare = exampleMaker(setting(exact)).write(icl.n, iclDraws);
  const example = shownExample(setting(exact), bare);

  const searched = searchOf(row, (tokensOf) => trackingMaker(setting(tokensOf), example).largest(anyDraws()));
  const attempting = attempted(row.attempts.length);
  trackingMaker(setting(attempting.tokensOf), example).sample(searched.largest, anyDraws(), 0);
  const draws = recordedDraws([...sample.draws, ...sample.icl_draws]);
  const made = trackingMaker(setting(exact), example).sample(sample.n, draws, 0);
  return different(index, text, [
    ['icl.search', ...shots.compared],
    ['icl.attempts', tried(trying, icl.attempts), icl.attempts],
    ['icl.input', bare.input + bare.prefix, icl.input],
    ['icl.outputs', bare.outputs, icl.outputs],
    ['icl.tokens_with_answer', icl.tokens_with_answer && example.tokens, icl.tokens_with_answer],
    ['search', ...searched.compared],
    ['attempts', tried(attempting, row.attempts), row.attempts],
    ['draws', iclDraws.left() + draws.left(), 0],
    ['input', made?.input, sample.input],
    ['prefix', made?.prefix, sample.answer_prefix ?? ` ${sample.gen_prefix}`],
    ['outputs', made?.outputs, sample.outputs],
    ['length', made?.length, sample.length],
  ]);
}

/** The sizes of a search and what it found, ours and those of the golden. */
export function searchOf(
  of: Searched,
  run: (tokensOf: Script['tokensOf']) => number,
): { largest: number; compared: readonly [ours: unknown, expected: unknown] } {
  const steps = stepsOf(of);
  const script = scripted(
    steps.map(({ tokens }) => tokens),
    Infinity,
  );
  const largest = run(script.tokensOf);
  const used = 'used' in of.search ? of.search.used : largest;
  return {
    largest,
    compared: [
      [...script.sizes, largest],
      [...steps.map(({ n }) => n), used],
    ],
  };
}
