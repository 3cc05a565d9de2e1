// A batch as it enters a step: checked once, and cut into parts whose losses and gradients add up to those of the whole.
import { type Batch, checkBatch, IGNORE, rangesBetween } from '@twilljs/data';
import { knownOnly, OptionError } from '@twilljs/tensor';

/** Some rows of a batch. */
export interface Part extends Batch {
  /** Its labels, divided by the mean number of labels of all parts: the mean over parts of `weight` x loss is the loss of the batch. */
  readonly weight: number;
  /** In sequences, of a mean part. */
  readonly positions: number;
}

/**
 * Equal parts of the rows of a batch.
 *
 * @throws OptionError when they do not divide the rows, no position has a label, or the batch is none; ShapeError when its parts
 * disagree with B and T.
 */
export function microBatches(batch: Batch, parts: number): Part[] {
  knownOnly('train: batch', batch, ['inputs', 'labels', 'B', 'T', 'ranges']);
  checkBatch('train', batch);
  const { inputs, labels, B, T, ranges } = batch;
  requireParts(B, parts);
  const rows = B / parts;
  const cut = Array.from({ length: parts }, (_, i) => {
    const [from, to] = [i * rows * T, (i + 1) * rows * T];
    const part = { inputs: inputs.subarray(from, to), labels: labels.subarray(from, to), B: rows, T };
    return ranges ? { ...part, ranges: rangesBetween(ranges, from, to) } : part;
  });
  const counts = cut.map(countLabels);
  const total = counts.reduce((a, b) => a + b);
  if (total === 0) {
    throw new OptionError(
      `train: none of the ${B * T} positions of the batch has a label, so there is nothing to learn; leave such a batch out.`,
    );
  }
  const positions = lengthOf(ranges ?? Int32Array.of(0, B * T)) / parts;
  return cut.map((part, i) => ({ ...part, weight: (counts[i] * parts) / total, positions }));
}

/** @param ranges [2n]. */
const lengthOf = (ranges: Int32Array): number => ranges.reduce((sum, p, i) => (i % 2 === 0 ? sum - p : sum + p), 0);

/** @throws OptionError when so many parts do not divide the rows of a batch. */
export function requireParts(rows: number, parts: number): void {
  if (rows % parts === 0) return;
  throw new OptionError(
    `train: microBatches is ${parts} but the batch has ${rows} rows, which it does not divide; choose a divisor of ${rows}.`,
  );
}

function countLabels({ labels }: Batch): number {
  let count = 0;
  for (const label of labels) {
    if (label >= 0) count++;
    else if (label !== IGNORE) {
      throw new OptionError(`train: the label ${label} is no id; give ${IGNORE} where nothing is asked.`);
    }
  }
  return count;
}
