// HGRN as a family: what the composer, the hub and the command line know of it.
import { type MixerFamily, sharedBounds } from '@twilljs/nn';
import { fields } from './fields.ts';
import { HGRN } from './layer.ts';

/** HGRN, the family to hand to `hybrid`. */
export const hgrn: MixerFamily<typeof fields> = {
  name: 'hgrn',
  title: 'HGRN',
  model_type: 'hgrn',
  architecture: 'HGRNForCausalLM',
  fla: { kernel: { usual: 'chunk', apart: 'fused_recurrent' } },
  role: 'linear',
  fields,
  noDecay: ['lower_bounds'],
  shared: sharedBounds,
  create: (config, context) => new HGRN(config, context),
};
