// Reading on in a cache: the bits of a model that hands states on as values, whatever is done with caches between two tokens.
import { kernels as attentionKernels } from '@twilljs/attention/wasm';
import { type State, sequencesOf } from '@twilljs/nn';
import { kernels as nnKernels } from '@twilljs/nn/wasm';
import { kernels as scanKernels } from '@twilljs/scan/wasm';
import { cpu, type Device, keep, type Random, rng, scope, tensor, untracked } from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { writeCache } from './cache-file.ts';
import type { Cache, LanguageModel } from './index.ts';
import { attn, cases, config, drawn, make as made } from './models.test-data.ts';
import { headOf, summed, through } from './stack.ts';

const kernels = [...nnKernels, ...scanKernels, ...attentionKernels];
const fast = await device({ name: 'wasm' });
const make = (more: object, on: Device = fast) => made(more, on);

/** The slow twin: a forward over states, which are values. */
class ByValue {
  states: readonly State[];
  positions: Int32Array;
  private readonly model: LanguageModel;

  constructor(model: LanguageModel, batch: number, from?: ByValue) {
    this.model = model;
    this.states = from?.states ?? keep(model.model.layers.map(({ attn }) => attn.init(batch)));
    this.positions = from?.positions ?? new Int32Array(batch);
  }

  async next(ids: readonly (readonly number[])[]) {
    const { model, positions } = this;
    const [B, T] = [ids.length, ids[0].length];
    const { logits, states } = keep(
      untracked(() =>
        scope(() => {
          const { device } = model;
          const rotary = model.model.layers.map(({ attn }) => attn.rotary);
          const tokens = tensor(Int32Array.from(ids.flat()), [B, T], { device });
          const left = through(model, tokens, this.states, sequencesOf(device, { B, T, positions, rotary }));
          const h = summed(left.at(-1)!)
            .slice(1, T - 1, T)
            .reshape([B, config.hidden_size]);
          return { logits: headOf(model, { h, branch: null }), states: left.map(({ state }) => state) };
        }),
      ),
    );
    this.states = states;
    this.positions = positions.map((position) => position + T);
    return [...(await logits.data())];
  }

  bytes() {
    const { states, positions, model } = this;
    using some = model.cache(1);
    return writeCache({ positions, states }, some.owner);
  }
}

const next = async (model: LanguageModel, ids: readonly (readonly number[])[], cache: Cache) => [
  ...(await scope(() => model.next(ids, cache)).data()),
];
const draw = (random: Random, B: number, T: number) => drawn(random, new Array<number>(B).fill(T));

describe.each(cases)('%s', (_, more) => {
  it('gives the bits of decoding by value, a ring turning over several times', async () => {
    const model = await make(more);
    const random = rng(1);
    for (const [B, prompt] of [
      [1, 1],
      [2, 3],
      [3, 19],
    ]) {
      using cache = model.cache(B);
      const twin = new ByValue(model, B);
      for (const T of [prompt, ...Array.from({ length: 25 }, () => 1)]) {
        const ids = draw(random, B, T);
        expect(await next(model, ids, cache)).toEqual(await twin.next(ids));
      }
      expect(await cache.serialize()).toEqual(await twin.bytes());
    }
    expect(fast.fallbacks.size).toBe(0);
  });

  it('does so whatever is done with caches in between', async () => {
    const model = await make(more);
    const random = rng(2);
    let pairs: [Cache, ByValue][] = [1, 2, 2].map((B) => [model.cache(B), new ByValue(model, B)]);
    const marks = new Map<Cache, [ReturnType<Cache['snapshot']>, ByValue]>();
    for (let n = 0; n < 120; n++) {
      const [cache, twin] = pairs[random.int(pairs.length)];
      const B = cache.batch;
      const action = random.int(12);
      if (action < 7) {
        const ids = draw(random, B, 1);
        const ours = action === 0 ? scope(() => model.forward(ids, cache)) : scope(() => model.next(ids, cache));
        expect(ours.shape).toEqual(action === 0 ? [B, 1, 20] : [B, 20]);
        expect([...(await ours.data())]).toEqual(await twin.next(ids));
      } else if (action === 7) {
        const ids = draw(random, B, 1 + random.int(9));
        expect(await next(model, ids, cache)).toEqual(await twin.next(ids));
      } else if (action === 8) {
        pairs.push([cache.fork(), new ByValue(model, B, twin)]);
      } else if (action === 9) {
        const bytes = await cache.serialize();
        expect(bytes).toEqual(await twin.bytes());
        pairs.push([model.restore(bytes), new ByValue(model, B, twin)]);
      } else if (action === 10) {
        const mark = marks.get(cache);
        if (mark) {
          mark[0].restore();
          [twin.states, twin.positions] = [mark[1].states, mark[1].positions];
        } else marks.set(cache, [cache.snapshot(), new ByValue(model, B, twin)]);
      } else if (pairs.length > 4) {
        cache[Symbol.dispose]();
        pairs = pairs.filter(([other]) => other !== cache);
      }
      expect(cache.positions).toEqual(twin.positions);
    }
  });
});

