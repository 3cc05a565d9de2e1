// Means with their standard errors.
import { OptionError } from '@twilljs/tensor';

/** A mean over `count` values of `rows` independent rows. */
export interface Estimate {
  readonly mean: number;
  /** 0 for a single row, from which no error can be told. */
  readonly standardError: number;
  readonly count: number;
  readonly rows: number;
}

/**
 * The mean over all values where values of one row depend on each other: rows are what is independent. With row sums s_i
 * and row counts n_i, mean m = sum s / sum n and error sqrt(R / (R - 1) sum (s_i - m n_i)^2) / sum n.
 *
 * A value that is not finite makes mean and error NaN (or the mean infinite): it is never left out.
 *
 * @param sums, counts one of each per row; rows without values do not count.
 * @throws OptionError when no row has a value.
 * @see Cochran, Sampling Techniques, the ratio estimator.
 */
export function estimate(sums: ArrayLike<number>, counts: ArrayLike<number>): Estimate {
  let sum = 0;
  let count = 0;
  let rows = 0;
  for (let i = 0; i < sums.length; i++) {
    sum += sums[i];
    count += counts[i];
    if (counts[i] > 0) rows++;
  }
  if (!(count > 0)) {
    throw new OptionError(
      `evaluation: nothing is asked in any of the ${sums.length} rows, so there is no mean; give rows with labels.`,
    );
  }
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < sums.length; i++) squares += (sums[i] - mean * counts[i]) ** 2;
  const standardError = rows > 1 ? Math.sqrt((rows / (rows - 1)) * squares) / count : 0;
  return { mean, standardError, count, rows };
}
