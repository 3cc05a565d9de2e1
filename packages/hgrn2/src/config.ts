// The configuration fields of HGRN2, under FLA's names, and the family that the composer uses.
import { type Fields, type MixerFamily, sharedBounds } from '@twilljs/nn';
import { HGRN2 } from './layer.ts';

export const fields = {
  /** Key size of a head; the heads are as many as go into the width. With null `num_heads` decides. */
  expand_ratio: { type: 'integer', default: 128, nullable: true },
  num_heads: { type: 'integer', default: null },
  use_short_conv: { type: 'boolean', default: false },
  conv_size: { type: 'integer', default: 4, max: 64 },
  elementwise_affine: { type: 'boolean', default: true },
  use_lower_bound: { type: 'boolean', default: true },
} as const satisfies Fields;

export const hgrn2: MixerFamily<typeof fields> = {
  name: 'hgrn2',
  title: 'HGRN2',
  model_type: 'hgrn2',
  architecture: 'HGRN2ForCausalLM',
  role: 'linear',
  fields,
  noDecay: ['lower_bounds'],
  evenHeads: (width, heads) => ({ expand_ratio: width / heads }),
  shared: sharedBounds,
  create: (config, context) => new HGRN2(config, context),
};
