// The configuration fields of HGRN, under FLA's names, and the family that the composer uses.
import { constant, type Fields, type MixerFamily } from '@twilljs/nn';
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
  /** One row for each layer of the model, those of softmax attention included. */
  shared({ use_lower_bound, hidden_size }, { init, layers }) {
    return use_lower_bound ? { lower_bounds: constant(init.fork('lower_bounds'), [layers, hidden_size], 0) } : {};
  },
  create: (config, context) => new HGRN(config, context),
};
