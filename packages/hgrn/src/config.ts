// The configuration fields of HGRN, under FLA's names, and the family that the composer uses.
import { type Fields, type MixerFamily, sharedBounds } from '@twilljs/nn';
import { HGRN } from './layer.ts';

export const fields = {
  expand_ratio: { type: 'number', default: 1, above: 0, max: 64 },
  use_short_conv: { type: 'boolean', default: false },
  conv_size: { type: 'integer', default: 4, max: 64 },
  elementwise_affine: { type: 'boolean', default: true },
  use_lower_bound: { type: 'boolean', default: true },
} as const satisfies Fields;

export const hgrn: MixerFamily<typeof fields> = {
  name: 'hgrn',
  title: 'HGRN',
  model_type: 'hgrn',
  architecture: 'HGRNForCausalLM',
  role: 'linear',
  fields,
  noDecay: ['lower_bounds'],
  shared: sharedBounds,
  create: (config, context) => new HGRN(config, context),
};
