// Text into the words within which a model merges: each pre-tokenizer of `tokenizer.json`.
import { shown } from '@twilljs/tensor';
import { byteText } from './byte-level.ts';
import type { Part } from './part.ts';
import { GPT2, literally, oniguruma, patternIn, type Run, runsOf } from './patterns.ts';

/** Takes the words of a text one by one, in order. @param isFirst whether it is at the beginning of what is encoded. */
export type Take = (word: string, isFirst: boolean) => void;

/** Gives the words of a text, none of them empty. */
type Step = (text: string, isFirst: boolean, take: Take) => void;

export interface PreTokenizer {
  readonly words: Step;
  /** Whether the model reads the bytes of each word, by the characters that stand for them. */
  readonly inBytes: boolean;
}

/** Characters of Unicode that are white space, and those that words have, to Rust. */
const SPACE = '\\p{White_Space}';
const WORD = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]';
const PUNCTUATION = '[\\p{P}!-/:-@\\[-`{-~]';

/** @throws FileError for what is not known. */
export function preTokenizerOf(config: Part | null): PreTokenizer {
  if (config === null) return { words: asItIs, inBytes: false };
  const steps = flat(config);
  const last = steps.at(-1);
  const inBytes = last?.type === 'ByteLevel';
  return {
    inBytes,
    words: inSequence(steps.map((step) => (inBytes && step === last ? byteLevelWords(step) : stepOf(step)))),
  };
}

const flat = (config: Part): Part[] =>
  config.type === 'Sequence' ? config.parts('pretokenizers').flatMap(flat) : [config];

function stepOf(config: Part): Step {
  switch (config.type) {
    case 'ByteLevel':
      return inSequence([byteLevelWords(config), (text, isFirst, take) => take(byteText(text), isFirst)]);
    case 'Metaspace':
      return metaspace(config);
    case 'Split':
      return split(patternIn(config), config, config.flag('invert', false));
    case 'Whitespace':
      return cut(new RegExp(`${WORD}+|(?:(?!${WORD})\\P{White_Space})+`, 'gu'), 'Removed', true);
    case 'WhitespaceSplit':
      return cut(new RegExp(SPACE, 'gu'), 'Removed', false);
    case 'CharDelimiterSplit':
      return cut(literally(config.text('delimiter')), 'Removed', false);
    case 'Digits':
      return cut(/\p{N}/gu, config.flag('individual_digits', false) ? 'Isolated' : 'Contiguous', false);
    case 'Punctuation':
      return split(new RegExp(PUNCTUATION, 'gu'), config, false);
    case 'BertPreTokenizer':
      return inSequence([
        cut(new RegExp(SPACE, 'gu'), 'Removed', false),
        cut(new RegExp(PUNCTUATION, 'gu'), 'Isolated', false),
      ]);
    case 'FixedLength':
      return fixedLength(config);
  }
  throw config.unknown();
}

const asItIs: Step = (text, isFirst, take) => {
  if (text !== '') take(text, isFirst);
};

function inSequence(steps: readonly Step[]): Step {
  return steps.reduceRight<Step>(
    (next, step) => (text, isFirst, take) => step(text, isFirst, (word, first) => next(word, first, take)),
    asItIs,
  );
}

type Behavior = 'Isolated' | 'Removed' | 'Contiguous' | 'MergedWithPrevious' | 'MergedWithNext';

/** From one match to the next, with what is done to matches. */
const behaviors: Record<Behavior, (runs: Run[]) => Run[]> = {
  Isolated: (runs) => runs,
  Removed: (runs) => runs.filter(({ isMatch }) => !isMatch),
  Contiguous: (runs) => joined(runs, (run, before) => run.isMatch === before),
  MergedWithPrevious: (runs) => joined(runs, (run, before) => run.isMatch && !before),
  MergedWithNext: (runs) => joined([...runs].reverse(), (run, before) => run.isMatch && !before).reverse(),
};

/** Joins runs that follow each other, in either direction. @param joins whether a run goes to the one before, which may have been a match. */
function joined(runs: readonly Run[], joins: (run: Run, before: boolean) => boolean): Run[] {
  const list: Run[] = [];
  let before = false;
  for (const run of runs) {
    const last = list.at(-1);
    if (last && joins(run, before)) {
      list[list.length - 1] = { ...run, from: Math.min(last.from, run.from), to: Math.max(last.to, run.to) };
    } else list.push(run);
    before = run.isMatch;
  }
  return list;
}

function cut(pattern: RegExp, behavior: Behavior, invert: boolean): Step {
  if (behavior === 'Isolated') return isolated(pattern);
  const treat = behaviors[behavior];
  return (text, isFirst, take) => {
    const runs = runsOf(text, pattern);
    give(text, isFirst, treat(invert ? runs.map((run) => ({ ...run, isMatch: !run.isMatch })) : runs), take);
  };
}

function give(text: string, isFirst: boolean, runs: readonly Run[], take: Take): void {
  for (const { from, to } of runs) if (from < to) take(text.slice(from, to), isFirst && from === 0);
}

function split(pattern: RegExp, config: Part, invert: boolean): Step {
  const behavior = config.text('behavior', 'Isolated');
  if (Object.hasOwn(behaviors, behavior)) return cut(pattern, behavior as Behavior, invert);
  throw config.refused(`has the behavior ${shown(behavior)}; those known are ${Object.keys(behaviors).join(', ')}.`);
}

/** The fast way of most models: a loop over matches, which cover the text but for what no part of the pattern matches. */
function byteLevelWords(config: Part): Step {
  const addsSpace = config.flag('add_prefix_space', true);
  const words = config.flag('use_regex', true) ? isolated(oniguruma(GPT2)) : asItIs;
  return (text, isFirst, take) => words(addsSpace && !text.startsWith(' ') ? ` ${text}` : text, isFirst, take);
}

function isolated(pattern: RegExp): Step {
  return (text, isFirst, take) => {
    let at = 0;
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      const [word] = match;
      if (at < match.index) take(text.slice(at, match.index), isFirst && at === 0);
      if (word !== '') take(word, isFirst && match.index === 0);
      else pattern.lastIndex += (text.codePointAt(match.index) ?? 0) > 0xffff ? 2 : 1;
      at = match.index + word.length;
    }
    if (at < text.length) take(text.slice(at), isFirst && at === 0);
  };
}

function metaspace(config: Part): Step {
  const mark = config.text('replacement', '▁');
  const scheme = config.text('prepend_scheme', config.flag('add_prefix_space', true) ? 'always' : 'never');
  if (!['always', 'first', 'never'].includes(scheme)) {
    throw config.refused(`has the prepend_scheme ${shown(scheme)}; those known are always, first, never.`);
  }
  const words = config.flag('split', true) ? cut(literally(mark), 'MergedWithNext', false) : asItIs;
  return (text, isFirst, take) => {
    const marked = text.replaceAll(' ', () => mark);
    const isPrepended = !marked.startsWith(mark) && (scheme === 'always' || (scheme === 'first' && isFirst));
    words(isPrepended ? mark + marked : marked, isFirst, take);
  };
}

function fixedLength(config: Part): Step {
  const length = config.whole('length', 5);
  if (length === 0) throw config.refused('has length 0; one character or more is needed.');
  return (text, isFirst, take) => {
    const characters = Array.from(text);
    for (let at = 0; at < characters.length; at += length) {
      take(characters.slice(at, at + length).join(''), isFirst && at === 0);
    }
  };
}
