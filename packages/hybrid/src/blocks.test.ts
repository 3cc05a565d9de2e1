// Blocks as values: families bring what stands around their mixers, and the composer, the trainer and the cache take it as it is.
import { attention } from '@twilljs/attention';
import { mqar } from '@twilljs/data';
import { gla } from '@twilljs/gla';
import {
  type Block,
  GatedMLP,
  type Initializer,
  initializer,
  type Mixer,
  type MixerFamily,
  type ModelFields,
  mlpWidth,
  params,
  RMSNorm,
  type Sequences,
  type State,
} from '@twilljs/nn';
import { cpu, rng, scope, type Tensor, untracked } from '@twilljs/tensor';
import { deviation } from '@twilljs/tensor/testing';
import { Trainer } from '@twilljs/train';
import { expect, it } from 'vitest';
import { hybrid, PreNormBlock } from './index.ts';

/** s = h + norm(mixer(h)); h' = s + norm(mlp(s)): what is added has a norm, what it is made of has none. */
class PostNormBlock implements Block {
  readonly attn: Mixer;
  readonly post_attention_layernorm: RMSNorm;
  readonly mlp: GatedMLP;
  readonly post_feedforward_layernorm: RMSNorm;

  constructor(fields: ModelFields, mixer: Mixer, init: Initializer) {
    const norm = (name: string) => new RMSNorm(fields.hidden_size, fields.norm_eps, init.fork(name));
    this.attn = mixer;
    this.post_attention_layernorm = norm('post_attention_layernorm');
    this.mlp = new GatedMLP(fields.hidden_size, mlpWidth(fields), init.fork('mlp'));
    this.post_feedforward_layernorm = norm('post_feedforward_layernorm');
  }

  forward(h: Tensor, before?: State, at?: Sequences): { h: Tensor; state: State } {
    const { y, state } = this.attn.forward(h, before, at);
    const s = h.add(this.post_attention_layernorm.forward(y));
    return { h: s.add(this.post_feedforward_layernorm.forward(this.mlp.forward(s))), state };
  }
}

/** h' = h + mixer(n) + mlp(n) with one norm, n = norm(h). */
class ParallelBlock implements Block {
  readonly input_layernorm: RMSNorm;
  readonly attn: Mixer;
  readonly mlp: GatedMLP;

  constructor(fields: ModelFields, mixer: Mixer, init: Initializer) {
    this.input_layernorm = new RMSNorm(fields.hidden_size, fields.norm_eps, init.fork('input_layernorm'));
    this.attn = mixer;
    this.mlp = new GatedMLP(fields.hidden_size, mlpWidth(fields), init.fork('mlp'));
  }

  forward(h: Tensor, before?: State, at?: Sequences): { h: Tensor; state: State } {
    const n = this.input_layernorm.forward(h);
    const { y, state } = this.attn.forward(n, before, at);
    return { h: h.add(y).add(this.mlp.forward(n)), state };
  }
}

const postNorm = (family: MixerFamily): MixerFamily => ({
  ...family,
  block: (fields, mixer, init) => new PostNormBlock(fields, mixer, init),
});
const parallel = (family: MixerFamily): MixerFamily => ({
  ...family,
  block: (fields, mixer, init) => new ParallelBlock(fields, mixer, init),
});

const config = {
  model_type: 'gla',
  hidden_size: 16,
  num_heads: 2,
  num_hidden_layers: 2,
  vocab_size: 16,
  intermediate_size: 24,
  pattern: 'GA',
};
const read = async (f: () => Tensor) => Float64Array.from(await untracked(() => scope(f)).data());

it.each([
  ['post-norm', [postNorm(gla), postNorm(attention)]],
  ['parallel', [parallel(gla), parallel(attention)]],
  ['post-norm and parallel', [postNorm(gla), parallel(attention)]],
])('a model of %s blocks trains, and decodes what it prefills', async (_, mixers) => {
  const model = await hybrid(config, { mixers, init: initializer(3, 0.3) }).to(cpu({ float: 'f64' }));
  const batches = mqar({ length: 16, vocab: 16, pairs: 2, batch: 8, source: rng(1) });
  const losses: number[] = [];
  using trainer = new Trainer(model, { steps: 12, lr: 0.02 });
  for await (const { loss } of trainer.run(batches)) losses.push(loss);
  expect(losses.at(-1)).toBeLessThan(losses[0]);

  const ids = rng(5).ints(20, 16);
  const whole = await read(() => model.forward([ids]));
  using cache = model.cache(1);
  await read(() => model.forward([ids.subarray(0, 11)], cache));
  for (let t = 11; t < 20; t++) {
    const logits = await read(() => model.forward([[ids[t]]], cache));
    expect(deviation(logits, whole.subarray(16 * t, 16 * (t + 1))).error).toBeLessThanOrEqual(1e-12);
  }
});

it('a layer has the block of its family, whose fields name its parameters; the default is the block of FLA', () => {
  const names = (mixers: readonly MixerFamily[]) => {
    const keys = [...params(hybrid(config, { mixers })).keys()].filter((key) => !/attn\.|\.mlp\./.test(key));
    return keys.map((key) => key.replace('model.', '').replace('.weight', ''));
  };
  const fla = (i: number) => [`layers.${i}.attn_norm`, `layers.${i}.mlp_norm`];
  const post = ['layers.0.post_attention_layernorm', 'layers.0.post_feedforward_layernorm'];
  expect(names([gla, attention])).toEqual(['embeddings', ...fla(0), ...fla(1), 'norm', 'lm_head']);
  expect(names([postNorm(gla), attention])).toEqual(['embeddings', ...post, ...fla(1), 'norm', 'lm_head']);
  expect(names([gla, parallel(attention)])).toEqual([
    'embeddings',
    ...fla(0),
    'layers.1.input_layernorm',
    'norm',
    'lm_head',
  ]);
});

it('a subclass with no more than a forward of its own is asked by it, with the same bits', async () => {
  let calls = 0;
  class Counted extends PreNormBlock {
    override forward(h: Tensor, before?: State, at?: Sequences) {
      calls++;
      return super.forward(h, before, at);
    }
  }
  const counted = (family: MixerFamily): MixerFamily => ({
    ...family,
    block: (fields, mixer, init) => new Counted(fields, mixer, init),
  });
  const logits = async (wrap: (family: MixerFamily) => MixerFamily) => {
    const model = await hybrid(config, { mixers: [wrap(gla), wrap(attention)], init: initializer(1) }).to(cpu());
    return read(() => model.forward([[1, 2, 3, 4]]));
  };
  const [own, plain] = [await logits(counted), await logits((family) => family)];
  expect(calls).toBe(config.num_hidden_layers);
  expect(own).toEqual(plain);
});