it('shares its buffers with forks and snapshots until one of them reads on', async () => {
  const model = await make({ model_type: 'transformer' });
  const read = async (ids: number[][], from: Cache) => {
    const logits = keep(scope(() => model.next(ids, from)));
    const values = await logits.data();
    logits.release();
    return values;
  };
  using cache = model.cache(1);
  for (let n = 0; n < 4; n++) await read([[n]], cache);
  const states = 2 * 2 * 256 * 16 * 4; // two layers, keys and values
  const before = fast.bytesInUse;
  const forks = [cache.fork(), cache.fork()];
  const mark = cache.snapshot();
  expect(fast.bytesInUse).toBe(before);
  const found = await read([[5]], forks[0]);
  expect(fast.bytesInUse).toBe(before + states);
  expect(await read([[5]], cache)).toEqual(found);
  expect(await read([[6]], cache)).toEqual(await read([[6]], forks[0]));
  expect(fast.bytesInUse).toBe(before + 2 * states);
  mark[Symbol.dispose](); // the other fork alone sees what was there
  expect(await read([[5]], forks[1])).toEqual(found);
  expect(fast.bytesInUse).toBe(before + 2 * states);
  for (const fork of forks) fork[Symbol.dispose]();
  expect(fast.bytesInUse).toBe(before);
});

it('grows past its capacity', async () => {
  for (const more of [{ model_type: 'transformer' }, { model_type: 'transformer', window_size: 300 }]) {
    const model = await make(more);
    using cache = model.cache(1);
    const twin = new ByValue(model, 1);
    const random = rng(3);
    for (const T of [250, ...Array.from({ length: 10 }, () => 1), 245, ...Array.from({ length: 12 }, () => 1)]) {
      const ids = draw(random, 1, T);
      expect(await next(model, ids, cache)).toEqual(await twin.next(ids));
    }
    expect(await cache.serialize()).toEqual(await twin.bytes());
  }
});

it.each<[string, () => Promise<Device>]>([
  ['the reference device', async () => cpu()],
  ['the reference device in f64', async () => cpu({ float: 'f64' })],
  ['a device that records nothing', () => wasm({ kernels, eager: true })],
  ['a device that poisons its memory', () => wasm({ kernels, poison: true })],
])('decodes on %s', async (_, device) => {
  const on = await device();
  for (const [, more] of cases) {
    const model = await make(more, on);
    using cache = model.cache(2);
    const twin = new ByValue(model, 2);
    const random = rng(4);
    for (let n = 0; n < 12; n++) {
      const ids = draw(random, 2, 1);
      expect(await next(model, ids, cache)).toEqual(await twin.next(ids));
    }
  }
});

it('is where it was when there is no memory, whichever allocation fails', async () => {
  const failing = { ...cpu(), left: Number.POSITIVE_INFINITY };
  const allocate = failing.allocate.bind(failing);
  failing.allocate = (bytes) => {
    if (failing.left-- <= 0) throw new Error('no memory');
    return allocate(bytes);
  };
  const model = await make({ model_type: 'retnet', attn: { ...attn, window_size: 3 } }, failing);
  const twin = new ByValue(model, 1);
  const random = rng(5);
  using cache = model.cache(1);
  let failures = 0;
  for (let n = 0; n < 8; n++) {
    const ids = draw(random, 1, 1);
    const expected = await twin.next(ids);
    for (let k = 0; ; k = k < 20 ? k + 1 : 2 * k) {
      failing.left = k;
      try {
        expect(await next(model, ids, cache)).toEqual(expected);
        break;
      } catch (error) {
        expect(error).toMatchObject({ message: 'no memory' });
        expect([...cache.positions]).toEqual([n]);
        failures++;
      } finally {
        failing.left = Number.POSITIVE_INFINITY;
      }
    }
  }
  expect(failures).toBeGreaterThan(50);
  expect(await cache.serialize()).toEqual(await twin.bytes());
});
