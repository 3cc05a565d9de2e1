// However a batch is cut, its loss and gradient are those of the whole.
import { attention } from '@twilljs/attention';
import { type Batch, IGNORE } from '@twilljs/data';
import { gla } from '@twilljs/gla';
import { hybrid } from '@twilljs/hybrid';
import { initializer } from '@twilljs/nn';
import { cpu, rng } from '@twilljs/tensor';
import fc from 'fast-check';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { microBatches } from './micro-batches.ts';
import { Trainer } from './trainer.ts';

const [B, T, N] = [6, 4, 12];
const config = {
  model_type: 'gla',
  hidden_size: 8,
  num_hidden_layers: 2,
  num_heads: 1,
  intermediate_size: 8,
  attn: { layers: [1], num_heads: 1 },
  vocab_size: N,
};
const modelOf = (use_l2warp: boolean) =>
  hybrid({ ...config, use_l2warp }, { mixers: [attention, gla], init: initializer(3, 0.5) });

/** Ids of a seed, with a label at the positions that `mask` names. */
function batchOf(seed: number, mask: readonly boolean[]): Batch {
  const random = rng(seed);
  const ids = () => random.ints(B * T, N);
  return { inputs: ids(), labels: ids().map((id, i) => (mask[i] ? id : IGNORE)), B, T };
}

async function stepOf(batch: Batch, parts: number, use_l2warp: boolean, on = cpu({ float: 'f64' })) {
  const model = await modelOf(use_l2warp).to(on);
  using trainer = new Trainer(model, { steps: 1, warmup: 0, lr: 1e-3, microBatches: parts, maxNorm: 1e9 });
  const { loss, gradNorm } = await trainer.train(batch);
  return { loss, gradNorm, parameters: await model.arena.flat.data() };
}

const masks = fc
  .array(fc.boolean(), { minLength: B * T, maxLength: B * T })
  // Whole rows without a label, as padding and prompts make them.
  .chain((mask) =>
    fc
      .array(fc.boolean(), { minLength: B, maxLength: B })
      .map((rows) => mask.map((m, i) => m && rows[Math.floor(i / T)])),
  )
  .filter((mask) => mask.includes(true));

describe.each([false, true])('with use_l2warp %s', (warp) => {
  it('any cut gives the loss, the gradient and the step of the whole batch', async () => {
    await fc.assert(
      fc.asyncProperty(masks, fc.nat(1000), async (mask, seed) => {
        const batch = batchOf(seed, mask);
        const whole = await stepOf(batch, 1, warp);
        for (const parts of [2, 3, 6]) {
          const cut = await stepOf(batch, parts, warp);
          expect(Math.abs(cut.loss / whole.loss - 1)).toBeLessThan(1e-12);
          expect(Math.abs(cut.gradNorm / whole.gradNorm - 1)).toBeLessThan(1e-10);
          // Adam's first step is lr x sign where a gradient is not near 0: a part that was lost turns up here.
          for (const [i, x] of cut.parameters.entries()) expect(Math.abs(x - whole.parameters[i])).toBeLessThan(1e-6);
        }
      }),
      { numRuns: 8 },
    );
  });

  it('of sequences with gaps too, and of rows that hold none', async () => {
    const all = Array<boolean>(B * T).fill(true);
    const batch = { ...batchOf(4, all), ranges: Int32Array.of(0, 4, 5, 6, 6, 8, 13, 15, 20, 21) };
    const whole = await stepOf(batch, 1, warp);
    for (const parts of [2, 3, 6]) {
      const cut = await stepOf(batch, parts, warp);
      expect(Math.abs(cut.loss / whole.loss - 1)).toBeLessThan(1e-12);
      expect(Math.abs(cut.gradNorm / whole.gradNorm - 1)).toBeLessThan(1e-12);
    }
  });
});

