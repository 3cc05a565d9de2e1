// The decoder of an auto-encoder: MAD's equation, token by token; on every device; and what it says it cannot do.
import { gla } from '@twilljs/gla';
import { compose, generate, hybrid } from '@twilljs/hybrid';
import { initializer, params } from '@twilljs/nn';
import { cpu, type Device, grad, tensor, untracked } from '@twilljs/tensor';
import { noise } from '@twilljs/tensor/testing';
import { device } from 'twilljs';
import { expect, it } from 'vitest';
import { madCompressionTask, madRecallTask, requireReadout, withReadout } from '../index.ts';
import { autoEncoder, positionCodes } from './auto-encoder.ts';

const config = {
  model_type: 'gla',
  hidden_size: 10,
  num_heads: 2,
  expand_k: 1,
  intermediate_size: 12,
  num_hidden_layers: 1,
};
const mixers = [gla, autoEncoder];
const make = (on: Device) =>
  hybrid({ ...config, vocab_size: 7, readout: 'auto-encoder' }, { mixers, init: initializer(5, 0.5) }).to(on);
const ids = { data: Int32Array.from({ length: 2 * 4 }, (_, i) => (5 * i + 2) % 7), shape: [2, 4] as const };

/** Phi by its series, for the exact GELU. */
function gelu(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= -(x * x) / (2 * n);
    sum += term / (2 * n + 1);
  }
  return x * (0.5 + sum / Math.sqrt(2 * Math.PI));
}

it('says each token by the last state and its place alone, by the equation of MAD', async () => {
  const model = await make(cpu({ float: 'f64' }));
  const weights = new Map<string, Float64Array>();
  for (const [name, t] of params(model)) weights.set(name, Float64Array.from(await t.data()));
  const of = (name: string) => weights.get(name) as Float64Array;
  const D = 10;
  const norm = (x: readonly number[], name: string) => {
    const scale = 1 / Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / D + model.config.model.norm_eps);
    return x.map((v, i) => v * scale * of(name)[i]);
  };
  const affine = (x: readonly number[], name: string, outputs: number) =>
    Array.from({ length: outputs }, (_, o) =>
      x.reduce((sum, v, i) => sum + v * of(`${name}.weight`)[o * D + i], weights.get(`${name}.bias`)?.[o] ?? 0),
    );
  const stream = await untracked(() => model.hidden(ids)[0]).data(); // after the blocks, before the decoder
  const logits = await untracked(() => model.forward(ids)).data();
  const decoder = 'model.layers.1.attn';
  expect([...weights.keys()].filter((name) => name.startsWith('model.layers.1.')).length).toBe(6);
  for (const [b, t] of [0, 1].flatMap((b) => [0, 1, 2, 3].map((t) => [b, t]))) {
    let x = Array.from({ length: D }, (_, i) => {
      const angle = t * 10000 ** (-(i % 5) / 4);
      return stream[(b * 4 + 3) * D + i] + (i < 5 ? Math.sin(angle) : Math.cos(angle));
    });
    for (const i of [0, 1]) {
      x = affine(norm(x, `${decoder}.norms.${i}.weight`), `${decoder}.layers.${i}`, D).map(gelu);
    }
    const expected = affine(norm(x, 'model.norm.weight'), 'lm_head', 7);
    for (const [n, value] of expected.entries()) expect(logits[(b * 4 + t) * 7 + n]).toBeCloseTo(value, 10);
  }
});

it('gives the same on every device, in a gradient too', async () => {
  const reference = await make(cpu());
  const model = await make(await device({ name: 'wasm' }));
  const both = await Promise.all([reference, model].map((one) => one.evaluate(ids, ids)));
  expect(both[1]).toBeCloseTo(both[0], 5);
  const slow = await untracked(() => reference.forward(ids)).data();
  for (const [i, x] of (await untracked(() => model.forward(ids)).data()).entries()) expect(x).toBeCloseTo(slow[i], 4);
  const slopes = [reference, model].map((one) => {
    const [first] = [...params(one).values()].slice(-8);
    return grad(one.loss(ids, ids), [one.model.embeddings.weight, first]);
  });
  for (const k of [0, 1]) {
    const [expected, found] = await Promise.all(slopes.map((both) => both[k].data()));
    for (const [i, x] of found.entries()) expect(x).toBeCloseTo(expected[i], 4);
    expect(expected.some((x) => Math.abs(x) > 1e-3)).toBe(true);
  }
});

it('has codes of positions: sines, cosines, and a zero where the width is odd', () => {
  expect([...positionCodes(2, 5)]).toEqual([
    0,
    0,
    1,
    1,
    0,
    Math.sin(1),
    Math.sin(1e-4),
    Math.cos(1),
    Math.cos(1e-4),
    0,
  ]);
});

it('says what it cannot do', async () => {
  const model = await make(cpu());
  const none = /^auto-encoder: the model says a row again by the state at its last token, so it has no next token/;
  expect(() => model.cache(1)).toThrow(none);
  await expect(generate(model, [1, 2], { maxTokens: 2 }).next()).rejects.toThrow(none);
  expect(() =>
    model.forward({ data: Int32Array.of(1, 2, 3), shape: [1, 3] }, undefined, { lengths: [3] }),
  ).not.toThrow();
  expect(() => model.forward(ids, undefined, { lengths: [4, 3] })).toThrow(
    'auto-encoder: sequences of different lengths are given; give rows of one length.',
  );
  expect(() => model.model.layers[1].forward(tensor(noise(30, 1), [1, 3, 10]), {})).toThrow(none);
  const narrow = { ...config, hidden_size: 2, vocab_size: 7, readout: 'auto-encoder' };
  expect(() => compose(narrow, { mixers })).toThrow('hidden_size is 2 and codes of positions need 4 or more');
});

it('belongs to the tasks that ask for it', async () => {
  expect(withReadout(config, madRecallTask)).toBe(config);
  const asked = withReadout(config, madCompressionTask);
  expect(asked).toEqual({ ...config, readout: 'auto-encoder' });
  expect(withReadout(asked, madCompressionTask)).toEqual(asked);
  const plain = hybrid({ ...config, vocab_size: 7 }, { mixers });
  for (const refused of [() => withReadout(asked, madRecallTask), () => requireReadout(plain, madCompressionTask)]) {
    expect(refused).toThrow(/^task mad-\w+: the readout of the model is .+ and the task needs .+; train a model for/);
  }
});
