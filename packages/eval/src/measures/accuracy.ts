// Accuracy of answers at each difficulty.
import type { JsonObject } from '@twilljs/hub';
import type { LanguageModel } from '@twilljs/hybrid';
import type { ExerciseProbe } from '../exercises.ts';
import { type ComparedMeasure, fixed, numberOrNull } from '../measure.ts';
import { meanOf, type Scores, score } from '../score.ts';

/** What a measurement holds of one set. */
export interface AccuracyAt extends JsonObject {
  readonly difficulty: number;
  readonly mean: number;
  readonly standardError: number | null;
}

/** The sets of a measurement; none of a damaged one. */
export const accuracyParts = ({ accuracy }: JsonObject): AccuracyAt[] =>
  Array.isArray(accuracy) ? (accuracy as unknown as AccuracyAt[]) : [];

/**
 * One pass over all sets: the accuracy of each, and what else is found in its scores.
 *
 * @param further adds to the part of a set; told whether all its scores are numbers.
 */
export async function measureSets(
  model: LanguageModel,
  { sets, rows, chance }: ExerciseProbe,
  further: (scores: Scores) => JsonObject = () => ({}),
): Promise<JsonObject> {
  const found: JsonObject[] = [];
  let notFinite: string | null = null;
  for (const { at, rows } of sets) {
    const scores = await score(model, rows);
    const { notFinite: place } = scores;
    const accuracy = meanOf(scores.hits, scores);
    if (place) notFinite ??= `position ${place.position} of row ${place.row} at difficulty ${at}`;
    // A model without numbers is not wrong now and then: its share of hits means nothing.
    const [mean, standardError] = place ? [Number.NaN, Number.NaN] : [accuracy.mean, accuracy.standardError];
    const loss = meanOf(scores.nats, scores).mean;
    found.push({ difficulty: at, mean, standardError, loss, ...further(scores) });
  }
  return { notFinite, rows, chance, accuracy: found, hardest: (found.at(-1)?.mean ?? Number.NaN) as number };
}

/** Numbers by difficulty, of a field of each set; undefined where there are none. */
export function byDifficulty(
  measurement: JsonObject,
  of: (part: AccuracyAt) => unknown,
): Record<number, number> | undefined {
  const entries = accuracyParts(measurement).map((part) => [part?.difficulty, of(part)]);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** `0.912 at 32 tokens, 0.404 at 64 tokens`. */
export const partsText = (measurement: JsonObject, unit: string, of: (part: AccuracyAt) => unknown): string =>
  accuracyParts(measurement)
    .map((part) => `${fixed(of(part))} at ${part.difficulty} ${unit}`)
    .join(', ');

/** `accuracy` without a pass of its own, where another measure of the task leaves it. */
export const accuracyFound: ComparedMeasure<ExerciseProbe> = {
  name: 'accuracy',
  title: 'accuracy',
  kind: 'byDifficulty',
  better: 'higher',
  range: [0, 1],
  judged: 'hardest',
  value: (measurement) => byDifficulty(measurement, ({ mean }) => mean),
  error: (measurement) => numberOrNull(accuracyParts(measurement).at(-1)?.standardError),
  lines: (measurement, { axis }) => [
    `accuracy ${partsText(measurement, axis.unit, ({ mean }) => mean)} (chance ${fixed(measurement.chance)})`,
  ],
};

/** Share of labelled positions where the label is the most likely id; a run is judged by it at the greatest difficulty. */
export const accuracy: ComparedMeasure<ExerciseProbe> = {
  ...accuracyFound,
  compute: (model, probe) => measureSets(model, probe),
};

/** The same under another name, by which results have called it. */
export const accuracyAs = (name: string): ComparedMeasure<ExerciseProbe> => ({ ...accuracy, name });
