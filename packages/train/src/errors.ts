// The error that only training has.
import { TwillError } from '@twilljs/tensor';

/** Loss or gradient stayed without a finite value. */
export class DivergenceError extends TwillError {
  override readonly name = 'DivergenceError';

  constructor(skips: number, step: number, loss: number, gradNorm: number, lr: number) {
    super(
      `train: ${skips} steps in a row had no finite loss and gradient, the last is step ${step} with loss ${loss} and ` +
        `gradient norm ${gradNorm} at a learning rate of ${Number(lr.toPrecision(3))}; lower lr or raise warmup.`,
    );
  }
}
