// Whole configurations: goldens read unchanged, defaults per family, and every contradiction by name.
import { readdirSync, readFileSync } from 'node:fs';
import { attention } from '@twilljs/attention';
import { deltanet } from '@twilljs/deltanet';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { isTwillError, OptionError } from '@twilljs/tensor';
import { mixers } from 'twilljs';
import { describe, expect, it } from 'vitest';
import type { MixerFamily } from './mixer.ts';
import { mlpWidth, readModelConfig } from './model-config.ts';

const families = [gatedDeltanet, attention, deltanet];

const models = new URL('../../../golden/models/', import.meta.url);

function failure(json: Record<string, unknown>): string {
  try {
    readModelConfig({ model_type: 'gated_deltanet', ...json }, families, 'config.json');
  } catch (error) {
    if (isTwillError(error)) return `${error.name}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

describe('readModelConfig', () => {
  it.each(readdirSync(models))('returns the configuration of golden %s as it is', (name) => {
    const json = JSON.parse(readFileSync(new URL(`${name}/config.json`, models), 'utf8'));
    const config = readModelConfig(json, mixers);
    expect(config.json).toEqual(json);
    expect(config.model.hidden_size).toBe(json.hidden_size);
    const full = config.layers.flatMap(({ family }, i) => (family.role === 'softmax' ? [i] : []));
    expect(full).toEqual(json.model_type === 'transformer' ? [...config.layers.keys()] : (json.attn?.layers ?? []));
  });

  it('fills in the defaults, of the family where it has its own', () => {
    const config = readModelConfig({ model_type: 'gated_deltanet' }, families);
    expect(config.model.num_hidden_layers).toBe(21);
    expect(config.mixers[0].fields).toMatchObject({ num_heads: 6, head_dim: 256, num_v_heads: null, use_gate: true });
    expect(config.json).toMatchInlineSnapshot(`
      {
        "allow_neg_eigval": false,
        "architectures": [
          "GatedDeltaNetForCausalLM",
        ],
        "attn": null,
        "attnres_block_size": null,
        "bos_token_id": 1,
        "conv_size": 4,
        "eos_token_id": 2,
        "expand_v": 2,
        "fuse_cross_entropy": true,
        "fuse_linear_cross_entropy": false,
        "fuse_norm": true,
        "fuse_swiglu": true,
        "head_dim": 256,
        "hidden_act": "swish",
        "hidden_ratio": 4,
        "hidden_size": 2048,
        "initializer_range": 0.02,
        "intermediate_size": null,
        "max_position_embeddings": 2048,
        "model_type": "gated_deltanet",
        "norm_eps": 0.000001,
        "num_heads": 6,
        "num_hidden_layers": 21,
        "num_v_heads": null,
        "pad_token_id": null,
        "tie_word_embeddings": false,
        "use_cache": true,
        "use_gate": true,
        "use_l2warp": false,
        "use_short_conv": true,
        "vocab_size": 32000,
      }
    `);
    expect(readModelConfig({ model_type: 'delta_net' }, families).model.num_hidden_layers).toBe(24);
    expect(readModelConfig({ model_type: 'transformer' }, families).json).not.toHaveProperty('attn');
  });

  it('takes package names for model_type and writes that of FLA', () => {
    for (const family of families) {
      const config = readModelConfig({ model_type: family.name }, families);
      expect(config.mixers.map((mixer) => mixer.family)).toEqual([family]);
      expect(config.json.model_type).toBe(family.model_type);
      expect(config.json.architectures).toEqual([family.architecture]);
    }
  });

  it('keeps unknown keys and what is given in place of a default', () => {
    const json = {
      model_type: 'delta_net',
      architectures: ['Other'],
      rms_norm_eps: 1,
      norm_first: false,
      dtype: 'bfloat16',
      nested: { a: [1] },
    };
    expect(readModelConfig(json, families).json).toMatchObject(json);
  });

  it('reads attn as an object or a list, and writes it in the same form', () => {
    const one = { layers: [0, 2], num_heads: 4, extra: 1 };
    const filled = { ...one, num_kv_heads: 4, qkv_bias: false, window_size: null, rope_theta: 10000 };
    const base = { model_type: 'gated_deltanet', num_hidden_layers: 3 };
    const single = readModelConfig({ ...base, attn: one }, families);
    expect(single.json.attn).toEqual(filled);
    expect(single.layers.map(({ family }) => family.role)).toEqual(['softmax', 'linear', 'softmax']);
    const rest = { qkv_bias: false, qk_norm: false, window_size: null, rope_theta: 10000 };
    expect(single.layers[2].fields).toEqual({ num_heads: 4, num_kv_heads: 4, ...rest });
    const two = { layers: [1], num_heads: 2, window_size: 8 };
    const list = readModelConfig({ ...base, attn: [one, two] }, families);
    expect(list.json.attn).toEqual([filled, { ...filled, ...two, num_kv_heads: 2, extra: undefined }]);
    expect(list.layers.map(({ fields }) => fields.window_size)).toEqual([null, 8, null]);
    expect(readModelConfig({ ...base, attn: [] }, families).json.attn).toEqual([]);
    // Reading what was written changes nothing more.
    expect(readModelConfig(list.json, families).json).toEqual(list.json);
  });

  it('takes the spellings of Transformers, and writes those of FLA', () => {
    const json = { model_type: 'gla', hidden_act: 'silu', pad_token_id: -1, eos_token_id: [2, 7], bos_token_id: [1] };
    const config = readModelConfig(json, mixers);
    expect(config.model).toMatchObject({ hidden_act: 'swish', pad_token_id: null, eos_token_id: [2, 7] });
    expect(config.json).toMatchObject({
      hidden_act: 'swish',
      pad_token_id: null,
      eos_token_id: [2, 7],
      bos_token_id: [1],
    });
    for (const wrong of [
      { eos_token_id: ['</s>'] },
      { eos_token_id: [-1] },
      { pad_token_id: -2 },
      { pad_token_id: [0] },
    ])
      expect(() => readModelConfig({ ...json, ...wrong }, mixers)).toThrow(OptionError);
  });

  it('leaves a setting that is closed for all others to the mixer that has the field', () => {
    const json = { num_hidden_layers: 2, elementwise_affine: false };
    const { mixers: own } = readModelConfig({ ...json, model_type: 'gla' }, mixers);
    expect(own[0].fields.elementwise_affine).toBe(false);
    const listed = ['gla', 'deltanet'].map((name) => mixers.find((family) => family.name === name) as MixerFamily);
    expect(() => readModelConfig(json, mixers, 'config', listed)).toThrow('the norms of this mixer have weights');
  });

  it('needs softmax attention at hand where attn names layers', () => {
    const json = { model_type: 'delta_net', attn: { layers: [1], num_heads: 2 } };
    expect(() => readModelConfig(json, [deltanet])).toThrow('no such mixer is at hand; hand in @twilljs/attention');
    expect(readModelConfig({ ...json, attn: null }, [deltanet]).attn).toEqual([]);
  });

  it('names every contradiction', () => {
    const attn = { layers: [0], num_heads: 2 };
    expect(
      [
        { model_type: undefined },
        { model_type: 'mamba' },
        { model_type: ['gla'] },
        { architectures: 'GatedDeltaNetForCausalLM' },
        { num_hidden_layers: -1 },
        { num_hidden_layers: 1e9 },
        { hidden_size: 2 ** 40 },
        { hidden_size: '64' },
        { hidden_size: 2 ** 20, vocab_size: 2 ** 20 },
        { hidden_size: 2 ** 18, num_hidden_layers: 1000 },
        { num_heads: 0 },
        { use_gate: 'yes' },
        { hidden_act: 'gelu' },
        { norm_eps: '1e-6' },
        { norm_eps: -1 },
        { attnres_block_size: 4 },
        { norm_first: true },
        { elementwise_affine: false },
        { fuse_linear_cross_entropy: true },
        { pad_token_id: 32000 },
        { torch_dtype: 'int8' },
        { dtype: 'float32', torch_dtype: 'float16' },
        { attn: 3 },
        { attn: [attn, null] },
        { attn: {} },
        { attn: { layers: [0] } },
        { attn: { ...attn, layers: 0 } },
        { attn: { ...attn, layers: [21] } },
        { attn: { ...attn, layers: [-1] } },
        { attn: { ...attn, layers: [3, 3] } },
        { attn: [attn, attn] },
        { attn: { ...attn, num_heads: 0 } },
        { attn: { ...attn, window_size: 0 } },
        { attn: { ...attn, window_size: -4 } },
        { attn: { ...attn, rope_theta: null } },
        { attn: { ...attn, qkv_bias: 'no' } },
        { model_type: 'transformer', attn },
      ].map(failure),
    ).toMatchInlineSnapshot(`
      [
        "OptionError: config.json: model_type is missing; add one of gated_deltanet, transformer, delta_net.",
        "OptionError: config.json: model_type "mamba" is none of the mixers at hand, gated_deltanet, transformer, delta_net; choose one or hand its mixer in.",
        "OptionError: config.json: model_type ["gla"] is none of the mixers at hand, gated_deltanet, transformer, delta_net; choose one or hand its mixer in.",
        "OptionError: config.json: architectures is "GatedDeltaNetForCausalLM" where a list of names or null is needed; correct it.",
        "OptionError: config.json: num_hidden_layers is -1 where an integer from 1 to 16384 is needed; correct it.",
        "OptionError: config.json: num_hidden_layers is 1000000000 where an integer from 1 to 16384 is needed; correct it.",
        "OptionError: config.json: hidden_size is 1099511627776 where an integer from 1 to 1048576 is needed; correct it.",
        "OptionError: config.json: hidden_size is "64" where an integer from 1 to 1048576 is needed; correct it.",
        "OptionError: config.json: asks for 186922613866496 parameters or more, above the limit of 137438953472; choose smaller sizes.",
        "OptionError: config.json: asks for 549839699968000 parameters or more, above the limit of 137438953472; choose smaller sizes.",
        "OptionError: config.json: num_heads is 0 where an integer from 1 to 1048576 is needed; correct it.",
        "OptionError: config.json: use_gate is "yes" where true or false is needed; correct it.",
        "OptionError: config.json: hidden_act is "gelu" where "swish", "silu" is needed; correct it.",
        "OptionError: config.json: norm_eps is "1e-6" where a number from 0 up to 1 is needed; correct it.",
        "OptionError: config.json: norm_eps is -1 where a number from 0 up to 1 is needed; correct it.",
        "OptionError: config.json: attnres_block_size is 4 but attention residuals are not supported; only null is.",
        "OptionError: config.json: norm_first is true but blocks without norms, of before 2025, are not supported; only false is.",
        "OptionError: config.json: elementwise_affine is false but the norms of this mixer have weights; only true is.",
        "OptionError: config.json: fuse_cross_entropy and fuse_linear_cross_entropy are both true; set one of them to false.",
        "OptionError: config.json: pad_token_id=32000 is no token of vocab_size=32000; use null or a smaller one.",
        "OptionError: config.json: torch_dtype is "int8" where "float32", "float64", "float16", "bfloat16" or null is needed; correct it.",
        "OptionError: config.json: dtype is "float32" but torch_dtype is "float16"; remove one of them.",
        "OptionError: config.json: attn is 3 where an object with layers and num_heads is needed; correct it.",
        "OptionError: config.json: attn[1] is null where an object with layers and num_heads is needed; correct it.",
        "OptionError: config.json: attn: layers is missing where a list of integers from 0 to 1048576 is needed; add it.",
        "OptionError: config.json: attn: num_heads is missing where an integer from 1 to 1048576 is needed; add it.",
        "OptionError: config.json: attn: layers is 0 where a list of integers from 0 to 1048576 is needed; correct it.",
        "OptionError: config.json: attn names layer 21 but num_hidden_layers is 21; use 0 to 20.",
        "OptionError: config.json: attn: layers is [-1] where a list of integers from 0 to 1048576 is needed; correct it.",
        "OptionError: config.json: attn names layer 3 twice; name each layer once.",
        "OptionError: config.json: attn names layer 0 twice; name each layer once.",
        "OptionError: config.json: attn: num_heads is 0 where an integer from 1 to 1048576 is needed; correct it.",
        "OptionError: config.json: attn: window_size is 0 where an integer from 1 to 1099511627776 or null is needed; correct it.",
        "OptionError: config.json: attn: window_size is -4 where an integer from 1 to 1099511627776 or null is needed; correct it.",
        "OptionError: config.json: attn: rope_theta is null where a number above 0 is needed; correct it.",
        "OptionError: config.json: attn: qkv_bias is "no" where true or false is needed; correct it.",
        "OptionError: config.json: attn is given but every layer of model_type transformer is attention already; remove it.",
      ]
    `);
  });
});

describe('mlpWidth', () => {
  it('is what FLA makes of width and ratio', () => {
    const width = (json: object) => mlpWidth(readModelConfig({ model_type: 'delta_net', ...json }, families).model);
    expect(width({ hidden_size: 1024 })).toBe(2816);
    expect(width({ hidden_size: 2048 })).toBe(5632);
    expect(width({ hidden_size: 1024, hidden_ratio: 2 })).toBe(1536);
    expect(width({ hidden_size: 2048, hidden_ratio: null })).toBe(5632);
    expect(width({ hidden_size: 384 })).toBe(1024); // 384 x 4 x 2 / 3 is a multiple of 256 already
    expect(width({ hidden_size: 64, intermediate_size: 48 })).toBe(48);
  });
});
