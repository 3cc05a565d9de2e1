// The row of the dense recall tasks.
import type { Batch } from '../batch.ts';

/**
 * Writes k1 v1 ... kD vD, then each queried key followed by its value, from the start of the row.
 *
 * @param queries Indices into `keys`.
 */
export function writeRecall(out: Batch, row: number, keys: Int32Array, values: Int32Array, queries: Int32Array): void {
  let at = row * out.T;
  for (let i = 0; i < keys.length; i++) {
    out.inputs[at++] = keys[i];
    out.inputs[at++] = values[i];
  }
  for (const i of queries) {
    out.labels[at] = values[i];
    out.inputs[at++] = keys[i];
    out.inputs[at++] = values[i];
  }
}
