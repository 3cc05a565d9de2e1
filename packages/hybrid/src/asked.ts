// Log-probabilities of labels at some positions: the head is applied to a few rows at a time, and no logits are kept.
import { logProbs } from '@twilljs/nn';
import {
  embedding,
  keep,
  OptionError,
  release,
  scope,
  shown,
  type Tensor,
  tensor,
  untracked,
  whole,
} from '@twilljs/tensor';
import { type IdList, isList } from './ids.ts';
import { headOf, type Stack } from './stack.ts';
import type { Placed } from './where.ts';

/** Which labels are asked for, and where. */
export interface AskedLabels {
  /** In the flattened B T positions, none below the one before it: where several labels are asked for, it comes as often. */
  readonly positions: IdList;
  /** The id beside each. */
  readonly labels: IdList;
}

/** Per label that was asked for. */
export interface LabelLogprobs {
  /** log p in nats: NaN where the logits there are no numbers that softmax takes, -Infinity where they give it no chance. */
  readonly logprobs: Float64Array;
  /** The most likely id at its position, the first of several; -1 where logits are no numbers to choose by. */
  readonly best: Int32Array;
}

/** Logits that are there at once, where those of one row are no more: 128 MiB in f32. Fewer rows at once make the head's product slower. */
const LOGITS = 2 ** 25;

/**
 * Where in the computed stream labels are asked for, row by row.
 *
 * @throws OptionError for lists that do not fit, a position out of order or in no sequence, and a label that is no id.
 */
export function rowsAsked(
  call: string,
  { positions, labels }: AskedLabels,
  placed: Placed,
  vocabulary: number,
): Int32Array {
  if (!isList(positions) || !isList(labels) || positions.length !== labels.length) {
    throw new OptionError(
      `${call}: positions are ${shown(positions)} and labels ${shown(labels)}; give two lists of one length.`,
    );
  }
  const { ids, ranges, before } = placed;
  const given = before?.ranges ?? ranges; // where the caller put them
  const last = (before ? (given!.length / 2) * before.T : ids.shape[0] * ids.shape[1]) - 1;
  const rows = new Int32Array(positions.length);
  let at = 0; // of the range in which the position lies
  for (let i = 0; i < rows.length; i++) {
    const p = positions[i];
    whole(`${call}: positions[${i}]`, p, i === 0 ? 0 : positions[i - 1], last);
    whole(`${call}: labels[${i}]`, labels[i], 0, vocabulary - 1);
    while (given && at < given.length && p >= given[at + 1]) at += 2;
    if (given && !(p >= given[at])) {
      throw new OptionError(`${call}: positions[${i}] is ${p}, which lies in no sequence; ask where one has an id.`);
    }
    rows[i] = given ? p - given[at] + ranges![at] : p;
  }
  return rows;
}

/**
 * What is asked of a stream after the last block.
 *
 * @param read makes the stream, [P,D].
 * @param rows of it, ascending, one for each label.
 */
export async function labelLogprobs(
  stack: Stack,
  read: () => Tensor,
  rows: Int32Array,
  labels: IdList,
): Promise<LabelLogprobs> {
  const most = Math.max(1, Math.floor(LOGITS / stack.config.model.vocab_size));
  const logprobs = new Float64Array(rows.length);
  const best = new Int32Array(rows.length);
  const firsts = [...rows.keys()].filter((i) => rows[i] !== rows[i - 1]); // of the labels of a row
  const stream = keep(untracked(() => scope(read)));
  const made: { begins: readonly number[]; told: ReturnType<typeof toldBy> }[] = [];
  try {
    for (let at = 0; at < firsts.length; at += most) {
      const begins = [...firsts, rows.length].slice(at, at + most + 1);
      made.push({ begins, told: toldBy(stack, stream, begins, rows, labels) });
    }
    stream.release();
    for (const { begins, told } of made) {
      const [values, ids] = await Promise.all([told.logprobs.data(), told.best.data()]);
      const K = values.length / ids.length;
      for (let row = 0; row < ids.length; row++) {
        for (let i = begins[row]; i < begins[row + 1]; i++) {
          logprobs[i] = values[row * K + i - begins[row]];
          best[i] = ids[row];
        }
      }
    }
  } finally {
    stream.release();
    for (const { told } of made) release(told);
  }
  return { logprobs, best };
}

/**
 * Kept: log-probabilities [n,K] of the labels of n rows, 0 where one has fewer, and the most likely ids [n].
 *
 * @param begins Of each of these rows its first label, and where the labels of the last one end.
 */
function toldBy(stack: Stack, stream: Tensor, begins: readonly number[], rows: Int32Array, labels: IdList) {
  const { device } = stream;
  const n = begins.length - 1;
  const counts = Array.from({ length: n }, (_, row) => begins[row + 1] - begins[row]);
  const K = Math.max(...counts);
  const asked = new Int32Array(n * K).fill(-100);
  for (const [row, count] of counts.entries()) {
    for (let k = 0; k < count; k++) asked[row * K + k] = labels[begins[row] + k];
  }
  const tell = () => {
    const own = Int32Array.from(counts, (_, row) => rows[begins[row]]);
    const h = embedding(stream, tensor(own, [n], { device })); // [n,D]
    return logProbs(headOf(stack, { h, branch: null }), tensor(asked, [n, K], { device }));
  };
  return keep(untracked(() => scope(tell)));
}
