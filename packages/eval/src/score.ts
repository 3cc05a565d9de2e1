// What every measurement begins with: the loss and the hit at each labelled position.
import { type Batch, IGNORE } from '@twilljs/data';
import type { LanguageModel } from '@twilljs/hybrid';
import { type Data, keep, scope, untracked } from '@twilljs/tensor';
import { type Estimate, estimate } from './estimate.ts';
import { nextTurn } from './turn.ts';

/** Tokens in one forward: enough to keep a device busy, few enough for the logits to be small. */
const TOKENS_AT_ONCE = 2048;

/** Per position of a batch, [B,T]. */
export interface Scores {
  readonly B: number;
  readonly T: number;
  /** -log p(label) in nats; NaN where nothing is asked. */
  readonly nats: Float64Array;
  /** 1 where the label has the largest logit, else 0. */
  readonly hits: Uint8Array;
}

/**
 * Runs a batch through a model, a few rows at a time, and gives way to the event loop between them. The softmax is formed
 * in f64 on the host, so that engines differ only in their logits.
 *
 * @param batch [B,T].
 */
export async function score(model: LanguageModel, batch: Batch): Promise<Scores> {
  const { B, T, inputs, labels } = batch;
  const nats = new Float64Array(B * T).fill(Number.NaN);
  const hits = new Uint8Array(B * T);
  const rows = Math.max(1, Math.floor(TOKENS_AT_ONCE / T));
  for (let from = 0; from < B; from += rows) {
    const to = Math.min(B, from + rows);
    const ids = { data: inputs.subarray(from * T, to * T), shape: [to - from, T] as const };
    const logits = keep(untracked(() => scope(() => model.forward(ids)))); // [rows,T,N]
    try {
      scoreLogits(
        await logits.data(),
        labels.subarray(from * T, to * T),
        nats.subarray(from * T),
        hits.subarray(from * T),
      );
    } finally {
      logits.release();
    }
    await nextTurn();
  }
  return { B, T, nats, hits };
}

/** Fills in the labelled positions. @param logits [n,N]. @param labels [n]. */
export function scoreLogits(logits: Data, labels: Int32Array, nats: Float64Array, hits: Uint8Array): void {
  const N = logits.length / labels.length;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === IGNORE) continue;
    const row = logits.subarray(i * N, (i + 1) * N);
    let best = 0;
    for (let j = 1; j < N; j++) if (row[j] > row[best]) best = j;
    let sum = 0;
    for (let j = 0; j < N; j++) sum += Math.exp(row[j] - row[best]);
    nats[i] = Math.log(sum) + row[best] - row[labels[i]];
    hits[i] = best === labels[i] ? 1 : 0;
  }
}

/** Mean over labelled positions from `from` on, rows as the independent units. */
export function meanOf(values: ArrayLike<number>, { B, T, nats }: Scores, from = 0): Estimate {
  const sums = new Float64Array(B);
  const counts = new Float64Array(B);
  for (let row = 0; row < B; row++) {
    for (let i = row * T + from; i < (row + 1) * T; i++) {
      if (Number.isNaN(nats[i])) continue;
      sums[row] += values[i];
      counts[row]++;
    }
  }
  return estimate(sums, counts);
}

/** Mean over rows at each position; null where no row has a label. */
export function meanByPosition(values: ArrayLike<number>, { B, T, nats }: Scores): (number | null)[] {
  return Array.from({ length: T }, (_, t) => {
    let sum = 0;
    let count = 0;
    for (let i = t; i < B * T; i += T) {
      if (Number.isNaN(nats[i])) continue;
      sum += values[i];
      count++;
    }
    return count === 0 ? null : sum / count;
  });
}
