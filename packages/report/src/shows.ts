// What the numbers of a part show: of a measure that can be solved, and of one without an end.
import { type Axis, isRatio, valueText } from './axis.ts';
import {
  linesText,
  type Model,
  mainOf,
  meansOf,
  modelAt,
  modelsOf,
  nounOf,
  type Part,
  resultOf,
  shortText,
} from './part.ts';
import { capital, fixed, listed, meanOf, type Spread, spanOf } from './text/stats.ts';
import { chanceAt, chanceOf, seedsOf, tokensOf } from './words.ts';

/** Shares of a measure's range from which a task counts as solved, up to which as not learned, and that are worth a word. */
const [SOLVED, UNLEARNED, APART, SPLIT] = [0.8, 0.25, 0.15, 0.25];

/** Below this a Transformer is behind because it has hardly begun. */
const FEW_TOKENS = 1e7;
const EARLY = 'attention without convolutions is slow to learn in so few tokens, and this is no finding about hybrids';

export type Sentence = string | false | null | undefined;

/** A line at the first and at the last value of the axis: alone, and with the most softmax layers. */
interface Pair {
  readonly name: string;
  readonly first: Spread;
  readonly last: Spread;
}

function pairsOf(part: Part): Pair[] {
  const { x, lines } = part;
  const [first, last] = [x.values[0], x.values.at(-1)];
  if (!last || first === last || (isRatio(x) && first.key !== 'pure')) return [];
  return lines.flatMap((line) => {
    const [from, to] = [first, last].map((value) => resultOf(part, modelAt(line, x, value)));
    return from && to ? [{ name: line.name, first: from, last: to }] : [];
  });
}

/** Of a measure whose upper end means that the task is solved. */
export function solvedShows(part: Part): Sentence[] {
  const { x, task } = part;
  const [least, most] = mainOf(part).range as readonly [number, number];
  const share = (of: number) => least + of * (most - least);
  const apart = APART * (most - least);
  const chance = chanceOf(part) ?? least;
  const unlearned = Math.max(share(UNLEARNED), chance + APART * (most - chance));
  const pairs = pairsOf(part);
  const name = ({ name, first, last }: Pair) => `${name} (${fixed(first.mean)} to ${fixed(last.mean)})`;
  const lifted = pairs.filter(({ first, last }) => last.low - first.high >= apart);
  const alone = pairs.filter(({ first, last }) => first.low >= share(SOLVED) && last.low - first.high < apart);
  const neither = pairs.filter(({ first, last }) => first.mean <= unlearned && last.mean <= unlearned);
  const lowered = pairs.filter(({ first, last }) => first.low - last.high >= apart);
  const greatest = Math.max(...neither.map(({ first, last }) => Math.max(first.mean, last.mean)));
  const noun = nounOf(part);
  const [one, many] = task.words?.verbs ?? ['does well', 'do well'];
  const what = isRatio(x)
    ? `Softmax attention in one layer of ${x.values.at(-1)?.key}`
    : `${x.name} at ${x.values.at(-1)?.text}`;
  const every = seedsOf(part).length > 1 ? ', in every seed' : '';
  return [
    lifted.length > 0 && `${what} raises ${noun} for ${listed(lifted.map(name))}${every}.`,
    alone.length > 0 &&
      `${listed(alone.map(({ name, first }) => `${name} (${fixed(first.mean)})`))} ${alone.length > 1 ? many : one} without it.`,
    neither.length > 0 &&
      `${someOf(neither, pairs)} did not learn the task, ${isRatio(x) ? 'alone or woven' : 'at either end'} (at most ${fixed(greatest)}).`,
    lowered.length > 0 && `${capital(noun)} is lower with it for ${listed(lowered.map(name))}.`,
    ...(pairs.length === 0 ? [ordered(part)] : []),
    meanGoes(part),
    bestValues(part, unlearned),
    ...part.full.map((model) => fullLearned(part, model, unlearned)),
    split(part, SPLIT * (most - least)),
  ];
}

/** Their names; how many they are, where names with settings in them would fill a paragraph. */
function someOf(some: readonly Pair[], all: readonly Pair[]): string {
  const names = some.map(({ name }) => name);
  const isLong = names.length > 3 && names.every((name) => name.includes(', '));
  return isLong ? `${names.length} of ${all.length} models` : listed(names);
}

function meanGoes(part: Part): Sentence {
  const means = meansOf(part);
  const [first, last] = [means[0], means.at(-1)];
  if (!first || !last || first === last) return null;
  const at = ({ value, spread }: typeof first) =>
    `${fixed(spread.mean)} (${isRatio(part.x) ? value.text : valueText(part.x, value)})`;
  return `The mean of ${first.lines} ${linesText(part)} goes from ${at(first)} to ${at(last)}.`;
}

