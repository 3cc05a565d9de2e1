// What every measurement begins with: the loss and the hit at each labelled position.
import { type Batch, checkBatch, IGNORE, rangesBetween } from '@twilljs/data';
import { announce, checkModel, hostIds, type LanguageModel } from '@twilljs/hybrid';
import { nextTurn } from '@twilljs/tensor';
import { type Estimate, estimate } from './estimate.ts';

/** Tokens in one forward: enough to keep a device busy, few enough for what is computed of them to be small. */
export const TOKENS_AT_ONCE = 2048;

/** A position of a batch, both counted from 0. */
export interface Place {
  readonly row: number;
  readonly position: number;
}

/** Per position of a batch, [B,T]. */
export interface Scores {
  readonly B: number;
  readonly T: number;
  /** What was asked, IGNORE where nothing was. */
  readonly labels: Int32Array;
  /** -log p(label) in nats: NaN where the logits are no numbers that softmax takes, 0 where nothing is asked. */
  readonly nats: Float64Array;
  /** 1 where the label has the largest logit, else 0; logits that are no numbers hit nothing. */
  readonly hits: Uint8Array;
  /** The most likely id; -1 where the logits are no numbers, and where nothing is asked. */
  readonly best: Int32Array;
  /** The first labelled position whose loss is not finite. Every mean that takes part in it is NaN (or infinite), in JSON null. */
  readonly notFinite: Place | null;
}

/**
 * Runs a batch through a model, a few rows or a part of a long one at a time, and gives way to the event loop between them. Losses are
 * formed where the model is, and no logits are kept.
 *
 * @param batch [B,T]; what lies outside of its sequences is not looked at, and asks for nothing.
 * @throws OptionError for an id or a label that is none of the model's, with its place; ShapeError for what is no [B,T].
 */
export async function score(model: LanguageModel, batch: Batch): Promise<Scores> {
  checkModel('score', model);
  checkBatch('score', batch);
  const { B, T, ranges = null, ...given } = batch;
  const vocabulary = model.config.model.vocab_size;
  const idsOf = (data: Int32Array, what: 'ids' | 'labels') =>
    hostIds({ data, shape: [B, T] }, { what, vocabulary }, () => ranges).data as Int32Array;
  const [inputs, labels] = [idsOf(given.inputs, 'ids'), idsOf(given.labels, 'labels')];
  if (ranges && T > TOKENS_AT_ONCE) return scoreApart(model, { B, T, inputs, labels }, ranges);
  announce(model, B, T, 'states', 1);
  const nats = new Float64Array(B * T);
  const hits = new Uint8Array(B * T);
  const best = new Int32Array(B * T).fill(-1);
  const rows = Math.max(1, Math.floor(TOKENS_AT_ONCE / T));
  for (let row = 0; row < B; row += rows) {
    const count = Math.min(rows, B - row);
    using cache = T > TOKENS_AT_ONCE ? model.cache(count) : null; // carries the state from part to part
    for (let at = 0; at < T; at += TOKENS_AT_ONCE) {
      const length = Math.min(T - at, TOKENS_AT_ONCE);
      const [from, to] = [row * T + at, row * T + at + count * length];
      const ids = { data: inputs.subarray(from, to), shape: [count, length] as const };
      const where = ranges ? { ranges: rangesBetween(ranges, from, to) } : {};
      if (where.ranges?.every((end, i, all) => i % 2 === 0 || end === all[i - 1])) continue; // rows without a sequence
      const asked = askedIn(labels.subarray(from, to));
      if (!cache && asked.positions.length === 0) continue;
      const told = await model.logprobs(ids, asked, cache ?? undefined, where);
      for (const [i, position] of asked.positions.entries()) {
        const p = from + position;
        nats[p] = 0 - told.logprobs[i];
        best[p] = told.best[i];
        hits[p] = best[p] === labels[p] ? 1 : 0;
      }
      await nextTurn();
    }
  }
  return { B, T, labels, nats, hits, best, notFinite: firstNotFinite(nats, T) };
}

/** Sequences in rows that are too long to be read at once: each alone. */
async function scoreApart(model: LanguageModel, { B, T, inputs, labels }: Batch, ranges: Int32Array): Promise<Scores> {
  const nats = new Float64Array(B * T);
  const hits = new Uint8Array(B * T);
  const best = new Int32Array(B * T).fill(-1);
  for (let i = 0; i < ranges.length; i += 2) {
    const [from, to] = [ranges[i], ranges[i + 1]];
    if (from === to) continue;
    const [ids, asked] = [inputs, labels].map((all) => all.subarray(from, to));
    const scores = await score(model, { inputs: ids, labels: asked, B: 1, T: to - from });
    nats.set(scores.nats, from);
    hits.set(scores.hits, from);
    best.set(scores.best, from);
  }
  return { B, T, labels, nats, hits, best, notFinite: firstNotFinite(nats, T) };
}

/** The labelled positions, and their labels. */
function askedIn(labels: Int32Array): { positions: number[]; labels: number[] } {
  const positions = [...labels.keys()].filter((p) => labels[p] !== IGNORE);
  return { positions, labels: positions.map((p) => labels[p]) };
}

function firstNotFinite(nats: Float64Array, T: number): Place | null {
  const at = nats.findIndex((x) => !Number.isFinite(x));
  return at === -1 ? null : { row: Math.floor(at / T), position: at % T };
}

/** Mean over labelled positions from `from` on, rows as the independent units. @throws OptionError where there are none. */
export function meanOf(values: ArrayLike<number>, { B, T, labels }: Scores, from = 0): Estimate {
  const sums = new Float64Array(B);
  const counts = new Float64Array(B);
  for (let row = 0; row < B; row++) {
    for (let i = row * T + from; i < (row + 1) * T; i++) {
      if (labels[i] === IGNORE) continue;
      sums[row] += values[i];
      counts[row]++;
    }
  }
  return estimate(sums, counts);
}

/** Mean over rows at each position; null where no row has a label. */
export function meanByPosition(values: ArrayLike<number>, { B, T, labels }: Scores): (number | null)[] {
  return Array.from({ length: T }, (_, t) => {
    let sum = 0;
    let count = 0;
    for (let i = t; i < B * T; i += T) {
      if (labels[i] === IGNORE) continue;
      sum += values[i];
      count++;
    }
    return count === 0 ? null : sum / count;
  });
}
