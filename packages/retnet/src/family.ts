// RetNet as a family: what the composer, the hub and the command line know of it.
import type { MixerFamily } from '@twilljs/nn';
import { fields } from './fields.ts';
import { RetNet } from './layer.ts';

/** RetNet, the family to hand to `hybrid`. */
export const retnet: MixerFamily<typeof fields> = {
  name: 'retnet',
  title: 'RetNet',
  model_type: 'retnet',
  architecture: 'RetNetForCausalLM',
  fla: { kernel: { usual: 'chunk', apart: 'chunk' } },
  role: 'linear',
  fields,
  defaults: { hidden_ratio: 2 },
  aliases: { g_norm: 'g_norm_swish_gate', g_norm_swish_gate: 'g_norm' },
  create: (config, context) => new RetNet(config, context),
};
