// A measurement in words: what `train` says at its end and `eval` says at all.
import type { JsonObject } from '@twilljs/hub';

/** `2.531 ± 0.028 bits per byte`, or the accuracies of a task. */
export function measuredText(measured: JsonObject): string {
  if (measured.task === 'lm') {
    return `${fixed(measured.bitsPerByte)} ± ${fixed(measured.standardError)} bits per byte`;
  }
  const unit = measured.task === 'mqar' ? 'pairs' : 'tokens';
  const accuracy = measured.accuracy as { difficulty: number; mean: number }[];
  const parts = accuracy.map(({ difficulty, mean }) => `${fixed(mean)} at ${difficulty} ${unit}`);
  return `accuracy ${parts.join(', ')} (chance ${fixed(measured.chance)})`;
}

function fixed(value: unknown): string {
  return (value as number).toFixed(3);
}
