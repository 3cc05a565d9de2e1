// What the numbers show and what they do not, in words that follow from the numbers alone.
import { isClosed, type Model, mainOf, modelsOf, type Part, shortText, skippedBy } from './part.ts';
import { openShows, type Sentence, solvedShows } from './shows.ts';
import { listed, type Spread, signed } from './text/stats.ts';
import { limitText, seedsOf } from './words.ts';

/** The paragraph of a part, sentence by sentence. */
export function findings(part: Part): string {
  const main = mainOf(part);
  const shows = isClosed(main) && main.better === 'higher' ? solvedShows(part) : openShows(part);
  return [...shows, ...limits(part)].filter((sentence) => typeof sentence === 'string').join(' ');
}

function limits(part: Part): Sentence[] {
  const models = modelsOf(part);
  const parameters = models.map(({ counts }) => counts.parameters);
  const more = Math.round((Math.max(...parameters) / Math.min(...parameters) - 1) * 100);
  const seeds = seedsOf(part).length;
  const layers = Math.max(...models.map(({ counts }) => counts.layers));
  const isWoven = models.some(({ ratio }) => ratio !== 'pure');
  return [
    limitText(part),
    isWoven &&
      layers <= 2 &&
      `With ${layers} layers a weave is one softmax layer or none, so nothing is said about ratios between.`,
    seeds === 1
      ? 'With one seed a difference between two single models can be chance; only what holds over many models counts.'
      : `With ${seeds} seeds the interval is from the smallest to the largest of them, not a confidence interval.`,
    diverged(part),
    skipped(part),
    more > 0 && `Parameter counts differ by up to ${more} %.`,
    part.failed.length > 0 && `${part.failed.length} cells failed and are left out.`,
  ];
}

/** Runs that ended worse than they began: what they found says nothing about their model. */
function diverged(part: Part): Sentence {
  const worse = modelsOf(part).filter(({ cells }) =>
    cells.some(({ losses }) => losses.length > 0 && losses[losses.length - 1][1] > losses[0][1]),
  );
  return (
    worse.length > 0 &&
    `The training loss of ${namesOf(part, worse)} ended above its beginning: lower the learning rate.`
  );
}

/** Runs that did not learn from all of their steps. */
function skipped(part: Part): Sentence {
  const some = modelsOf(part).filter((model) => skippedBy(model) > 0);
  const steps = some.reduce((sum, model) => sum + skippedBy(model), 0);
  return some.length > 0 && `${namesOf(part, some)} skipped ${steps} steps, which had no finite loss or gradient.`;
}

function namesOf(part: Part, models: readonly Model[]): string {
  return models.length > 4 ? `${models.length} models` : listed(models.map((model) => shortText(part, model)));
}

/** How far the most softmax layers move a mixer, as `+0.870`. */
export function gainText(pure: Spread | null, woven: Spread | null): string {
  return pure && woven ? signed(woven.mean - pure.mean) : '–';
}
