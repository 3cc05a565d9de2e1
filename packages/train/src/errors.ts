// The errors that only training has.
import { TwillError } from '@twilljs/tensor';
import type { StepRecord } from './step-record.ts';

/** Loss or gradient stayed without a finite value. */
export class DivergenceError extends TwillError {
  override readonly name = 'DivergenceError';
  /** The step after which the trainer gave up. */
  readonly record: StepRecord;

  /** @param skips how many steps in a row were skipped. */
  constructor(skips: number, record: StepRecord) {
    const { step, loss, gradNorm, lr } = record;
    const missed = skips === step ? `none of the ${step} steps so far had a` : `${skips} steps in a row had no`;
    super(
      `train: ${missed} finite loss and gradient, the last is step ${step} with loss ${loss} and ` +
        `gradient norm ${gradNorm} at a learning rate of ${Number(lr.toPrecision(3))}; lower lr or raise warmup.`,
    );
    this.record = record;
  }
}
