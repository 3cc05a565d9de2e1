// Whether two sides computed the same: the same losses, step for step.
import { BenchError } from './error.ts';

/** Steps that are compared. Later ones carry the rounding of all before: one thread of PyTorch and two are further apart after twelve. */
const COMPARED = 8;
const TOLERANCE = 1e-4;

/** @throws BenchError where the loss of a step differs, or there are no losses to compare. */
export function requireSameLosses(name: string, ours: readonly number[], other: string, theirs: readonly number[]) {
  const steps = Math.min(COMPARED, ours.length, theirs.length);
  if (steps === 0) throw new BenchError(`${name}: ${other} gave no losses, and nothing can be compared.`);
  for (let step = 0; step < steps; step++) {
    const apart = Math.abs(ours[step] - theirs[step]) / Math.abs(theirs[step]);
    if (apart <= TOLERANCE) continue; // false for NaN
    throw new BenchError(
      `${name}: at step ${step} twill has a loss of ${ours[step]} and ${other} one of ${theirs[step]}: they do not compute the same, so their speeds are not compared.`,
    );
  }
}
