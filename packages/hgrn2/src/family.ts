// HGRN2 as a family: what the composer, the hub and the command line know of it.
import { type MixerFamily, sharedBounds } from '@twilljs/nn';
import { fields } from './fields.ts';
import { HGRN2 } from './layer.ts';

/** HGRN2, the family to hand to `hybrid`. */
export const hgrn2: MixerFamily<typeof fields> = {
  name: 'hgrn2',
  title: 'HGRN2',
  model_type: 'hgrn2',
  architecture: 'HGRN2ForCausalLM',
  fla: {
    kernel: { usual: 'chunk', apart: 'chunk' },
    filled: ({ hidden_size, expand_ratio }) => ({ num_heads: Number(hidden_size) / Number(expand_ratio) }),
  },
  role: 'linear',
  fields,
  noDecay: ['lower_bounds'],
  evenHeads: (width, heads) => ({ expand_ratio: width / heads }),
  shared: sharedBounds,
  create: (config, context) => new HGRN2(config, context),
};
