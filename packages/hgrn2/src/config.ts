// The configuration fields of HGRN2, under FLA's names, and the family that the composer uses.
import { constant, type Fields, type MixerFamily } from '@twilljs/nn';
import { HGRN2 } from './layer.ts';

export const fields = {
  /** Key size of a head; the heads are as many as go into the width. With null `num_heads` decides. */
  expand_ratio: { type: 'integer', default: 128, nullable: true },
  num_heads: { type: 'integer', default: null },
  use_short_conv: { type: 'boolean', default: false },
  conv_size: { type: 'integer', default: 4, min: 2, max: 64 },
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
  /** One row for each layer of the model, those of softmax attention included. */
  shared({ use_lower_bound, hidden_size }, { init, layers }) {
    return use_lower_bound ? { lower_bounds: constant(init.fork('lower_bounds'), [layers, hidden_size], 0) } : {};
  },
  create: (config, context) => new HGRN2(config, context),
};
