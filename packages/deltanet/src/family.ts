// DeltaNet as a family: what the composer, the hub and the command line know of it.
import type { MixerFamily } from '@twilljs/nn';
import { fields } from './fields.ts';
import { DeltaNet } from './layer.ts';

/** DeltaNet, the family to hand to `hybrid`. */
export const deltanet: MixerFamily<typeof fields> = {
  name: 'deltanet',
  title: 'DeltaNet',
  model_type: 'delta_net',
  architecture: 'DeltaNetForCausalLM',
  fla: { kernel: { usual: 'chunk', apart: 'chunk' } },
  role: 'linear',
  fields,
  create: (config, context) => new DeltaNet(config, context),
};
