// Documents that are kept apart: a step over sequences in ranges is a step over each of them alone.
import { type Batch, IGNORE } from '@twilljs/data';
import { score } from '@twilljs/eval';
import { rng } from '@twilljs/tensor';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { modelOn, models } from './recorded.test-data.ts';
import { Trainer } from './trainer.ts';

const N = 24;
const settings = { steps: 6, warmup: 0, lr: 1e-2, maxNorm: 1e9 };

/** Documents of these lengths, with their next tokens as labels. */
const documentsOf = (lengths: readonly number[], seed: number) =>
  lengths.map((length, i) => {
    const ids = rng(seed).fork(i).ints(length, N);
    return { ids, labels: ids.map((_, t) => ids[t + 1] ?? IGNORE) };
  });

type Documents = ReturnType<typeof documentsOf>;

/** Two rows of documents end to end, each led by a gap. */
function packed(rows: readonly Documents[], T: number): Batch {
  const [inputs, labels] = [rng(9).ints(rows.length * T, N), new Int32Array(rows.length * T).fill(IGNORE)];
  const ranges: number[] = [];
  rows.forEach((documents, row) => {
    let at = row * T + 1;
    for (const { ids, labels: asked } of documents) {
      inputs.set(ids, at);
      labels.set(asked, at);
      ranges.push(at, at + ids.length);
      at += ids.length;
    }
  });
  return { inputs, labels, B: rows.length, T, ranges: Int32Array.from(ranges) };
}

/** A row for each document, filled up with other ids. */
function padded(documents: Documents, T: number): Batch {
  const B = documents.length;
  const [inputs, labels] = [rng(8).ints(B * T, N), new Int32Array(B * T).fill(IGNORE)];
  documents.forEach(({ ids, labels: asked }, row) => {
    inputs.set(ids, row * T);
    labels.set(asked, row * T);
  });
  return {
    inputs,
    labels,
    B,
    T,
    ranges: Int32Array.from(documents.flatMap(({ ids }, b) => [b * T, b * T + ids.length])),
  };
}

/** Numbers of documents that change from step to step. */
const steps = [
  [
    [3, 9, 1],
    [7, 8],
  ],
  [[16], [2, 2, 2, 2, 2, 2]],
  [
    [5, 6],
    [1, 12],
  ],
  [[4, 4, 4], [15]],
].map((rows, seed) => rows.map((lengths, row) => documentsOf(lengths, 10 * seed + row)));

async function train(name: keyof typeof models, batches: readonly Batch[], more = {}, eager = false) {
  using model = await modelOn(await device({ eager }), name);
  using trainer = new Trainer(model, { ...settings, ...more });
  const losses: number[] = [];
  for (const batch of batches) losses.push((await trainer.train(batch)).loss);
  return { losses, parameters: await model.arena.flat.data() };
}

const together = steps.map((rows) => packed(rows, 18));

describe.each(Object.keys(models) as (keyof typeof models)[])('%s', (name) => {
  it('steps as over each document alone', async () => {
    if (name === 'retnet') return; // its l2warp counts positions
    const ours = await train(name, together);
    const alone = await train(
      name,
      steps.map((rows) => padded(rows.flat(), 16)),
    );
    ours.losses.forEach((loss, i) => {
      expect(Math.abs(loss / alone.losses[i] - 1)).toBeLessThan(1e-5);
    });
  });

  it('steps to the same bits recorded and eager, with micro-batches too', async () => {
    for (const more of [{}, { microBatches: 2 }, { recompute: true }]) {
      expect(await train(name, together, more)).toEqual(await train(name, together, more, true));
    }
  });
});

it('the loss of a document is measured as if it were alone, in rows of any length', async () => {
  using model = await modelOn(await device({ name: 'wasm' }), 'hybrid');
  const documents = documentsOf([3, 2100, 40, 1], 3);
  const batch = packed([documents], 2200);
  const { nats, hits } = await score(model, batch);
  for (const [i, { ids, labels }] of documents.entries()) {
    const alone = await score(model, { inputs: ids, labels, B: 1, T: ids.length });
    const [from, to] = batch.ranges!.subarray(2 * i);
    for (let p = from; p < to; p++) expect(nats[p]).toBeCloseTo(alone.nats[p - from], 4);
    expect(hits.subarray(from, to)).toEqual(alone.hits);
  }
});
