// Accuracy above chance, so that tasks with few and with many answers can be compared.
import type { JsonObject } from '@twilljs/hub';
import type { ExerciseProbe } from '../exercises.ts';
import type { ComparedMeasure } from '../measure.ts';
import { byDifficulty, partsText } from './accuracy.ts';

/** (accuracy - chance) / (1 - chance): 0 for guesses, 1 where all is right. Grazzi et al. 2024 report it. */
export const scaledAccuracy: ComparedMeasure<ExerciseProbe> = {
  name: 'scaledAccuracy',
  title: 'scaled accuracy',
  about: '0 is chance, 1 is all right.',
  kind: 'byDifficulty',
  better: 'higher',
  value: (measurement) => byDifficulty(measurement, ({ mean }) => scaled(mean, measurement)),
  lines: (measurement, { axis }) => [
    `scaled      ${partsText(measurement, axis.unit, ({ mean }) => scaled(mean, measurement))}`,
  ],
};

function scaled(mean: number | null, { chance }: JsonObject): number | null {
  const guessed = Number(chance ?? Number.NaN);
  return mean === null ? null : (mean - guessed) / (1 - guessed);
}
