// The configuration fields of Gated DeltaNet, under FLA's names, and the family that the composer uses.
import type { Fields, MixerFamily } from '@twilljs/nn';
import { GatedDeltaNet } from './layer.ts';

export const fields = {
  head_dim: { type: 'integer', default: 256 },
  num_heads: { type: 'integer', default: 6 },
  num_v_heads: { type: 'integer', default: null },
  expand_v: { type: 'number', default: 2, above: 0, max: 64 },
  use_gate: { type: 'boolean', default: true },
  use_short_conv: { type: 'boolean', default: true },
  conv_size: { type: 'integer', default: 4, max: 64 },
  allow_neg_eigval: { type: 'boolean', default: false },
} as const satisfies Fields;

export const gatedDeltanet: MixerFamily<typeof fields> = {
  name: 'gated-deltanet',
  title: 'Gated DeltaNet',
  model_type: 'gated_deltanet',
  architecture: 'GatedDeltaNetForCausalLM',
  role: 'linear',
  fields,
  defaults: { num_hidden_layers: 21 },
  evenHeads: (width, heads) => ({ head_dim: width / heads, expand_v: 1 }),
  create: (config, context) => new GatedDeltaNet(config, context),
};
