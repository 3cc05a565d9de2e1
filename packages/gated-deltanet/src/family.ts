// Gated DeltaNet as a family: what the composer, the hub and the command line know of it.
import type { MixerFamily } from '@twilljs/nn';
import { fields } from './fields.ts';
import { GatedDeltaNet } from './layer.ts';

/** Gated DeltaNet, the family to hand to `hybrid`. */
export const gatedDeltanet: MixerFamily<typeof fields> = {
  name: 'gated-deltanet',
  title: 'Gated DeltaNet',
  model_type: 'gated_deltanet',
  architecture: 'GatedDeltaNetForCausalLM',
  fla: { kernel: { usual: 'chunk', apart: 'chunk' } },
  role: 'linear',
  fields,
  defaults: { num_hidden_layers: 21 },
  evenHeads: (width, heads) => ({ head_dim: width / heads, expand_v: 1 }),
  create: (config, context) => new GatedDeltaNet(config, context),
};