function fullLearned(part: Part, model: Model, unlearned: number): Sentence {
  const full = resultOf(part, model);
  if (!full) return null;
  const chance = chanceAt(part, model);
  const guess = chance === null ? '' : `; chance is ${fixed(chance)}`;
  return full.mean > unlearned
    ? `The ${shortText(part, model)} is at ${fixed(full.mean)}${guess}.`
    : `The ${shortText(part, model)} did not learn it either (${fixed(full.mean)}${guess}): these runs tell no model from another.`;
}

/** Models whose seeds found different things: a mean of them describes none. */
function split(part: Part, apart: number): Sentence {
  const split = modelsOf(part).filter((model) => {
    const spread = resultOf(part, model);
    return spread && spread.high - spread.low >= apart;
  });
  if (split.length === 0) return null;
  const shown = (model: Model) => {
    const spread = resultOf(part, model) as Spread;
    return `${shortText(part, model)} (${fixed(spread.low)} to ${fixed(spread.high)})`;
  };
  const which = split.length > 4 ? `${split.length} models` : listed(split.map(shown));
  return `Seeds disagree for ${which}: learning this task is a jump that a run makes or misses, so their mean describes no run; look at the dots.`;
}

/** Of a measure without an end: what moves it, and the order of the models. */
export function openShows(part: Part): Sentence[] {
  const { x } = part;
  const means = meansOf(part);
  const lines = lineMeans(part);
  const [over, across] = [spanOf(means.map(({ spread }) => spread.mean)), spanOf(lines.map(({ mean }) => mean))];
  const name = isRatio(x) ? 'the ratio' : x.name;
  const kind = linesText(part);
  const matters =
    across > 2 * over
      ? `here the choice of ${kind.slice(0, -1)} matters more than ${name}`
      : over > 2 * across
        ? `here ${name} matters more than the choice of ${kind.slice(0, -1)}`
        : 'here neither clearly matters more';
  const unit = part.task.words?.unit ? ` ${part.task.words.unit}` : '';
  return [
    means.length > 1 &&
      lines.length > 1 &&
      `Over ${pluralOf(x)} the mean of ${means[0].lines} ${kind} moves by ${fixed(over)}${unit}, over the ${kind} by ${fixed(across)}${unit}: ${matters}.`,
    ordered(part),
    bestValues(part),
    ...fullsBehind(part),
  ];
}

const pluralOf = (x: Axis): string => (isRatio(x) ? 'the ratios' : `the values of ${x.name}`);

/** Over all values of the axis. */
function lineMeans(part: Part): { name: string; mean: number }[] {
  return part.lines.flatMap((line) => {
    const all = line.models.flatMap((model) => resultOf(part, model)?.mean ?? []);
    return all.length > 0 ? [{ name: line.name, mean: meanOf(all) }] : [];
  });
}

function ordered(part: Part): Sentence {
  const { better } = mainOf(part);
  const lines = lineMeans(part).sort((a, b) => (better === 'higher' ? b.mean - a.mean : a.mean - b.mean));
  if (lines.length < 2 || better === null) return null;
  const over = part.x.values.length > 1 ? ` over all ${pluralOf(part.x).replace('the ', '')}` : '';
  return `From best to worst${over}: ${listed(lines.map(({ name, mean }) => `${name} ${fixed(mean)}`))}.`;
}

/** Where each line is best on an axis that is no ratio: what one looks for in a learning rate. @param above results that count. */
function bestValues(part: Part, above = Number.NEGATIVE_INFINITY): Sentence {
  const { x, lines } = part;
  const { better } = mainOf(part);
  if (isRatio(x) || x.values.length < 2 || better === null) return null;
  const best = lines.flatMap((line) => {
    const found = x.values.flatMap((value) => {
      const mean = resultOf(part, modelAt(line, x, value))?.mean;
      return mean === undefined ? [] : [{ text: value.text, mean }];
    });
    const [first] = found.sort((a, b) => (better === 'lower' ? a.mean - b.mean : b.mean - a.mean));
    return first && first.mean > above ? [`${line.name} at ${first.text} (${fixed(first.mean)})`] : [];
  });
  return best.length > 0 && `Best over ${x.name}: ${listed(best)}.`;
}

function fullsBehind(part: Part): Sentence[] {
  const { better } = mainOf(part);
  if (better === null) return [];
  const means = part.lines.flatMap(({ models }) => models.flatMap((one) => resultOf(part, one)?.mean ?? []));
  const told = part.full.flatMap((model) => {
    const full = resultOf(part, model);
    if (!full) return [];
    const ahead = means.filter((mean) => (better === 'lower' ? mean < full.mean : mean > full.mean)).length;
    const text = `The ${shortText(part, model)} is at ${fixed(full.mean)}, behind ${ahead} of ${means.length} linear and hybrid models`;
    return [{ text, isEarly: ahead > means.length / 2 && tokensOf(part) < FEW_TOKENS }];
  });
  const early = told.findLastIndex(({ isEarly }) => isEarly);
  return told.map(({ text }, i) => (i === early ? `${text}; ${EARLY}.` : `${text}.`));
}
