// What FLA and Transformers have written into configurations and weights over the years: read, noted, or refused with the reason.
import { hybrid } from '@twilljs/hybrid';
import { initializer } from '@twilljs/nn';
import { cpu, isTwillError, untracked } from '@twilljs/tensor';
import { mixers } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { filesOfModel, type ModelFiles, modelFromFiles } from './model.ts';
import { type StoredTensor, store } from './stored.ts';

const sizes = { hidden_size: 32, num_hidden_layers: 2, vocab_size: 11, intermediate_size: 8 };
const own: Record<string, object> = {
  hgrn: { model_type: 'hgrn' },
  hgrn2: { model_type: 'hgrn2', expand_ratio: 16 },
  retnet: { model_type: 'retnet', num_heads: 2 },
  gla: { model_type: 'gla', num_heads: 2 },
  delta_net: { model_type: 'delta_net', num_heads: 2 },
  gated_deltanet: { model_type: 'gated_deltanet', num_heads: 2, head_dim: 16 },
  transformer: { model_type: 'transformer', num_heads: 4 },
};
const made: Record<string, ModelFiles<StoredTensor>> = {};
for (const [name, config] of Object.entries(own))
  made[name] = await filesOfModel(hybrid({ ...sizes, ...config }, { mixers, init: initializer(3) }));

const ids = [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1]];

interface Outcome {
  readonly notes: readonly string[];
  /** Whether the logits are those of the unchanged model. */
  readonly same: boolean;
}

/** What becomes of a model whose files are changed: what loading notes, or the words of its refusal. */
async function outcome(
  family: string,
  change: Readonly<Record<string, unknown>>,
  weights: (tensors: Map<string, StoredTensor>) => unknown = () => {},
): Promise<Outcome | string> {
  const { config, tensors } = made[family];
  const changed = new Map(tensors);
  weights(changed);
  const files = { config: { ...config, ...change }, tensors: changed };
  const logits = async (given: ModelFiles) => {
    const { model, notes } = await modelFromFiles(given, { mixers, device: cpu() }, 'm');
    return { notes, numbers: `${await untracked(() => model.forward(ids)).data()}` };
  };
  try {
    const { notes, numbers } = await logits(files);
    return { notes, same: numbers === (await logits(made[family])).numbers };
  } catch (error) {
    if (isTwillError(error)) return error.message;
    throw error;
  }
}

const families = Object.keys(own);
const silent = { notes: [], same: true };

/** Read as what it means, without a word. */
const accepted: [family: string, change: Record<string, unknown>][] = [
  ...families.map((name): [string, Record<string, unknown>] => [name, { max_position_embeddings: 8 }]),
  ...families.map((name): [string, Record<string, unknown>] => [name, { torch_dtype: 'float32' }]),
  ...families.map((name): [string, Record<string, unknown>] => [name, { dtype: 'bfloat16', use_cache: null }]),
  ['transformer', { attn: null }],
  ['transformer', { qkv_bias: null, qk_norm: null, tie_word_embeddings: null, attnres_block_size: null }],
  ['gla', { use_short_conv: null, norm_first: null, elementwise_affine: true, attn: null }],
  ['gla', { attn: [] }],
  ['gla', { share_conv_kernel: true, gate_logit_normalizer: 16 }], // as the GLA of 2024 has it, without convolutions
  ['retnet', { share_conv_kernel: false, norm_first: false, use_short_conv: true }],
  ['delta_net', { norm_first: false, share_conv_kernel: false, allow_neg_eigval: null, elementwise_affine: null }],
  ['gated_deltanet', { allow_neg_eigval: null, num_v_heads: null, attn_mode: 'fused_recurrent' }],
  ['hgrn2', { num_heads: 7 }], // expand_ratio decides
  ['hgrn', { architectures: ['HGRNForCausalLM'], transformers_version: '4.51.3', hidden_act: 'silu' }],
];

