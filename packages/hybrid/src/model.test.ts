// The language model: cache, generation, serialisation, loss variants, costs, memory.
import { attention } from '@twilljs/attention';
import { deltanet } from '@twilljs/deltanet';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { hgrn } from '@twilljs/hgrn';
import { constant, countParams, initializer, type MixerFamily, params, shapesOnly } from '@twilljs/nn';
import { cpu, type Device, grad, keep, release, rng, scope, type Tensor, tensor, untracked } from '@twilljs/tensor';
import { deviation } from '@twilljs/tensor/testing';
import { describe, expect, it } from 'vitest';
import { generate, hybrid, sample } from './index.ts';

const mixers = [attention, gatedDeltanet, deltanet];
const config = {
  model_type: 'gated_deltanet',
  hidden_size: 16,
  head_dim: 6,
  num_heads: 2,
  num_hidden_layers: 3,
  vocab_size: 31,
  intermediate_size: 24,
  pattern: 'GAG',
};
const make = async (more: object = {}, device: Device = cpu({ float: 'f64' }), seed = 3) =>
  hybrid({ ...config, ...more }, { mixers, init: initializer(seed, 0.3) }).to(device);
const ids = rng(5).ints(2 * 20, 31);
const batch = { data: ids, shape: [2, 20] as const };
const part = (from: number, to: number) => ({
  data: Int32Array.from([...ids.subarray(from, to), ...ids.subarray(20 + from, 20 + to)]),
  shape: [2, to - from] as const,
});
const read = async (f: () => Tensor) => Float64Array.from(await untracked(() => scope(f)).data());

/** A device that counts its live buffers. */
function counting(): Device & { live: number } {
  const base = cpu({ poison: true });
  const device = {
    ...base,
    live: 0,
    allocate(bytes: number) {
      device.live++;
      return base.allocate(bytes);
    },
    free() {
      device.live--;
    },
  };
  return device;
}

describe('the cache', () => {
  it('continues, forks, goes back and is restored from bytes, as if the sequence were one', async () => {
    const model = await make();
    const whole = await read(() => model.forward(batch).slice(1, 12, 20));
    using cache = model.cache(2);
    await read(() => model.forward(part(0, 12), cache));
    expect([...cache.positions]).toEqual([12, 12]);
    using fork = cache.fork();
    using snapshot = cache.snapshot();
    const bytes = await cache.serialize();
    const rest = () => read(() => model.forward(part(12, 20), cache));
    const first = await rest();
    expect(deviation(first, whole).error).toBeLessThanOrEqual(1e-12);
    snapshot.restore();
    expect([...cache.positions]).toEqual([12, 12]);
    expect(await rest()).toEqual(first);
    expect(await read(() => model.forward(part(12, 20), fork))).toEqual(first);
    using restored = model.restore(bytes);
    expect([...restored.positions]).toEqual([12, 12]);
    expect(deviation(await read(() => model.forward(part(12, 20), restored)), whole).error).toBeLessThanOrEqual(1e-6);
  });

  it('gives back what it replaces', async () => {
    const device = counting();
    const model = await make({}, device);
    const cache = model.cache(1);
    const step = () => untracked(() => scope(() => void model.next([[4]], cache)));
    for (let i = 0; i < 4; i++) step(); // as a value, in place, again, and from its recording
    const after = device.live;
    for (let i = 0; i < 20; i++) step();
    expect(device.live).toBe(after);
    cache[Symbol.dispose]();
    await model.to(device); // what was recorded goes
    expect(device.live).toBe(1); // the arena
  });
});

