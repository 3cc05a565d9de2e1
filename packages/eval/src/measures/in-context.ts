// How much better a model predicts late in a row than early.
import { IGNORE } from '@twilljs/data';
import type { JsonObject } from '@twilljs/hub';
import { estimate } from '../estimate.ts';
import { type ComparedMeasure, estimateText, numberOrNull } from '../measure.ts';
import { score } from '../score.ts';

/** Predictions of a row that are compared, counted from 1, where it is long enough. */
const [EARLY, LATE] = [50, 500];

/**
 * In-context-learning score: loss of the 500th prediction of a row less that of the 50th, in nats, the mean over rows: below 0 where
 * the model has learned from the context. In rows of T < 500 it is the last one less that at T / 10, so that scores of rows of one
 * length alone compare. Null where no row asks for both.
 *
 * @see Olsson et al. 2022, https://arxiv.org/abs/2209.11895
 */
export const inContextLearning: ComparedMeasure = {
  name: 'inContextLearning',
  title: 'in-context-learning score',
  about:
    'In-context-learning score: loss in nats at the 500th token of a row less that at the 50th, of shorter rows the last and that at a tenth.',
  kind: 'number',
  better: 'lower',
  async compute(model, { sets }) {
    const { rows } = sets[sets.length - 1];
    const { B, T, labels, nats, notFinite } = await score(model, rows);
    const late = Math.min(LATE, T);
    const early = Math.max(1, Math.round((late * EARLY) / LATE));
    const of = (row: number, at: number) => row * T + at - 1;
    const isAsked = (row: number) => [early, late].every((at) => labels[of(row, at)] !== IGNORE);
    const asked = Array.from({ length: B }, (_, row) => row).filter(isAsked);
    const gains = asked.map((row) => nats[of(row, late)] - nats[of(row, early)]);
    const place = notFinite && `position ${notFinite.position} of row ${notFinite.row}`;
    if (early === late || gains.length === 0) return { notFinite: place, inContextLearning: null };
    const found = estimate(gains, new Uint8Array(gains.length).fill(1));
    const { mean, rows: count, standardError } = found;
    return {
      notFinite: place,
      inContextLearning: { mean, standardError: count > 1 ? standardError : null, early, late, rows: count },
    };
  },
  value({ inContextLearning: found }: JsonObject) {
    if (found === null) return null;
    const { mean } = (found ?? {}) as JsonObject;
    return typeof mean === 'number' ? mean : undefined;
  },
  error: ({ inContextLearning: found }) => numberOrNull((found as JsonObject | null)?.standardError),
  lines({ inContextLearning: found }: JsonObject) {
    if (!found) return ['in context   no row asks both early and late'];
    const { mean, standardError, early, late } = found as JsonObject;
    return [`in context   ${estimateText(mean, standardError)} nats: loss at position ${late} less that at ${early}`];
  },
};
