// How predictions are scored: references that are in them, whatever their letters' case.
import { strip } from '../../python/white-space.ts';
import type { Match, RulerForm } from './task.ts';

/** White space off both ends, control characters made new lines. */
export const processed = (prediction: string): string =>
  strip(strip(prediction).replace(/\p{Cc}/gu, (character) => (character < ' ' ? '\n' : character)));

/**
 * The share of references that a prediction contains; for `part`, whether it contains any. The port takes the share for both.
 *
 * @param prediction as it was processed.
 */
export function matched(match: Match, form: RulerForm, prediction: string, references: readonly string[]): number {
  const text = prediction.toLowerCase();
  const found = references.filter((reference) => text.includes(reference.toLowerCase())).length;
  return match === 'part' && form === 'official' ? Math.min(found, 1) : found / references.length;
}

/** How lengths count in a mean over them: alike, or linearly more the longer (the shorter) they are. */
export type LengthWeights = 'alike' | 'increasing' | 'decreasing';

/**
 * One figure for several lengths.
 *
 * @param figures by length, tokens.
 * @returns NaN of none.
 */
export function overLengths(figures: ReadonlyMap<number, number>, weights: LengthWeights = 'alike'): number {
  const byLength = [...figures].sort(([a], [b]) => a - b).map(([, figure]) => figure);
  const weight = (i: number) => (weights === 'alike' ? 1 : weights === 'increasing' ? i + 1 : byLength.length - i);
  const sum = byLength.reduce((total, figure, i) => total + figure * weight(i), 0);
  return sum / byLength.reduce((total, _, i) => total + weight(i), 0);
}
