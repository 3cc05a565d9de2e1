// Likelihood of labels by their place in a row, of any task.
import type { JsonObject } from '@twilljs/hub';
import { type ComparedMeasure, fixed, type PositionValue } from '../measure.ts';
import { meanByPosition, score } from '../score.ts';
import { octavesOf } from './octaves.ts';

/**
 * Mean loss in nats over positions [0,1), [1,2), [2,4), [4,8) ... of the rows of the hardest set: each octave the mean over its positions.
 * Octaves without a label are left out; null where no position has one. Of text the task has the same in bits per byte.
 */
export const lossByPosition: ComparedMeasure = {
  name: 'lossByPosition',
  title: 'loss by position',
  about: 'Nats per label at places of the row that double: a line goes on falling where more context still helps.',
  kind: 'byPosition',
  better: 'lower',
  range: [0, Number.POSITIVE_INFINITY],
  item: 'loss',
  async compute(model, { sets }) {
    const scores = await score(model, sets[sets.length - 1].rows);
    const octaves = octavesOf(meanByPosition(scores.nats, scores)).map(({ mean, ...place }) => ({
      ...place,
      loss: mean,
    }));
    const place = scores.notFinite;
    return {
      notFinite: place && `position ${place.position} of row ${place.row}`,
      lossByPosition: octaves.length > 0 ? octaves : null,
    };
  },
  value({ lossByPosition: octaves }: JsonObject) {
    if (octaves === null) return null;
    return Array.isArray(octaves) ? (octaves as PositionValue[]) : undefined;
  },
  lines({ lossByPosition: octaves }: JsonObject) {
    const parts = ((octaves ?? []) as PositionValue[]).map(({ from, loss }) => `${from + 1}: ${fixed(loss)}`);
    return [`by position  ${parts.join('  ') || 'nothing is asked'} (nats, from position)`];
  },
};