describe('generation', () => {
  it('is greedy at temperature 0 and decided by its seed above', async () => {
    const model = await make();
    const take = async (options: object) => {
      const out: number[] = [];
      for await (const id of generate(model, [1, 2, 3], { maxTokens: 12, ...options })) out.push(id);
      return out;
    };
    const greedy = await take({});
    expect(await take({ seed: 9 })).toEqual(greedy);
    const drawn = await take({ temperature: 3, seed: 1 });
    expect(await take({ temperature: 3, seed: 1 })).toEqual(drawn);
    expect(await take({ temperature: 3, seed: 2 })).not.toEqual(drawn);
    const logits = await read(() => model.forward([[1, 2, 3, ...greedy.slice(0, 5)]]).slice(1, 7, 8));
    expect(logits.indexOf(Math.max(...logits))).toBe(greedy[5]);
    await expect(generate(model, [], { maxTokens: 1 }).next()).rejects.toThrow('prompt: it is empty but');
    await expect(generate(model, [1], { maxTokens: 1, temperature: -1 }).next()).rejects.toThrow('temperature is -1');
  });

  it('ends with an error where logits are no numbers to choose by', async () => {
    const values = (fill: number) => new Float64Array(31).fill(fill);
    const broken: [string, Float64Array][] = [
      ['NaN for id 0', values(Number.NaN)],
      ['NaN for id 4', values(1).with(4, Number.NaN)],
      ['Infinity for id 30', values(-1).with(30, Number.POSITIVE_INFINITY)],
      ['all -Infinity', values(Number.NEGATIVE_INFINITY)],
    ];
    for (const [found, logits] of broken) {
      for (const temperature of [0, 1])
        expect(() => sample(logits, rng(0), { temperature })).toThrow(`the logits are ${found}`);
    }
    // A vocabulary may be masked all but for one id.
    const masked = values(Number.NEGATIVE_INFINITY).with(7, -1e30);
    for (const temperature of [0, 1]) expect(sample(masked, rng(0), { temperature })).toBe(7);
    for (const temperature of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => sample(masked, rng(0), { temperature })).toThrow(`temperature is ${temperature}`);
    }
    expect(() => sample(undefined as never, rng(0))).toThrow('the logits are undefined');

    const model = await make();
    const { weight } = model.model.embeddings;
    const first = (await read(() => model.forward([[1, 2, 3]]).slice(1, 2, 3))).reduce(
      (best, x, i, all) => (x > all[best] ? i : best),
      0,
    );
    const rows = Float64Array.from(await weight.data()).fill(Number.NaN, 16 * first, 16 * (first + 1));
    weight.device.write(weight.buffer, rows);
    const out = generate(model, [1, 2, 3], { maxTokens: 5 });
    expect((await out.next()).value).toBe(first);
    await expect(out.next()).rejects.toThrow('generate: after token 4 the logits are NaN for id 0');
  });

  it('draws tokens as often as their probability says', () => {
    const random = rng(0);
    const counts = [0, 0, 0];
    for (let i = 0; i < 20_000; i++) counts[sample(Float64Array.of(0, Math.log(3), Math.log(6)), random)]++;
    expect(counts.map((n) => n / 20_000).map((p, i) => Math.abs(p - [0.1, 0.3, 0.6][i]) < 0.015)).toEqual([
      true,
      true,
      true,
    ]);
  });
});

