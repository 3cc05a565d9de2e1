// GLA as a family: what the composer, the hub and the command line know of it.
import type { MixerFamily } from '@twilljs/nn';
import { fields } from './fields.ts';
import { GLA } from './layer.ts';

/** GLA, the family to hand to `hybrid`. */
export const gla: MixerFamily<typeof fields> = {
  name: 'gla',
  title: 'GLA',
  model_type: 'gla',
  architecture: 'GLAForCausalLM',
  fla: { kernel: { usual: 'chunk', apart: 'chunk' } },
  role: 'linear',
  fields,
  aliases: { g_norm: 'g_norm_swish_gate', g_norm_swish_gate: 'g_norm' },
  create: (config, context) => new GLA(config, context),
};
