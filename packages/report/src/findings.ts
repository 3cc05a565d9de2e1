// What the numbers show and what they do not, in words that follow from the numbers alone.

import {
  type Model,
  meansOf,
  mixersOf,
  modelAt,
  modelsOf,
  type Part,
  ratiosOf,
  ratioText,
  resultOf,
  skippedBy,
} from './parts.ts';
import { grouped } from './text/numbers.ts';
import { fixed, listed, meanOf, type Spread, signed, spanOf } from './text/stats.ts';
import { chanceOf, seedsOf, tokensOf } from './words.ts';

/** Accuracies from which a task counts as solved, up to which as not learned, and differences that are worth a word. */
const [SOLVED, UNLEARNED, APART] = [0.8, 0.25, 0.15];

/** Below this a Transformer is behind because it has hardly begun. */
const FEW_TOKENS = 1e7;

interface Pair {
  readonly family: string;
  readonly pure: Spread;
  readonly woven: Spread;
}

/** Each mixer alone, and with the most softmax layers. */
function pairsOf(part: Part): Pair[] {
  const most = ratiosOf(part).at(-1);
  if (!most || most === 'pure') return [];
  return mixersOf(part).flatMap(({ mixer, family }) => {
    const pure = resultOf(part, modelAt(part, mixer, 'pure'));
    const woven = resultOf(part, modelAt(part, mixer, most));
    return pure && woven ? [{ family, pure, woven }] : [];
  });
}

/** The paragraph of a part, sentence by sentence. */
export function findings(part: Part): string {
  const sentences = part.task === 'recall' ? recallShows(part) : languageShows(part);
  return [...sentences, ...limits(part)].join(' ');
}

function recallShows(part: Part): string[] {
  const pairs = pairsOf(part);
  const woven = ratiosOf(part).at(-1);
  const name = ({ family, pure, woven }: Pair) => `${family} (${fixed(pure.mean)} to ${fixed(woven.mean)})`;
  const lifted = pairs.filter(({ pure, woven }) => woven.low - pure.high >= APART);
  const alone = pairs.filter(({ pure, woven }) => pure.low >= SOLVED && woven.low - pure.high < APART);
  const neither = pairs.filter(({ pure, woven }) => pure.mean <= UNLEARNED && woven.mean <= UNLEARNED);
  const lowered = pairs.filter(({ pure, woven }) => pure.low - woven.high >= APART);
  const full = resultOf(part, part.transformer);
  const several = seedsOf(part).length > 1;
  const means = meansOf(part);
  const [first, last] = [means[0], means.at(-1)];
  return [
    woven &&
      lifted.length > 0 &&
      `Softmax attention in one layer of ${woven} raises recall for ${listed(lifted.map(name))}${several ? ', in every seed' : ''}.`,
    alone.length > 0 &&
      `${listed(alone.map(({ family, pure }) => `${family} (${fixed(pure.mean)})`))} ${alone.length > 1 ? 'recall' : 'recalls'} without it.`,
    neither.length > 0 &&
      `${listed(neither.map(({ family }) => family))} did not learn the task, alone or woven (at most ${fixed(Math.max(...neither.map(({ pure, woven }) => Math.max(pure.mean, woven.mean))))}).`,
    lowered.length > 0 && `Recall is lower with it for ${listed(lowered.map(name))}.`,
    first &&
      last &&
      first !== last &&
      `The mean of ${first.mixers} mixers goes from ${fixed(first.spread.mean)} (${ratioText(first.ratio)}) to ${fixed(last.spread.mean)} (${ratioText(last.ratio)}).`,
    full &&
      (full.mean > UNLEARNED
        ? `The Transformer is at ${fixed(full.mean)}; chance is ${fixed(chanceOf(part))}.`
        : `The Transformer did not learn it either (${fixed(full.mean)}; chance is ${fixed(chanceOf(part))}): these runs tell no model from another.`),
    split(part),
  ].filter((sentence) => typeof sentence === 'string');
}

/** Models whose seeds found different things: a mean of them describes none. */
function split(part: Part): string | null {
  const apart = modelsOf(part).filter((model) => {
    const spread = resultOf(part, model);
    return spread && spread.high - spread.low >= 0.25;
  });
  if (apart.length === 0) return null;
  const shown = (model: Model) => {
    const spread = resultOf(part, model) as Spread;
    return `${model.family} ${ratioText(model.ratio)} (${fixed(spread.low)} to ${fixed(spread.high)})`;
  };
  const which = apart.length > 4 ? `${apart.length} models` : listed(apart.map(shown));
  return `Seeds disagree for ${which}: learning this task is a jump that a run makes or misses, so their mean describes no run; look at the dots.`;
}

