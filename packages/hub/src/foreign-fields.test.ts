// A config.json that names something Twill computes otherwise: an error, a note, or neither where it says the same.
import { hybrid } from '@twilljs/hybrid';
import { initializer } from '@twilljs/nn';
import { cpu, OptionError } from '@twilljs/tensor';
import { mixers } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { filesOfModel, modelFromFiles } from './model.ts';

const sizes = { hidden_size: 32, num_hidden_layers: 2, vocab_size: 11, intermediate_size: 8 };
const make = (config: object) => filesOfModel(hybrid({ ...sizes, ...config }, { mixers, init: initializer(3) }));
const transformer = await make({ model_type: 'transformer', num_heads: 4 });
const woven = await make({ model_type: 'gla', num_heads: 2, ratio: '1:1' });

/** What loading says of a changed configuration; a field that is undefined is taken out. */
async function said(change: object, files = transformer): Promise<readonly string[]> {
  const entries = Object.entries({ ...files.config, ...change }).filter(([, value]) => value !== undefined);
  try {
    const config = Object.fromEntries(entries);
    const { model, notes } = await modelFromFiles({ ...files, config }, { mixers, device: cpu() });
    expect(model.config.json).toMatchObject(JSON.parse(JSON.stringify(change))); // kept for whoever reads the file next
    return notes.map((note) => note.replace('model/config.json: ', ''));
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    return [`error: ${error.message.replace('model/config.json: ', '')}`];
  }
}

describe('fields that are left to their default under another name', () => {
  it.each([
    [
      { num_heads: undefined, num_attention_heads: 4 },
      'num_attention_heads is 4 but num_heads, which is read, is not there and would be 32',
    ],
    [{ num_heads: undefined, num_attention_heads: 5 }, 'num_attention_heads is 5 but num_heads'],
    [{ num_heads: undefined, n_head: 4 }, 'n_head is 4 but num_heads'],
    [{ num_heads: undefined, num_haeds: 4 }, 'num_haeds is 4 but num_heads'],
    [
      { num_kv_heads: undefined, num_key_value_heads: 2 },
      'num_key_value_heads is 2 but num_kv_heads, which is read, is not there and would be 4',
    ],
    [{ norm_eps: undefined, norm_epsilon: 1e-5 }, 'norm_epsilon is 0.00001 but norm_eps'],
    [{ norm_eps: undefined, layernorm_epsilon: 1e-5 }, 'layernorm_epsilon is 0.00001 but norm_eps'],
    [{ rope_theta: undefined, rotary_emb_base: 5e5 }, 'rotary_emb_base is 500000 but rope_theta'],
    [{ norm_eps: undefined, rms_norm_eps: 1e-5 }, 'rms_norm_eps is 0.00001 but norm_eps'],
    [{ window_size: undefined, sliding_window: 64 }, 'sliding_window is 64 but window_size'],
    [{ qkv_bias: undefined, attention_bias: true }, 'attention_bias is true but qkv_bias'],
    [{ rope_theta: undefined, rope_theat: 5e5 }, 'rope_theat is 500000 but rope_theta'],
    [
      { num_hidden_layers: undefined, num_layers: 2 },
      'num_layers is 2 but num_hidden_layers, which is read, is not there and would be 24',
    ],
    [{ hidden_size: undefined, n_embd: 32 }, 'n_embd is 32 but hidden_size'],
  ])('%j: an error that names both', async (change, message) => {
    const [first, ...others] = await said(change);
    expect(first).toContain(`error: ${message}`);
    expect(others).toEqual([]);
  });
});