it.each(accepted)('%s with %j is what it is without', async (family, change) => {
  expect(await outcome(family, change)).toEqual(silent);
});

describe('null is false where Python reads a flag', () => {
  it.each([
    ['gated_deltanet', 'use_gate', /not of this model .*g_proj/],
    ['delta_net', 'use_short_conv', /not of this model .*k_conv1d/],
    ['hgrn', 'use_lower_bound', /not of this model .*lower_bounds/],
    ['gla', 'use_output_gate', /not of this model .*g_proj/],
  ])('%s: %s', async (family, flag, said) => {
    expect(await outcome(family, { [flag]: null })).toMatch(said);
    expect(await outcome(family, { [flag]: null })).toBe(await outcome(family, { [flag]: false }));
  });

  it('of an entry of attn too', async () => {
    const attn = { layers: [1], num_heads: 2 };
    const woven = hybrid({ ...sizes, ...own.gla, attn }, { mixers, init: initializer(3) });
    const files = await filesOfModel(woven);
    const nulls = { ...attn, qkv_bias: null, window_size: null, num_kv_heads: null };
    const { model, notes } = await modelFromFiles(
      { ...files, config: { ...files.config, attn: nulls } },
      { mixers, device: cpu() },
    );
    expect(notes).toEqual([]);
    expect(model.config.json).toEqual(woven.config.json);
    const more = { ...files.config, attn: { ...attn, qk_norm: true } }; // which FLA does not hand on
    const { notes: said } = await modelFromFiles({ ...files, config: more }, { mixers, device: cpu() });
    expect(said).toEqual(['model/config.json: attn: qk_norm: not read, no model here has such a field.']);
  });
});

describe('settings that mean another model are refused with the reason', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['delta_net', { norm_first: true }, 'blocks without norms, of before 2025, are not supported'],
    ['gated_deltanet', { norm_first: true }, 'blocks without norms, of before 2025, are not supported'],
    [
      'delta_net',
      { share_conv_kernel: true },
      'share_conv_kernel is true but one convolution for queries, keys and values, of before July 2024, is not supported',
    ],
    ...families.map((name): [string, Record<string, unknown>, string] => [
      name,
      { attnres_block_size: 2 },
      'attnres_block_size is 2 but attention residuals are not supported',
    ]),
    [
      'transformer',
      { attn: { layers: [1], num_heads: 2 } },
      'every layer of model_type transformer is attention already',
    ],
    ['transformer', { num_kv_heads: 3 }, 'num_kv_heads=3 does not divide num_heads=4'],
    ['gla', { num_heads: 4, num_kv_heads: 3 }, 'num_kv_heads=3'],
    ['retnet', { num_heads: 32 }, 'gives heads of K=1 and V=2 but RoPE turns pairs of keys'],
    ['hgrn', { expand_ratio: 2 }, 'use_lower_bound'],
    ['hgrn2', { expand_ratio: 20 }, 'makes 1 heads that do not fill hidden_size=32'],
    ['gated_deltanet', { num_v_heads: 1 }, 'num_v_heads=1 is no multiple of num_heads=2'],
    [
      'gla',
      {
        attn: [
          { layers: [1], num_heads: 2 },
          { layers: [1], num_heads: 2 },
        ],
      },
      'attn names layer 1 twice',
    ],
    ['gla', { attn: { layers: [2], num_heads: 2 } }, 'attn names layer 2 but num_hidden_layers is 2'],
    ['gla', { feature_map: 'elu' }, 'feature_map is "elu"'],
    ['gla', { model_type: 'kda' }, 'model_type "kda" is none of the mixers at hand'],
    ['gla', { fuse_linear_cross_entropy: true }, 'are both true'],
    ['gla', { dtype: 'float32', torch_dtype: 'bfloat16' }, 'remove one of them'],
  ])('%s: %j', async (family, change, said) => {
    expect(await outcome(family, change)).toContain(said);
  });
});