it('the loss is the mean over the labels of -log p, counted by hand', async () => {
  const mask = Array.from({ length: B * T }, (_, i) => i < 7 || i === 21);
  const batch = batchOf(5, mask);
  const model = await modelOf(true).to(cpu({ float: 'f64' }));
  const logits = await model.forward({ data: batch.inputs, shape: [B, T] }).data();
  const costs = [...batch.labels].flatMap((label, i) => {
    if (label === IGNORE) return [];
    const row = [...logits.slice(i * N, (i + 1) * N)];
    return [Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)) - row[label]];
  });
  expect(costs).toHaveLength(8);
  const expected = costs.reduce((a, b) => a + b) / 8;
  for (const parts of [1, 2, 3, 6]) {
    expect(Math.abs((await stepOf(batch, parts, true)).loss - expected)).toBeLessThan(1e-12);
  }
});

it('holds in f32 on the fast device, to its rounding', async () => {
  const batch = batchOf(
    8,
    Array.from({ length: B * T }, (_, i) => i % 5 === 0 && i < 16),
  );
  const whole = await stepOf(batch, 1, true, await device({ name: 'wasm' }));
  for (const parts of [2, 3, 6]) {
    const cut = await stepOf(batch, parts, true, await device({ name: 'wasm' }));
    expect(Math.abs(cut.loss / whole.loss - 1)).toBeLessThan(1e-5);
    expect(Math.abs(cut.gradNorm / whole.gradNorm - 1)).toBeLessThan(1e-4);
  }
});

it('weighs parts with as many labels by exactly 1, so that their bits are those of a plain mean', () => {
  for (const parts of [1, 2, 3, 6]) {
    const cut = microBatches(batchOf(1, Array(B * T).fill(true)), parts);
    expect(cut.map(({ weight }) => weight)).toEqual(Array(parts).fill(1));
  }
  const halves = microBatches(
    batchOf(
      1,
      Array.from({ length: B * T }, (_, i) => i < 9),
    ),
    2,
  );
  expect(halves.map(({ weight }) => weight)).toEqual([2, 0]);
});

describe('a batch that is none is refused:', () => {
  const good = batchOf(1, Array(B * T).fill(true));
  const cases: [string, unknown, RegExp][] = [
    ['absent', undefined, /batch: the options are undefined/],
    ['rows of numbers', [[1, 2, 3]], /batch: the options are/],
    ['another name', { ...good, target: 1 }, /no option target/],
    ['no labels at all', { ...good, labels: undefined }, /labels of the batch is undefined; give an Int32Array/],
    ['labels as a list', { ...good, labels: [...good.labels] }, /labels of the batch is .*; give an Int32Array/],
    ['ids as bytes', { ...good, inputs: Uint8Array.from(good.inputs) }, /inputs of the batch is/],
    ['too few labels', { ...good, labels: good.labels.slice(1) }, /labels .* has 23 ids but B x T is 6 x 4; give 24/],
    ['too many ids', { ...good, inputs: new Int32Array(25) }, /inputs .* has 25 ids but B x T is 6 x 4/],
    ['another T', { ...good, T: 5 }, /has 24 ids but B x T is 6 x 5/],
    ['B of half a row', { ...good, B: 0.5, T: 48 }, /B of the batch is 0.5/],
    ['B of -6', { ...good, B: -6, T: -4 }, /B of the batch is -6/],
    ['B as a string', { ...good, B: '6' }, /B of the batch is "6"/],
    ['a label of -1', { ...good, labels: good.labels.map(() => -1) }, /the label -1 is no id; give -100/],
    ['nothing asked', { ...good, labels: good.labels.map(() => IGNORE) }, /none of the 24 positions .* has a label/],
  ];
  it.each(cases)('%s', (_, batch, message) => {
    expect(() => microBatches(batch as Batch, 1)).toThrow(message);
    expect(() => microBatches(batch as Batch, 1)).toThrow(
      expect.objectContaining({ name: expect.stringMatching(/^(Option|Shape)Error$/) }),
    );
  });

  it('microBatches that do not divide the rows', () => {
    expect(() => microBatches(good, 4)).toThrow(/microBatches is 4 but the batch has 6 rows/);
  });
});