describe('loss', () => {
  const lossAndGrad = async (more: object, name: string, data = batch) => {
    const model = await make(more);
    const made = keep(
      scope(() => {
        const loss = model.loss(data);
        return { loss, gradient: grad(loss, [params(model).get(name)!])[0] };
      }),
    );
    const out = { loss: await made.loss.item(), gradient: Float64Array.from(await made.gradient.data()) };
    release(made);
    return out;
  };

  it('is the mean over the labelled positions', async () => {
    const model = await make();
    const logits = await read(() => model.forward([[1, 2, 3]]));
    const nats = [2, 3].map((label, t) => {
      const row = logits.subarray(t * 31, (t + 1) * 31);
      return Math.log(row.reduce((a, x) => a + Math.exp(x), 0)) - row[label];
    });
    expect(await untracked(() => model.loss([[1, 2, 3]])).item()).toBeCloseTo((nats[0] + nats[1]) / 2, 12);
    expect(await untracked(() => model.loss([[1, 2, 3]], [[-100, 3, -100]])).item()).toBeCloseTo(nats[1], 12);
  });

  it('is a number of evaluate, which keeps no more than what it has recorded', async () => {
    const device = counting();
    const model = await make({}, device);
    expect(device.live).toBe(1);
    const expected = await read(() => model.loss(batch));
    for (let i = 0; i < 3; i++) expect(await model.evaluate(batch)).toBe(expected[0]);
    const live = device.live;
    for (let i = 0; i < 5; i++) expect(await model.evaluate(batch)).toBe(expected[0]);
    expect(device.live).toBe(live);
    await model.to(device);
    const afresh = device.live;
    expect(await model.evaluate([[1, 2, 3]], [[-100, 3, -100]])).toBeGreaterThan(0);
    await expect(model.evaluate([[1, 31]])).rejects.toThrow('31 at [0, 1]');
    await expect(model.evaluate([[1], [2]])).rejects.toThrow('model.evaluate: no position has a label');
    await expect(model.evaluate([[1, 2]], [[-100, -100]])).rejects.toThrow('model.evaluate: no position has a label');
    await model.to(device);
    expect(device.live).toBe(afresh);
  });

  it('gives the padding row no gradient from the embedding', async () => {
    const plain = await lossAndGrad({}, 'model.embeddings.weight');
    const padded = await lossAndGrad({ pad_token_id: 7 }, 'model.embeddings.weight');
    const row = (g: Float64Array, id: number) => g.subarray(id * 16, (id + 1) * 16);
    expect(ids).toContain(7);
    expect(row(plain.gradient, 7).some((x) => x !== 0)).toBe(true);
    expect(row(padded.gradient, 7).every((x) => x === 0)).toBe(true);
    expect(deviation(row(padded.gradient, 8), row(plain.gradient, 8)).error).toBeLessThanOrEqual(1e-12);
    expect(padded.loss).toBeCloseTo(plain.loss, 12);
    const model = await make({ pad_token_id: 7 });
    const rows = [0, 1].map((b) => [...ids.subarray(20 * b, 20 * b + 20)]);
    const labels = rows.map((r) => [...r.slice(1), -100]);
    for (const given of [rows, tensor(ids, [2, 20], { device: model.device })]) {
      const gradient = scope(() => grad(model.loss(given, labels), [model.model.embeddings.weight])[0]);
      expect(deviation(Float64Array.from(await gradient.data()), padded.gradient).error).toBeLessThanOrEqual(1e-12);
    }
  });

  it('use_l2warp changes gradients by 1e-4 / (B T) of the largest logit and no values', async () => {
    const [plain, warped] = [
      await lossAndGrad({}, 'lm_head.weight'),
      await lossAndGrad({ use_l2warp: true }, 'lm_head.weight'),
    ];
    expect(warped.loss).toBe(plain.loss);
    const difference = warped.gradient.map((x, i) => x - plain.gradient[i]);
    const model = await make();
    const { logits, normed } = untracked(() => ({
      logits: model.forward(batch),
      normed: model.model.norm.forward(model.hidden(batch).at(-1)!),
    }));
    const [z, h] = [await logits.data(), await normed.data()];
    const expected = new Float64Array(31 * 16);
    for (let i = 0; i < 40; i++) {
      const row = z.subarray(i * 31, (i + 1) * 31);
      const top = row.indexOf(Math.max(...row));
      for (let d = 0; d < 16; d++) expected[top * 16 + d] += ((1e-4 / 40) * row[top] * h[i * 16 + d]) as number;
    }
    expect(deviation(difference, expected).error).toBeLessThanOrEqual(1e-8);
  });

  it('refuses ids outside the vocabulary, ragged rows, and device ids without labels', async () => {
    const model = await make();
    expect(() => model.forward([[31]])).toThrow(
      '31 at [0, 0] lies outside the vocabulary of 31; use whole numbers 0..30.',
    );
    expect(() => model.forward([[1, 2], [3]])).toThrow('rows of 2,1 ids');
    expect(() => model.arena.flat && hybrid(config, { mixers }).arena).toThrow('call await model.to(device)');
  });
});

