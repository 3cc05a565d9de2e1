// Where a model is: what it holds there, and that all of it is given back.
import { attention } from '@twilljs/attention';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { countParams, initializer } from '@twilljs/nn';
import { retnet } from '@twilljs/retnet';
import { cpu, release, scope, tensor, untracked } from '@twilljs/tensor';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { type Cache, generate, hybrid } from './index.ts';

const mixers = [attention, gatedDeltanet, retnet];
const sizes = { hidden_size: 16, num_heads: 2, intermediate_size: 16, vocab_size: 20 };
const config = { ...sizes, layers: ['gated-deltanet', 'attention', 'retnet'], head_dim: 4, expand_v: 1 };
const make = () => hybrid(config, { mixers, init: initializer(2, 0.3) });

describe('memory', () => {
  it('stays the same over thousands of tokens, where there is room for them', async () => {
    const on = await device({ name: 'wasm' });
    const model = await make().to(on);
    using cache = model.cache(1);
    const next = async (id: number) => {
      const logits = untracked(() => scope(() => model.next([[id]], cache)));
      await logits.data();
      logits.release();
    };
    const seen = new Map<number, Set<string>>(); // by tokens that there is room for
    for (let n = 0; n < 2500; n++) {
      await next(n % 20);
      const room = 256 * 2 ** Math.ceil(Math.log2(Math.max(1, (n + 1) / 256)));
      const { bytes, buffers } = on.report();
      if (n % 256 > 5) seen.set(room, (seen.get(room) ?? new Set()).add(`${bytes} bytes in ${buffers} buffers`));
    }
    expect([...seen.keys()]).toEqual([256, 512, 1024, 2048, 4096]);
    for (const [room, states] of seen) expect([room, states.size]).toEqual([room, 1]);
  });

  it('of a window is no more than the window', async () => {
    const on = await device({ name: 'wasm' });
    const windowed = { ...sizes, model_type: 'transformer', num_hidden_layers: 2, window_size: 8 };
    const model = await hybrid(windowed, { mixers }).to(on);
    const caches: Cache[] = [];
    const held = Array.from({ length: 11 }, () => {
      const cache = model.cache(1);
      caches.push(cache);
      for (let n = 0; n < 20; n++) scope(() => void model.next([[n]], cache));
      return on.bytesInUse;
    });
    const ring = 8 * 16 * 4;
    expect(held[10] - held[0]).toBe(10 * 2 * 2 * ring);
    for (const cache of caches) cache[Symbol.dispose]();
  });

  it('comes back whole from a model that decoded and was measured', async () => {
    const on = await device({ name: 'wasm' });
    const empty = on.report();
    for (let n = 0; n < 3; n++) {
      const model = await make().to(on);
      for await (const _ of generate(model, [1, 2, 3], { maxTokens: 10 }));
      for (let i = 0; i < 4; i++) await model.evaluate([[1, 2, 3]]);
      for (let i = 0; i < 4; i++) scope(() => void model.logits([[1, 2, 3]]));
      await model.to(on);
      for (let i = 0; i < 4; i++) await model.evaluate([[1, 2, 3]]);
      model[Symbol.dispose]();
      model[Symbol.dispose]();
      expect(on.report()).toEqual(empty);
    }
  });
});

it('the tensors in a cache are its states, not the parameters of the model', async () => {
  const model = await make().to(await device({ name: 'wasm' }));
  const cache = model.cache(1);
  for (let n = 0; n < 4; n++) scope(() => void model.next([[n]], cache));
  release(cache);
  expect(await model.evaluate([[1, 2, 3]])).toBeGreaterThan(0);
});

