// The configuration fields of RetNet, under FLA's names, and the family that the composer uses.
import { type Fields, type MixerFamily, transformersActivationNames } from '@twilljs/nn';
import { RetNet } from './layer.ts';

export const fields = {
  expand_k: { type: 'number', default: 1, above: 0, max: 64 },
  expand_v: { type: 'number', default: 2, above: 0, max: 64 },
  num_heads: { type: 'integer', default: 8 },
  /** Heads of keys and values; null: as many as of queries. */
  num_kv_heads: { type: 'integer', default: null },
  feature_map: { type: 'string', default: null, oneOf: transformersActivationNames },
  /** FLA keeps both fields and never hands them to the layer. */
  use_short_conv: { type: 'boolean', default: false },
  conv_size: { type: 'integer', default: 4, max: 64 },
  use_output_gate: { type: 'boolean', default: true },
  elementwise_affine: { type: 'boolean', default: true },
} as const satisfies Fields;

export const retnet: MixerFamily<typeof fields> = {
  name: 'retnet',
  title: 'RetNet',
  model_type: 'retnet',
  architecture: 'RetNetForCausalLM',
  role: 'linear',
  fields,
  defaults: { hidden_ratio: 2 },
  aliases: { g_norm: 'g_norm_swish_gate', g_norm_swish_gate: 'g_norm' },
  create: (config, context) => new RetNet(config, context),
};