describe('settings that FLA never reads are noted where they differ from what is computed', () => {
  it.each<[string, Record<string, unknown>, string]>([
    [
      'gla',
      { gate_logit_normalizer: 8 },
      'gate_logit_normalizer is 8: not read, logarithms of gates are divided by 16.',
    ],
    ['delta_net', { use_mamba_gate: true }, 'use_mamba_gate: not read, no model here has such a field.'],
  ])('%s: %j', async (family, change, said) => {
    expect(await outcome(family, change)).toEqual({ notes: [`m/config.json: ${said}`], same: true });
  });
});

describe('weights of older versions', () => {
  const one = (shape: number[]) => store('F32', shape, new Array(shape.reduce((n, d) => n * d, 1)).fill(1));

  it('hold tensors that were never read, which are named', async () => {
    const d = await outcome('gated_deltanet', {}, (map) => {
      for (const i of [0, 1]) map.set(`model.layers.${i}.attn.D`, one([2]));
    });
    expect(d).toEqual({
      notes: [
        'model.layers.0.attn.D and 1 more like it: ignored, a parameter of Gated DeltaNet until March 2025 that its forward pass never read.',
      ],
      same: true,
    });
    const conv = await outcome('hgrn', {}, (map) => map.set('model.layers.0.attn.q_conv1d.weight', one([32, 1, 4])));
    expect(conv).toMatchObject({
      notes: [expect.stringContaining('a convolution of HGRN until June 2025')],
      same: true,
    });
  });

  it('have gate and up of the MLP in one matrix, with the gate above', async () => {
    const joined = await outcome('gla', {}, (map) => {
      for (const i of [0, 1]) {
        const name = (which: string) => `model.layers.${i}.mlp.${which}_proj.weight`;
        const [gate, up] = ['gate', 'up'].map((which) => map.get(name(which))!);
        map.set(name('gate'), { ...gate, shape: [16, 32], bytes: Buffer.concat([gate.bytes, up.bytes]) });
        map.delete(name('up'));
      }
    });
    expect(joined).toMatchObject({ notes: [expect.stringContaining('it holds gate_proj above up_proj')], same: true });
  });

  it('call the norm of the output by either name, whatever fuse_norm says', async () => {
    for (const family of ['gla', 'retnet']) {
      const other = await outcome(family, { fuse_norm: false });
      expect(other).toMatchObject({
        notes: [expect.stringContaining('this configuration calls it g_norm')],
        same: true,
      });
    }
  });

  it('of a Transformer whose norms go over all heads are told by their shape', async () => {
    const old = await outcome('transformer', { qk_norm: true }, (map) => {
      for (const i of [0, 1])
        for (const which of 'qk') map.set(`model.layers.${i}.attn.${which}_norm.weight`, one([32]));
    });
    expect(old).toBe(
      'm: the weights do not fit the configuration: 4 wrong (model.layers.0.attn.q_norm.weight is [32] for [8], model.layers.0.attn.k_norm.weight is [32] for [8], model.layers.1.attn.q_norm.weight is [32] for [8], model.layers.1.attn.k_norm.weight is [32] for [8]); norms of queries and keys over all heads at once, of FLA before April 2025, are not computed here; give weights and config.json of one model.',
    );
  });

  it('with a tied head may hold it or not, and are written without', async () => {
    for (const stored of [true, false]) {
      const tied = { tie_word_embeddings: true };
      const { config, tensors } = made.gla;
      const map = new Map(tensors);
      if (stored) map.set('lm_head.weight', map.get('model.embeddings.weight')!);
      else map.delete('lm_head.weight');
      const { model, notes } = await modelFromFiles(
        { config: { ...config, ...tied }, tensors: map },
        { mixers, device: cpu() },
      );
      expect(notes).toEqual(
        stored ? ['lm_head.weight: ignored, the configuration ties the head to the embedding.'] : [],
      );
      expect((await filesOfModel(model)).tensors.has('lm_head.weight')).toBe(false);
    }
  });
});
