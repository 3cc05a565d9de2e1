// Accuracy of answers at each difficulty.
import type { JsonObject } from '@twilljs/hub';
import type { ExerciseProbe } from '../exercises.ts';
import { type ComparedMeasure, fixed, numberOrNull } from '../measure.ts';
import { scoresOf } from '../task.ts';

interface At {
  readonly difficulty: number;
  readonly mean: number;
  readonly standardError?: number | null;
}

const partsOf = ({ accuracy }: JsonObject): At[] => (Array.isArray(accuracy) ? (accuracy as unknown as At[]) : []);

/** Share of labelled positions where the label is the most likely id; a run is judged by it at the greatest difficulty. */
export const accuracy: ComparedMeasure<ExerciseProbe> = {
  name: 'accuracy',
  title: 'accuracy',
  kind: 'byDifficulty',
  better: 'higher',
  range: [0, 1],
  judged: 'hardest',
  async compute(model, { sets, rows, chance }) {
    const found: JsonObject[] = [];
    let notFinite: string | null = null;
    for (const { at, rows } of sets) {
      const { accuracy, loss, notFinite: place } = await scoresOf(model, rows);
      if (place) notFinite ??= `position ${place.position} of row ${place.row} at difficulty ${at}`;
      // A model without numbers is not wrong now and then: its share of hits means nothing.
      const [mean, standardError] = place ? [Number.NaN, Number.NaN] : [accuracy.mean, accuracy.standardError];
      found.push({ difficulty: at, mean, standardError, loss: loss.mean });
    }
    return { notFinite, rows, chance, accuracy: found, hardest: found.at(-1)?.mean ?? Number.NaN };
  },
  value(measurement) {
    const entries = partsOf(measurement).map((part) => [part?.difficulty, part?.mean]);
    return entries.length > 0 ? Object.fromEntries(entries) : undefined;
  },
  error: (measurement) => numberOrNull(partsOf(measurement).at(-1)?.standardError),
  lines(measurement, { axis }) {
    const parts = partsOf(measurement).map(({ difficulty, mean }) => `${fixed(mean)} at ${difficulty} ${axis.unit}`);
    return [`accuracy ${parts.join(', ')} (chance ${fixed(measurement.chance)})`];
  },
};

/** The same under another name, by which results have called it. */
export const accuracyAs = (name: string): ComparedMeasure<ExerciseProbe> => ({ ...accuracy, name });