describe('what mixers want from the whole model', () => {
  const bounded = { model_type: 'hgrn', hidden_size: 8, num_hidden_layers: 3, vocab_size: 11, intermediate_size: 8 };
  const attn = { layers: [1], num_heads: 2 };
  const families = [...mixers, hgrn];
  const other = Object.assign({}, hgrn as MixerFamily, { name: 'other', model_type: 'other' });

  it('stands beside the embeddings once, with a row per layer, moves along and takes no weight decay', async () => {
    const model = hybrid({ ...bounded, attn }, { mixers: families, init: initializer(1, 0.3) });
    const names = [...params(model).keys()];
    expect(names.slice(0, 2)).toEqual(['model.embeddings.weight', 'model.lower_bounds']);
    expect(names.filter((name) => name.includes('lower_bounds'))).toHaveLength(1);
    await model.to(cpu({ float: 'f64' }));
    const { names: order, tensors, offsets, decayEnd } = model.arena;
    const at = order.indexOf('model.lower_bounds');
    expect(tensors[at].shape).toEqual([3, 8]);
    expect(offsets[at]).toBeGreaterThanOrEqual(decayEnd);
    for (const [i, t] of tensors.entries()) {
      if (i !== at) expect(offsets[i] < decayEnd).toBe(t.shape.length >= 2);
    }
    const gradient = scope(() => grad(model.loss([[1, 2, 3, 4]]), [tensors[at]])[0]);
    const rows = await gradient.data();
    for (const row of [0, 1, 2]) expect(rows.slice(8 * row, 8 * row + 8).some((x) => x !== 0)).toBe(true);
  });

  it('is no product of a token', () => {
    const flops = (use_lower_bound: boolean) =>
      hybrid({ ...bounded, use_lower_bound }, { mixers: families, init: shapesOnly() }).flopsPerToken(10);
    expect(flops(true)).toBe(flops(false));
  });

  it('is one parameter for all families that want it by one name, if they agree on it', () => {
    const layers = ['hgrn', 'other', 'deltanet'];
    const { model_type: _, num_hidden_layers: __, ...rest } = bounded;
    const make = (family: MixerFamily) =>
      hybrid({ ...rest, layers, num_heads: 2 }, { mixers: [...families, family], init: initializer(1) });
    const names = [...params(make(other)).keys()];
    expect(names.filter((name) => name.includes('lower_bounds'))).toEqual(['model.lower_bounds']);
    const shared: MixerFamily['shared'] = (_config, { init }) => ({ lower_bounds: constant(init, [7], 0) });
    expect(() => make({ ...other, shared })).toThrow(
      'config: other wants lower_bounds [7] where another mixer has [3,8]; let both agree.',
    );
  });
});

describe('counts', () => {
  it("are the paper's for its configurations, without allocating weights", () => {
    const paper = (more: object) =>
      countParams(hybrid({ num_hidden_layers: 24, ...more }, { mixers, init: shapesOnly() }));
    const gdn = { model_type: 'gated_deltanet', head_dim: 256, expand_v: 1 };
    expect(paper({ ...gdn, hidden_size: 1024, num_heads: 4 })).toBe(399_531_200);
    expect(paper({ ...gdn, hidden_size: 2048, num_heads: 8 })).toBe(1_466_343_808);
    expect(paper({ model_type: 'transformer', hidden_size: 1024, num_heads: 16 })).toBe(373_867_520);
    expect(paper({ model_type: 'transformer', hidden_size: 2048, num_heads: 32 })).toBe(1_364_297_728);
  });
  it('of state and arithmetic follow the mixers', async () => {
    const model = hybrid(config, { mixers, init: shapesOnly() });
    const gdn = 2 * 6 * 12 + 3 * (12 + 12 + 24);
    expect(model.stateSize(100)).toBe(2 * gdn + 2 * 100 * 16);
    expect(model.flopsPerToken(64)).toBeGreaterThan(2 * 31 * 16);
    const longer = model.flopsPerToken(164) - model.flopsPerToken(64);
    expect(longer).toBeCloseTo(2 * 2 * 16 * 50, 6); // half of 100 more keys, scores and values
  });
});

it('weights depend on the seed and their path only', async () => {
  const values = async (seed: number, more: object) =>
    Array.from(
      await params(await make(more, cpu(), seed))
        .get('lm_head.weight')!
        .data(),
    );
  expect(await values(3, {})).toEqual(await values(3, { num_hidden_layers: 6 }));
  expect(await values(3, {})).not.toEqual(await values(4, {}));
});