describe('fields that say something else', () => {
  it.each([
    [{ num_attention_heads: 8 }, 'num_attention_heads is 8: not read, num_heads is, which is 4.'],
    [{ num_key_value_heads: 2 }, 'num_key_value_heads is 2: not read, num_kv_heads is, which is 4.'],
    [{ norm_esp: 0.5 }, 'norm_esp is 0.5: not read, norm_eps is, which is 0.000001.'],
    [{ rms_norm_eps: 1e-5 }, 'rms_norm_eps is 0.00001: not read, norm_eps is, which is 0.000001.'],
    [{ sliding_window: 64 }, 'sliding_window is 64: not read, window_size is, which is null.'],
    [{ attention_bias: true }, 'attention_bias is true: not read, qkv_bias is, which is false.'],
    [{ hidden_activation: 'gelu' }, 'hidden_activation is "gelu": not read, hidden_act is, which is "swish".'],
    [{ head_dim: 4 }, 'head_dim is 4: not read, a head is hidden_size / num_heads = 8 wide.'],
    [
      { rope_scaling: { type: 'linear', factor: 8 } },
      'rope_scaling is { type, factor }: not read, rotary positions are not scaled.',
    ],
    [
      { rope_parameters: { rope_type: 'default', rope_theta: 5e5 } },
      'rope_parameters is { rope_type, rope_theta }: not read',
    ],
    [{ partial_rotary_factor: 0.5 }, 'partial_rotary_factor is 0.5: not read, rotary positions turn all of a head.'],
    [
      { quantization_config: { quant_method: 'fp8' } },
      'quantization_config is { quant_method }: not read, weights are taken as they are stored',
    ],
    [
      { layer_types: ['sliding_attention', 'full_attention'] },
      'layer_types is ["sliding_attention", "full_attention"]: not read',
    ],
    // As near to use_cache and fuse_norm as to anything, and of the same value: that says nothing of what it means.
    [{ use_qk_norm: true }, 'use_qk_norm: not read, no model here has such a field.'],
    [{ mlp_bias: true }, 'mlp_bias is true: not read, the MLP has no bias.'],
    [{ attention_dropout: 0.1 }, 'attention_dropout is 0.1: not read, there is no dropout.'],
    [
      { num_experts_per_tok: 2, constructor: 8 },
      'num_experts_per_tok, constructor: not read, no model here has such a field.',
    ],
  ])('%j: a note', async (change, note) => {
    const notes = await said(change);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain(note);
  });

  it('of attn are noted by its name', async () => {
    const { attn } = woven.config as { attn: object };
    expect(await said({ attn: { ...attn, qk_norm: true } }, woven)).toEqual([
      'attn: qk_norm: not read, no model here has such a field.',
    ]);
    expect(await said({ attn: { ...attn, num_key_value_heads: 1 } }, woven)).toEqual([
      'attn: num_key_value_heads is 1: not read, num_kv_heads is, which is 2.',
    ]);
    const { window_size: _, ...open } = attn as Record<string, unknown>;
    expect(await said({ attn: { ...open, sliding_window: 4 } }, woven)).toEqual([
      'error: attn: sliding_window is 4 but window_size, which is read, is not there and would be null; call it window_size, or remove it.',
    ]);
  });
});

it('a field of a mixer that the model has not is not read, and stands for no other', async () => {
  const files = await make({ model_type: 'gated_deltanet', num_heads: 2, head_dim: 16 });
  expect(await said({ expand_k: 4, expand_v: undefined }, files)).toEqual([
    'expand_k: not read, no model here has such a field.',
  ]);
});

describe('fields that say the same, and labels', () => {
  it.each([
    { num_attention_heads: 4, num_key_value_heads: 4, head_dim: 8 },
    { rope_scaling: null, quantization_config: null, num_experts: null },
    { rope_parameters: { rope_type: 'default', rope_theta: 10000 }, partial_rotary_factor: 1 },
    { rope_scaling: { rope_type: 'default' } },
    { sliding_window: null, use_sliding_window: false, attention_bias: false, mlp_bias: false },
    { rms_norm_eps: 1e-6, hidden_activation: 'silu', attention_dropout: 0 },
    { layer_types: ['full_attention', 'full_attention'] },
    { architectures: ['TransformerForCausalLM'], transformers_version: '5.0.0', torch_dtype: 'float32' },
    { auto_map: {}, _name_or_path: 'x', _attn_implementation_autoset: true, pretraining_tp: 1, temperature: 0.6 },
    { elementwise_affine: true, norm_first: false },
  ])('%j: nothing', async (change) => {
    expect(await said(change)).toEqual([]);
  });

  it('also of woven models', async () => {
    expect(await said({ layer_types: ['linear_attention', 'full_attention'], head_dim: 16 }, woven)).toEqual([]);
    expect(await said({ layer_types: ['full_attention', 'linear_attention'] }, woven)).toHaveLength(1);
  });
});

it('a field that only resembles one which is left to its default keeps no model from loading', async () => {
  const files = await make({ model_type: 'gla', num_heads: 2 });
  expect(await said({ use_qk_norm: false, fuse_norm: undefined, clamp_max: 3, clamp_min: undefined }, files)).toEqual([
    'use_qk_norm, clamp_max: not read, no model here has such a field.',
  ]);
});

it('options of loading are known by name', async () => {
  const load = (options: object) => modelFromFiles(transformer, options as never);
  await expect(load({ mixer: mixers })).rejects.toThrow(
    'modelFromFiles: there is no option mixer; did you mean mixers?',
  );
  await expect(load({ mixers, devise: 1 })).rejects.toThrow('did you mean device?');
  await expect(load({})).rejects.toThrow('mixers is undefined where a list of mixers is needed');
});
