// What is said before a model computes slowly, or for long, and what is refused before it computes at all.
import { attention } from '@twilljs/attention';
import { gla } from '@twilljs/gla';
import { initializer, shapesOnly } from '@twilljs/nn';
import { cpu, type Device, scope } from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { announce, generate, hybrid, type LanguageModel } from './index.ts';

const config = {
  model_type: 'gla',
  hidden_size: 8,
  num_heads: 2,
  num_hidden_layers: 2,
  intermediate_size: 8,
  vocab_size: 32,
};
const transformer = { ...config, model_type: 'transformer' };
const mixers = [gla, attention];

let said: string[] = [];
beforeEach(() => {
  said = [];
  vi.spyOn(console, 'warn').mockImplementation((text: string) => void said.push(text));
});
afterEach(() => void vi.restoreAllMocks());

const reference =
  /^twill: the model runs on the reference device cpu, some thirty times slower than wasm; call await model\.to\(.*\.$/;

describe('the reference device', () => {
  it('is not said where it was chosen, nor of another device, nor of shapes', async () => {
    for (const on of [cpu(), Promise.resolve(cpu())]) {
      const model = await hybrid(config, { mixers }).to(on);
      await model.evaluate([[1, 2, 3]]);
    }
    const exact = cpu({ float: 'f64' });
    const model = await hybrid(config, { mixers, device: async () => exact }).to();
    expect(model.device).toBe(exact);
    await model.evaluate([[1, 2, 3]]);
    scope(() => hybrid(config, { mixers, init: shapesOnly() }).forward([[1, 2]]));
    expect(said).toEqual([]);
  });

  it('is said once per process, in one line, where nobody chose it', async () => {
    const uses: ((model: LanguageModel) => unknown)[] = [
      (model) => scope(() => model.forward([[1, 2]])),
      (model) => scope(() => model.loss([[1, 2]])),
      (model) => model.evaluate([[1, 2]]),
      (model) => generate(model, [1], { maxTokens: 1 }).next(),
      (model) => model.to(),
    ];
    for (const use of uses) {
      await use(hybrid(config, { mixers, init: initializer(1) }));
      expect(said).toEqual([expect.stringMatching(reference)]);
    }
  });

  it('is given as a device and as nothing else', async () => {
    for (const wrong of ['wasm', 3, {}, Promise.resolve('cpu')]) {
      await expect(hybrid(config, { mixers }).to(wrong as unknown as Device)).rejects.toThrow(
        /^model\.to: .* is no device/,
      );
    }
  });
});

describe('a long sequence', () => {
  const ids = (T: number) => ({ data: new Int32Array(T), shape: [1, T] as const });

  it('of softmax attention says what it costs before it starts, once per model', () => {
    const model = hybrid({ ...transformer, hidden_size: 64 }, { mixers, init: shapesOnly() });
    for (let i = 0; i < 2; i++) announce(model, 1, 1e6, 'logits');
    const operations = 1e6 * model.flopsPerToken(1e6);
    expect(operations).toBeGreaterThan(1e6 * 2 * (1e6 / 2) * 2 * 64 * 2); // scores and values of 2 layers alone
    const minutes = Math.round(operations / 1e10 / 60);
    expect(said).toEqual([
      `twill: 1 x 1000000 tokens take ${operations.toExponential(1)} operations forward, some ${minutes} minutes at 10 GFLOP/s, and logits of 128000000 bytes.`,
    ]);
  });

  it('of a recurrence, and a short one, say nothing', () => {
    announce(hybrid(config, { mixers, init: shapesOnly() }), 4, 40_000, 'logits');
    announce(hybrid(transformer, { mixers, init: shapesOnly() }), 500, 2000, 'logits');
    expect(said).toEqual([]);
  });

  it('whose logits or keys cannot be held is refused before anything is computed', async () => {
    const small = await wasm({ maximumBytes: 64 * 2 ** 20 });
    const wide = await hybrid({ ...transformer, vocab_size: 1024 }, { mixers }).to(small);
    using cache = wide.cache(1);
    const before = small.bytesInUse;
    const T = 2 ** 15;
    for (const compute of [() => wide.forward(ids(T)), () => wide.loss(ids(T))]) {
      expect(() => scope(compute)).toThrow(
        `model: 1 x ${T} tokens have logits of ${4 * T * 1024} bytes, more than wasm has left; read them part by part through a cache.`,
      );
    }
    const far = 2 ** 20; // keys and values of two layers, 8 numbers each: 128 MiB
    expect(() => scope(() => wide.next(ids(far), cache))).toThrow(`have states of ${4 * far * 2 * 16} bytes`);
    expect([...cache.positions]).toEqual([0]);
    expect(small.bytesInUse).toBe(before);
  });
});
