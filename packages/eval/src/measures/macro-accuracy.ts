// Accuracy in which every answer that occurs counts the same, however often it does.
import { IGNORE } from '@twilljs/data';
import type { ExerciseProbe } from '../exercises.ts';
import { type ComparedMeasure, fixed } from '../measure.ts';
import { accuracyFound, accuracyParts, byDifficulty, measureSets, partsText } from './accuracy.ts';

/**
 * Mean, over ids that are asked for or said, of the share of their questions that are answered right: 0 for an id that is only said. A run is
 * judged by it at the greatest difficulty. It leaves the plain accuracy in the measurement for `plainAccuracy`.
 *
 * @see MAD (Poli et al. 2024), whose score it is: `MulticlassAccuracy` of torchmetrics with its default average.
 */
export const macroAccuracy: ComparedMeasure<ExerciseProbe> = {
  name: 'macroAccuracy',
  title: 'macro accuracy',
  about: 'Every answer that occurs counts the same.',
  kind: 'byDifficulty',
  better: 'higher',
  range: [0, 1],
  judged: 'hardestMacro',
  async compute(model, probe) {
    const found = await measureSets(model, probe, (scores) => ({
      macro: scores.notFinite ? Number.NaN : macroOf(scores.best, scores.labels),
    }));
    return { ...found, hardestMacro: accuracyParts(found).at(-1)?.macro ?? Number.NaN };
  },
  value: (measurement) => byDifficulty(measurement, ({ macro }) => macro),
  lines: (measurement, { axis }) => [
    `macro accuracy ${partsText(measurement, axis.unit, ({ macro }) => macro)} (chance ${fixed(measurement.chance)})`,
  ],
};

/** The accuracy that `macroAccuracy` left. */
export const plainAccuracy: ComparedMeasure<ExerciseProbe> = {
  ...accuracyFound,
  lines: (measurement, { axis }) => [`plain       ${partsText(measurement, axis.unit, ({ mean }) => mean)}`],
};

/**
 * The mean over answers of how often each is given where it is right: every answer counts the same.
 *
 * @param answers the id said at each position.
 * @param labels the id asked for, IGNORE where none is.
 */
export function macroOf(answers: ArrayLike<number>, labels: ArrayLike<number>): number {
  const asked = new Map<number, number>();
  const right = new Map<number, number>();
  const add = (to: Map<number, number>, id: number, n: number) => to.set(id, (to.get(id) ?? 0) + n);
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === IGNORE) continue;
    add(asked, labels[i], 1);
    add(asked, answers[i], 0);
    if (answers[i] === labels[i]) add(right, labels[i], 1);
  }
  const shares = [...asked].map(([id, count]) => (count === 0 ? 0 : (right.get(id) ?? 0) / count));
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