describe('recordings', () => {
  it('are one per shape, of the last few shapes, and go when the model moves', async () => {
    const model = await make().to(await device({ name: 'wasm' }));
    const count = () => model.report().recordings;
    expect(count()).toBe(0);
    for (let n = 0; n < 5; n++) await model.evaluate([[1, 2, 3]]);
    expect(count()).toBe(1);
    const logits = [4, 5].map((T) => scope(() => model.logits([new Int32Array(T)])).shape);
    expect(logits).toEqual([
      [1, 4, 20],
      [1, 5, 20],
    ]);
    expect(count()).toBe(3);
    for await (const _ of generate(model, [1], { maxTokens: 9 }));
    expect(count()).toBe(4);
    for (let T = 2; T < 20; T++) await model.evaluate([new Int32Array(T)]);
    expect(count()).toBe(8);
    await model.to(cpu());
    expect(count()).toBe(0);
  });

  it('give the bits of a forward and a loss, whatever the ids are', async () => {
    const model = await make().to(await device({ name: 'wasm' }));
    for (let n = 0; n < 6; n++) {
      const ids = [
        [n, 2 * n, 19 - n],
        [3, n, 3],
      ];
      const [a, b] = [() => model.logits(ids), () => untracked(() => model.forward(ids))].map(scope);
      expect(await a.data()).toEqual(await b.data());
      expect(await model.evaluate(ids)).toBe(await untracked(() => scope(() => model.loss(ids))).item());
      const given = tensor(Int32Array.from(ids.flat()), [2, 3], { device: model.device });
      expect(await scope(() => model.logits(given)).data()).toEqual(await b.data());
    }
    expect(() => model.logits([[1, 20, 3]])).toThrow('ids: 20 at [0, 1] lies outside the vocabulary of 20');
  });

  it('serve all caches of a model, in turns', async () => {
    const model = await make().to(await device({ name: 'wasm' }));
    const alone = async (ids: readonly number[]) => {
      using cache = model.cache(1);
      const all: number[] = [];
      for (const id of ids) all.push(...(await scope(() => model.next([[id]], cache)).data()));
      return all;
    };
    const texts = [0, 1, 2].map((k) => Array.from({ length: 12 }, (_, n) => (7 * n + 3 * k) % 20));
    const expected = await Promise.all(texts.map(alone));
    const caches = texts.map(() => model.cache(1));
    const found: number[][] = texts.map(() => []);
    for (let n = 0; n < 12; n++) {
      for (const [k, text] of texts.entries()) {
        found[k].push(...(await scope(() => model.next([[text[n]]], caches[k])).data()));
      }
    }
    expect(found).toEqual(expected);
    expect(model.report().recordings).toBe(1);
  });
});

it('a model says what the step runs that it replayed last', async () => {
  const model = await make().to(await device({ name: 'wasm' }));
  expect(() => model.inspect()).toThrow('model.inspect: nothing was recorded');
  for (let n = 0; n < 3; n++) await model.evaluate([[1, 2, 3]]);
  const opsOf = () => model.inspect().ops.map(({ op }) => op);
  expect([opsOf()[0], opsOf().at(-1)]).toEqual(['embedding', 'crossEntropy']);
  for (let n = 0; n < 3; n++) scope(() => void model.logits([[1, 2, 3]]));
  expect(opsOf()).not.toContain('crossEntropy');
});

describe('a report', () => {
  it('says what the model is and holds', async () => {
    const model = make();
    const parameters = countParams(model);
    expect(model.report()).toEqual({ parameters, bytes: 4 * parameters, device: 'cpu', recordings: 0 });
    const exact = cpu({ float: 'f64' });
    await model.to(exact);
    const { bytes, device: where } = model.report();
    expect(bytes).toBe(8 * model.arena.flat.size);
    expect(where).toBe(exact.label);
  });
});

it('a model that was given back says so', async () => {
  const message = 'model: it was given back by dispose and holds no parameters; make or load another one.';
  for (const model of [make(), await make().to(await device({ name: 'wasm' }))]) {
    const cache = model.cache(1);
    model[Symbol.dispose]();
    const uses: (() => unknown)[] = [
      () => model.forward([[1]]),
      () => model.logits([[1]]),
      () => model.next([[1]], cache),
      () => model.hidden([[1]]),
      () => model.loss([[1, 2]]),
      () => model.cache(1),
      () => model.restore(new Uint8Array(0)),
      () => model.arena,
      () => model.report(),
    ];
    for (const use of uses) expect(use).toThrow(message);
    await expect(model.evaluate([[1, 2]])).rejects.toThrow(message);
    await expect(model.to(cpu())).rejects.toThrow(message);
    await expect(generate(model, [1], { maxTokens: 1 }).next()).rejects.toThrow(message);
  }
});
