// Decoding in place: the bits of a decoder that hands values on, whatever is done with caches between two tokens.
import { attention } from '@twilljs/attention';
import { kernels as attentionKernels } from '@twilljs/attention/wasm';
import { deltanet } from '@twilljs/deltanet';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { gla } from '@twilljs/gla';
import { hgrn } from '@twilljs/hgrn';
import { hgrn2 } from '@twilljs/hgrn2';
import { initializer, type State } from '@twilljs/nn';
import { kernels as nnKernels } from '@twilljs/nn/wasm';
import { retnet } from '@twilljs/retnet';
import { kernels as scanKernels } from '@twilljs/scan/wasm';
import { cpu, type Device, keep, type Random, rng, scope, tensor, untracked } from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { writeCache } from './cache-file.ts';
import { type Cache, hybrid, type LanguageModel } from './index.ts';
import { headOf, through } from './stack.ts';

const kernels = [...nnKernels, ...scanKernels, ...attentionKernels];
const mixers = [attention, gatedDeltanet, deltanet, gla, hgrn, hgrn2, retnet];
const config = { hidden_size: 16, num_heads: 2, num_hidden_layers: 2, vocab_size: 20, intermediate_size: 16 };
const attn = { layers: [1], num_heads: 4, num_kv_heads: 2, window_size: 7 };
const cases: [string, object][] = [
  ['hgrn', { model_type: 'hgrn' }],
  ['hgrn2', { model_type: 'hgrn2', expand_ratio: 8 }],
  ['retnet', { model_type: 'retnet' }],
  ['gla', { model_type: 'gla' }],
  ['deltanet', { model_type: 'delta_net' }],
  ['gated-deltanet', { model_type: 'gated_deltanet', head_dim: 6 }],
  ['transformer', { model_type: 'transformer', qk_norm: true }],
  ['grouped queries in a window', { model_type: 'transformer', num_heads: 4, num_kv_heads: 2, window_size: 5 }],
  ['a hybrid with a window', { model_type: 'retnet', attn, tie_word_embeddings: true }],
];

const fast = await device();
const make = (more: object, on: Device = fast) =>
  hybrid({ ...config, ...more } as never, { mixers, init: initializer(2, 0.3) }).to(on);

/** The slow twin: a forward over states, which are values. */
class ByValue {
  states: readonly (State | undefined)[] = [];
  position = 0;
  private readonly model: LanguageModel;

  constructor(model: LanguageModel, from?: ByValue) {
    this.model = model;
    this.states = from?.states ?? model.model.layers.map(() => undefined);
    this.position = from?.position ?? 0;
  }

  async next(ids: readonly (readonly number[])[]) {
    const { model } = this;
    const [B, T] = [ids.length, ids[0].length];
    const { logits, states } = keep(
      untracked(() =>
        scope(() => {
          const tokens = tensor(Int32Array.from(ids.flat()), [B, T], { device: model.device });
          const left = through(model, tokens, this.states);
          const h = left
            .at(-1)!
            .h.slice(1, T - 1, T)
            .reshape([B, config.hidden_size]);
          return { logits: headOf(model, h), states: left.map(({ state }) => state) };
        }),
      ),
    );
    this.states = states;
    this.position += T;
    return [...(await logits.data())];
  }

  bytes(batch: number) {
    const { states, position, model } = this;
    return writeCache({ batch, position, states }, (model.cache(batch).owner as Cache['owner']).computed);
  }
}

const next = async (model: LanguageModel, ids: readonly (readonly number[])[], cache: Cache) => [
  ...(await scope(() => model.next(ids, cache)).data()),
];
const draw = (random: Random, B: number, T: number) =>
  Array.from({ length: B }, () => [...random.ints(T, config.vocab_size)]);

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
      const twin = new ByValue(model);
      for (const T of [prompt, ...Array.from({ length: 25 }, () => 1)]) {
        const ids = draw(random, B, T);
        expect(await next(model, ids, cache)).toEqual(await twin.next(ids));
      }
      expect(await cache.serialize()).toEqual(await twin.bytes(B));
    }
    expect(fast.fallbacks.size).toBe(0);
  });

  it('does so whatever is done with caches in between', async () => {
    const model = await make(more);
    const random = rng(2);
    let pairs: [Cache, ByValue][] = [1, 2, 2].map((B) => [model.cache(B), new ByValue(model)]);
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
        pairs.push([cache.fork(), new ByValue(model, twin)]);
      } else if (action === 9) {
        const bytes = await cache.serialize();
        expect(bytes).toEqual(await twin.bytes(B));
        pairs.push([model.restore(bytes), new ByValue(model, twin)]);
      } else if (action === 10) {
        const mark = marks.get(cache);
        if (mark) {
          mark[0].restore();
          [twin.states, twin.position] = [mark[1].states, mark[1].position];
        } else marks.set(cache, [cache.snapshot(), new ByValue(model, twin)]);
      } else if (pairs.length > 4) {
        cache[Symbol.dispose]();
        pairs = pairs.filter(([other]) => other !== cache);
      }
      expect(cache.position).toBe(twin.position);
    }
  });
});

it('grows past its capacity', async () => {
  for (const more of [{ model_type: 'transformer' }, { model_type: 'transformer', window_size: 300 }]) {
    const model = await make(more);
    using cache = model.cache(1);
    const twin = new ByValue(model);
    const random = rng(3);
    for (const T of [250, ...Array.from({ length: 10 }, () => 1), 245, ...Array.from({ length: 12 }, () => 1)]) {
      const ids = draw(random, 1, T);
      expect(await next(model, ids, cache)).toEqual(await twin.next(ids));
    }
    expect(await cache.serialize()).toEqual(await twin.bytes(1));
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
    const twin = new ByValue(model);
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
  const twin = new ByValue(model);
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
        expect(cache.position).toBe(n);
        failures++;
      } finally {
        failing.left = Number.POSITIVE_INFINITY;
      }
    }
  }
  expect(failures).toBeGreaterThan(50);
  expect(await cache.serialize()).toEqual(await twin.bytes(1));
});
