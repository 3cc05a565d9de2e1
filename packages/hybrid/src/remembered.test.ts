// What a cache takes up: of linear mixers the same after any number of tokens, of full attention a row of each layer for each token.
import { rng } from '@twilljs/tensor';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { bytesOfStates, read } from './continuing.test-data.ts';
import { cases, config, drawn, make } from './models.test-data.ts';

const fast = await device({ name: 'wasm' });
const linear = cases.filter(([name]) => /^(hgrn2?|retnet|gla|deltanet|gated-deltanet)$/.test(name));

describe.each(linear)('%s', (_, more) => {
  it('takes up the same from 1,024 tokens to 131,072', async () => {
    const model = await make(more, fast);
    using cache = model.cache(1);
    const [text] = drawn(rng(1), [512]);
    const held = new Map<number, { inUse: number; stored: number; size: number }>();
    for (let tokens = 512; tokens <= 131072; tokens += 512) {
      await read(model, text, cache);
      if (![1024, 2048, 131072].includes(tokens)) continue;
      const stored = bytesOfStates(await cache.serialize());
      held.set(tokens, { inUse: fast.bytesInUse, stored, size: 4 * model.stateSize(tokens) });
    }
    const [first, second, last] = held.values();
    expect(last).toEqual(second); // by then the model has recorded what it does
    expect({ ...first, inUse: 0 }).toEqual({ ...last, inUse: 0 });
    expect(last.stored).toBe(last.size);
  });
});

it('grows exactly with the full layers of a hybrid', async () => {
  const { hidden_size } = config;
  for (const [layers, kv] of [
    [[1], 2],
    [[0, 2, 3], 4],
  ] as const) {
    const attn = { layers, num_heads: 4, num_kv_heads: kv };
    const model = await make({ model_type: 'gated_deltanet', head_dim: 6, num_hidden_layers: 4, attn }, fast);
    const perToken = layers.length * 2 * kv * (hidden_size / 4);
    expect(model.stateSize(131072) - model.stateSize(1024)).toBe((131072 - 1024) * perToken);
    using cache = model.cache(1);
    const stored: number[] = [];
    for (const length of [1024, 1, 999]) {
      await read(model, drawn(rng(1), [length])[0], cache);
      stored.push(bytesOfStates(await cache.serialize()));
    }
    expect(stored).toEqual([1024, 1025, 2024].map((tokens) => 4 * model.stateSize(tokens)));
    expect(stored[2] - stored[0]).toBe(4 * 1000 * perToken);
  }
});
