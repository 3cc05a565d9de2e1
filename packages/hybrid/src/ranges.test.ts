// Sequences of different lengths in one batch, of every mixer and window: any packing is each sequence alone.
import { params } from '@twilljs/nn';
import { cpu, type Device, grad, keep, type Random, rng, scope, type Tensor, tensor, untracked } from '@twilljs/tensor';
import { deviation, tolerances } from '@twilljs/tensor/testing';
import { device as fast } from 'twilljs';
import { describe, expect, it } from 'vitest';
import type { LanguageModel } from './index.ts';
import { cases, config, make } from './models.test-data.ts';

const N = config.vocab_size;
const devices = [cpu(), cpu({ float: 'f64' }), await fast()];
/** With the longest row: the reference gives every sequence one as long as the batch. */
const tried = devices.map((device, i) => [device.name, device, i < 2 ? 20 : 80] as const);

/** A batch [B,T] in which sequences lie somewhere: in gaps there is what no model may look at. */
interface Batch {
  readonly ids: number[][];
  /** A third of them asks for nothing. */
  readonly labels: number[][];
  readonly ranges: [begin: number, end: number][];
}

/** Sequences of 0 to P positions, half of these at least, with gaps between some of them: fewer tokens have gradients that cancel out. */
function drawn(random: Random, B: number, T: number, outside: (random: Random) => number = () => -7): Batch {
  const P = B * T;
  const ends = [...random.ints(2 * (1 + random.int(4)), P + 1)].sort((a, b) => a - b);
  const touching = random.int(2) === 0; // each begins where the one before ends
  const begin = (i: number) => (touching && i > 0 ? ends[2 * i - 1] : ends[2 * i]);
  const ranges = Array.from({ length: ends.length / 2 }, (_, i): [number, number] => [begin(i), ends[2 * i + 1]]);
  if (ranges.reduce((n, [begin, end]) => n + end - begin, 0) < P / 2) return drawn(random, B, T, outside);
  const rows = (draw: () => number, other: () => number) => {
    const inside = (p: number) => ranges.some(([begin, end]) => p >= begin && p < end);
    const flat = Array.from({ length: P }, (_, p) => (inside(p) ? draw() : other()));
    return Array.from({ length: B }, (_, b) => flat.slice(b * T, (b + 1) * T));
  };
  const ids = rows(
    () => random.int(N),
    () => outside(random),
  );
  const labels = rows(
    () => (random.int(3) === 0 ? -100 : random.int(N)),
    () => outside(random),
  );
  return { ids, labels, ranges };
}

type Values = Record<string, Float64Array>;

async function read(tensors: () => Record<string, Tensor>): Promise<Values> {
  const made = keep(scope(tensors));
  const out: Values = {};
  for (const [name, t] of Object.entries(made)) {
    out[name] = Float64Array.from(await t.data());
    t.release();
  }
  return out;
}

/** The loss, and its gradient of every parameter. */
function lossOf(model: LanguageModel, loss: () => Tensor): Promise<Values> {
  const all = params(model);
  return read(() => {
    const made = loss();
    const ds = grad(made, [...all.values()]);
    return { loss: made, ...Object.fromEntries([...all.keys()].map((name, i) => [name, ds[i]])) };
  });
}

const forward = async (model: LanguageModel, ...args: Parameters<LanguageModel['forward']>) =>
  (await read(() => ({ logits: untracked(() => model.forward(...args)) }))).logits;

/** What each sequence gives alone, put where it lies, and what their losses add up to, each with its share of the labels. */
async function alone(model: LanguageModel, { ids, labels, ranges }: Batch, given: boolean) {
  const [flat, asked] = [ids.flat(), labels.flat()];
  const logits = new Float64Array(flat.length * N);
  const parts = ranges
    .filter(([begin, end]) => begin < end)
    .map(([begin, end]) => {
      const own = asked.slice(begin, end);
      const count = given ? own.filter((label) => label >= 0).length : end - begin - 1;
      return { begin, ids: [flat.slice(begin, end)], labels: given ? [own] : undefined, count };
    });
  const total = parts.reduce((n, { count }) => n + count, 0);
  const sums: Values = {};
  for (const { begin, ids, labels, count } of parts) {
    logits.set(await forward(model, ids), begin * N);
    if (count === 0) continue;
    const one = await lossOf(model, () => model.loss(ids, labels, { weight: count / total }));
    for (const [name, values] of Object.entries(one)) sums[name] = values.map((v, i) => v + (sums[name]?.[i] ?? 0));
  }
  return { logits, sums, total };
}

