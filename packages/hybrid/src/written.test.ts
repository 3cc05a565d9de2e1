// What is written to config.json and run.json, byte for byte: keys in their order, so that a run that goes on finds what it was.
import { shapesOnly } from '@twilljs/nn';
import { mixers } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { hybrid, hybridConfig } from './index.ts';

const sizes = { hidden_size: 16, num_heads: 2, vocab_size: 31, intermediate_size: 24 };

/** Fields of every model that `sizes` leaves to their defaults, in the order in which they are written. */
const rest = (hidden_ratio = 4) =>
  `"hidden_ratio":${hidden_ratio},"hidden_act":"swish","norm_eps":0.000001,"initializer_range":0.02,"tie_word_embeddings":false,` +
  '"max_position_embeddings":2048,"pad_token_id":null,"bos_token_id":1,"eos_token_id":2,"use_cache":true,"use_l2warp":false,"fuse_norm":true,' +
  '"fuse_swiglu":true,"fuse_cross_entropy":true,"fuse_linear_cross_entropy":false,"attnres_block_size":null';
const given = '"hidden_size":16,"num_heads":2,"vocab_size":31,"intermediate_size":24';
const gla =
  '"expand_k":0.5,"expand_v":1,"num_kv_heads":null,"feature_map":null,"use_short_conv":false,"conv_size":4,"use_output_gate":true,' +
  '"clamp_min":null,"elementwise_affine":true,"use_gk":true,"use_gv":false';
const transformer = '"num_kv_heads":null,"qkv_bias":false,"qk_norm":false,"window_size":null,"rope_theta":10000';
const entry = '"num_kv_heads":2,"qkv_bias":false,"window_size":null,"rope_theta":10000';

describe('the configuration that is written', () => {
  it.each([
    [
      'pure',
      { model_type: 'gla', ...sizes, num_hidden_layers: 2 },
      `{"model_type":"gla",${given},"num_hidden_layers":2,"architectures":["GLAForCausalLM"],${rest()},${gla},"attn":null}`,
    ],
    [
      'all softmax',
      { model_type: 'attention', ...sizes, num_hidden_layers: 2 },
      `{"model_type":"transformer",${given},"num_hidden_layers":2,"architectures":["TransformerForCausalLM"],${rest()},${transformer}}`,
    ],
    [
      'hybrid',
      { model_type: 'gla', ...sizes, num_hidden_layers: 2, ratio: '1:1' },
      `{"model_type":"gla",${given},"num_hidden_layers":2,"ratio":"1:1","attn":{"num_heads":2,"layers":[1],${entry}},"convention":"literal",` +
        `"architectures":["GLAForCausalLM"],${rest()},${gla}}`,
    ],
    [
      'entries of attn',
      {
        model_type: 'gla',
        ...sizes,
        num_hidden_layers: 2,
        attn: [
          { layers: [0], num_heads: 4, extra: 1 },
          { layers: [1], num_heads: 2, num_kv_heads: 1 },
        ],
      },
      `{"model_type":"gla",${given},"num_hidden_layers":2,"attn":[{"layers":[0],"num_heads":4,"extra":1,${entry.replace('2', '4')}},` +
        `{"layers":[1],"num_heads":2,${entry.replace('2', '1')}}],"architectures":["GLAForCausalLM"],${rest()},${gla}}`,
    ],
    [
      'a list of one linear mixer',
      { ...sizes, layers: ['gla', 'attention'] },
      `{${given},"layers":["gla","attention"],"num_hidden_layers":2,"attn":{"num_heads":2,"layers":[1],${entry}},"model_type":"gla",` +
        `"architectures":["GLAForCausalLM"],${rest()},${gla}}`,
    ],
    [
      'several linear mixers, whose defaults are not written and of which the first decides those of the model',
      { ...sizes, layers: ['retnet', 'attention', 'gla'], expand_k: 1 },
      `{${given},"layers":["retnet","attention","gla"],"expand_k":1,"num_hidden_layers":3,"attn":{"num_heads":2,"layers":[1],${entry}},` +
        `"model_type":"twill","architectures":["TwillForCausalLM"],${rest(2)}}`,
    ],
  ])('is the same byte for byte: %s', (_, config, expected) => {
    const { json } = hybridConfig(config, mixers);
    expect(JSON.stringify(json)).toBe(expected);
    expect(JSON.stringify(hybridConfig(json, mixers).json)).toBe(expected);
  });
});

it('says of each layer its family and its fields', () => {
  const several = { ...sizes, layers: ['retnet', 'attention', 'gla'], expand_v: 1, attn: { window_size: 8 } };
  const { layers, mixers: linear } = hybrid(several, { mixers, init: shapesOnly() }).config;
  expect(layers.map(({ family }) => family.name)).toEqual(['retnet', 'attention', 'gla']);
  expect(layers.map(({ fields }) => [fields.expand_k, fields.expand_v, fields.window_size])).toEqual([
    [1, 1, undefined],
    [undefined, undefined, 8],
    [0.5, 1, undefined],
  ]);
  expect(linear).toEqual([layers[0], layers[2]]);
});
