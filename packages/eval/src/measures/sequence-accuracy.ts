// Accuracy of whole sequences: a row counts where every answer in it is right, up to each position.
import { IGNORE } from '@twilljs/data';
import type { JsonObject } from '@twilljs/hub';
import { estimate } from '../estimate.ts';
import type { ExerciseProbe } from '../exercises.ts';
import { type ComparedMeasure, numberOrNull } from '../measure.ts';
import type { Scores } from '../score.ts';
import { accuracy, accuracyParts, byDifficulty, measureSets, partsText } from './accuracy.ts';

/**
 * Share of rows whose labels are all the most likely id. A measurement holds `upTo` as well: at index t the number of rows with all labels up
 * to position t right, so that accuracy at any shorter length can be read.
 */
export const sequenceAccuracy: ComparedMeasure<ExerciseProbe> = {
  name: 'sequenceAccuracy',
  title: 'accuracy of sequences',
  about: 'A row counts only where all its answers are right.',
  kind: 'byDifficulty',
  better: 'higher',
  range: [0, 1],
  value: (measurement) => byDifficulty(measurement, ({ sequences }) => Object(sequences).mean),
  error: (measurement) => numberOrNull(Object(accuracyParts(measurement).at(-1)?.sequences).standardError),
  lines: (measurement, { axis }) => [
    `sequences   all answers right in ${partsText(measurement, axis.unit, ({ sequences }) => Object(sequences).mean)}`,
  ],
};

/** Accuracy, with what `sequenceAccuracy` reads: both in one pass over the rows. */
export const accuracyInSequences: ComparedMeasure<ExerciseProbe> = {
  ...accuracy,
  compute: (model, probe) => measureSets(model, probe, (scores) => ({ sequences: sequencesOf(scores) })),
};

/** Rows answered in full, and up to each position. */
function sequencesOf({ B, T, labels, hits, notFinite }: Scores): JsonObject {
  const upTo: number[] = new Array(T).fill(0);
  const whole = new Uint8Array(B);
  for (let row = 0; row < B; row++) {
    let t = 0;
    for (; t < T; t++) {
      const at = row * T + t;
      if (labels[at] !== IGNORE && hits[at] === 0) break;
      upTo[t]++;
    }
    whole[row] = Number(t === T);
  }
  if (notFinite) return { mean: Number.NaN, standardError: Number.NaN, upTo };
  const { mean, standardError } = estimate(whole, new Uint8Array(B).fill(1));
  return { mean, standardError, upTo };
}