function expectNear(ours: Values, expected: Values, device: Device, what: string) {
  for (const [name, values] of Object.entries(expected)) {
    const { error } = deviation(ours[name], values);
    if (!(error <= tolerances[device.float].out)) expect.fail(`${name}: error ${error} of ${what}`);
  }
}

describe.each(cases)('%s', (_, more) => {
  it.each(tried)('each sequence is what it is alone, on %s', async (_, device, longest) => {
    const model = await make(more, device);
    for (let seed = 0; seed < 4; seed++) {
      const random = rng(seed);
      const batch = drawn(random, 1 + random.int(3), 8 + random.int(longest - 7));
      const { ids, labels, ranges } = batch;
      for (const given of [true, false]) {
        const { logits, sums, total } = await alone(model, batch, given);
        const what = JSON.stringify({ seed, ranges, given });
        const ours = await lossOf(model, () => model.loss(ids, given ? labels : undefined, { ranges }));
        if (total > 0) expectNear(ours, sums, device, what);
        expectNear({ logits: await forward(model, ids, undefined, { ranges }) }, { logits }, device, what);
      }
    }
  });

  it('rows that count in part are what they are alone', async () => {
    const device = devices[2];
    const model = await make(more, device);
    for (let seed = 10; seed < 14; seed++) {
      const random = rng(seed);
      const [B, T] = [2 + random.int(4), 1 + random.int(70)];
      const lengths = [T, ...random.ints(B - 1, T + 1)];
      const rows = (draw: () => number) =>
        lengths.map((n) => Array.from({ length: T }, (_, t) => (t < n ? draw() : -7)));
      const [ids, labels] = [rows(() => random.int(N)), rows(() => random.int(N))];
      const ranges = lengths.map((n, b): [number, number] => [b * T, b * T + n]);
      const { logits, sums } = await alone(model, { ids, labels, ranges }, true);
      const what = `lengths ${lengths} of ${T}`;
      expectNear({ logits: await forward(model, ids, undefined, { lengths }) }, { logits }, device, what);
      expectNear(await lossOf(model, () => model.loss(ids, labels, { lengths })), sums, device, what);
      expect(await model.evaluate(ids, labels, { lengths })).toBeCloseTo(sums.loss[0], 5);
    }
  });

  it('any ids outside give the same bits, on the host and on the device', async () => {
    for (const device of devices) {
      const model = await make(more, device);
      const { ids, labels, ranges } = drawn(rng(3), 2, 24, () => 0);
      const inside = (p: number) => ranges.some(([begin, end]) => p >= begin && p < end);
      const filled = (draw: () => number) =>
        ids.map((row, b) => row.map((id, t) => (inside(b * 24 + t) ? id : draw())));
      const random = rng(4);
      const others: unknown[] = [filled(() => -7), filled(() => 10 * N)];
      for (const list of [ids, filled(() => random.int(N)), filled(() => N - 1)]) {
        others.push(keep(tensor(Int32Array.from(list.flat()), [2, 24], { device })));
      }
      const asked = labels.map((row, b) => row.map((label, t) => (inside(b * 24 + t) ? label : -100)));
      const [first, ...rest] = await Promise.all(
        [ids, ...others].map(async (given) => ({
          ...(await lossOf(model, () => model.loss(given as number[][], asked, { ranges }))),
          logits: await forward(model, given as number[][], undefined, { ranges }),
        })),
      );
      for (const other of rest) expect(other).toEqual(first);
    }
  });

  it('recomputed activations give the same bits, when the scope of the loss has ended too', async () => {
    for (const device of devices) {
      const model = await make(more, device);
      const { ids, labels, ranges } = drawn(rng(5), 2, 20);
      const expected = await lossOf(model, () => model.loss(ids, labels, { ranges }));
      const again = () => scope(() => model.loss(ids, labels, { ranges, recompute: true }));
      expect(await lossOf(model, again)).toEqual(expected);
    }
  });

  it('recordings read where they lie anew', async () => {
    for (const device of devices) {
      const model = await make(more, device);
      for (let seed = 20; seed < 24; seed++) {
        const { ids, labels, ranges } = drawn(rng(seed), 2, 20);
        const recorded = (await read(() => ({ logits: model.logits(ids, { ranges }) }))).logits;
        expect(recorded).toEqual(await forward(model, ids, undefined, { ranges }));
        const { loss } = await read(() => ({ loss: untracked(() => model.loss(ids, labels, { ranges })) }));
        expect(await model.evaluate(ids, labels, { ranges })).toBe(loss[0]);
      }
    }
  });
});