function languageShows(part: Part): string[] {
  const means = meansOf(part).map(({ spread }) => spread.mean);
  const family = mixersOf(part).flatMap(({ mixer, family }) => {
    const all = part.models.filter((m) => m.mixer === mixer).flatMap((m) => resultOf(part, m)?.mean ?? []);
    return all.length > 0 ? [{ family, mean: meanOf(all) }] : [];
  });
  const ordered = [...family].sort((a, b) => a.mean - b.mean);
  const ratioSpan = spanOf(means);
  const mixerSpan = spanOf(ordered.map(({ mean }) => mean));
  const full = resultOf(part, part.transformer);
  const cells = part.models.flatMap((model) => resultOf(part, model)?.mean ?? []);
  const ahead = full ? cells.filter((mean) => mean < full.mean).length : 0;
  const compared =
    mixerSpan > 2 * ratioSpan
      ? 'here the choice of mixer matters more than the ratio'
      : ratioSpan > 2 * mixerSpan
        ? 'here the ratio matters more than the choice of mixer'
        : 'here neither clearly matters more';
  return [
    means.length > 1 &&
      ordered.length > 1 &&
      `Over the ratios the mean of ${meansOf(part)[0].mixers} mixers moves by ${fixed(ratioSpan)} bit, over the mixers by ${fixed(mixerSpan)} bit: ${compared}.`,
    ordered.length > 1 &&
      `From best to worst over all ratios: ${listed(ordered.map(({ family, mean }) => `${family} ${fixed(mean)}`))}.`,
    full &&
      `The Transformer is at ${fixed(full.mean)}, behind ${ahead} of ${cells.length} linear and hybrid models${
        ahead > cells.length / 2 && tokensOf(part) < FEW_TOKENS
          ? '; attention without convolutions is slow to learn in so few tokens, and this is no finding about hybrids'
          : ''
      }.`,
  ].filter((sentence) => typeof sentence === 'string');
}

function limits(part: Part): string[] {
  const parameters = modelsOf(part).map(({ counts }) => counts.parameters);
  const more = Math.round((Math.max(...parameters) / Math.min(...parameters) - 1) * 100);
  const seeds = seedsOf(part).length;
  const { steps } = part.training;
  const layers = Math.max(...modelsOf(part).map(({ counts }) => counts.layers));
  const isRecall = part.task === 'recall';
  return [
    isRecall
      ? `All this is what is learned in ${grouped(steps)} steps, not what a state can hold: more steps can change it.`
      : `All this is after ${grouped(steps)} steps on one text: early learning, not what the models reach.`,
    isRecall &&
      layers <= 2 &&
      `With ${layers} layers a weave is one softmax layer or none, so nothing is said about ratios between.`,
    seeds === 1
      ? 'With one seed a difference between two single models can be chance; only what holds over many models counts.'
      : `With ${seeds} seeds the interval is from the smallest to the largest of them, not a confidence interval.`,
    diverged(part),
    skipped(part),
    more > 0 && `Parameter counts differ by up to ${more} %.`,
    part.failed.length > 0 && `${part.failed.length} cells failed and are left out.`,
  ].filter((sentence) => typeof sentence === 'string');
}

/** Runs that ended worse than they began: what they found says nothing about their model. */
function diverged(part: Part): string | false {
  const worse = modelsOf(part).filter(({ cells }) =>
    cells.some(({ losses }) => losses.length > 0 && losses[losses.length - 1][1] > losses[0][1]),
  );
  return (
    worse.length > 0 &&
    `The training loss of ${namesOf(part, worse)} ended above its beginning: lower the learning rate.`
  );
}

/** Runs that did not learn from all of their steps. */
function skipped(part: Part): string | false {
  const some = modelsOf(part).filter((model) => skippedBy(model) > 0);
  const steps = some.reduce((sum, model) => sum + skippedBy(model), 0);
  return some.length > 0 && `${namesOf(part, some)} skipped ${steps} steps, which had no finite loss or gradient.`;
}

function namesOf({ transformer }: Part, models: readonly Model[]): string {
  const names = models.map((model) =>
    model === transformer ? model.family : `${model.family} ${ratioText(model.ratio)}`,
  );
  return names.length > 4 ? `${names.length} models` : listed(names);
}

/** How far the most softmax layers move a mixer, as `+0.870`. */
export function gainText(pure: Spread | null, woven: Spread | null): string {
  return pure && woven ? signed(woven.mean - pure.mean) : '–';
}
