// Softmax attention as a family: what the composer, the hub and the command line know of it.
import type { MixerFamily } from '@twilljs/nn';
import { entry, fields } from './fields.ts';
import { Attention } from './layer.ts';

/** Softmax attention, the family to hand to `hybrid`: rotary positions, heads of queries that share keys and values, an optional window. */
export const attention: MixerFamily<typeof fields, typeof entry> = {
  name: 'attention',
  title: 'Transformer',
  model_type: 'transformer',
  architecture: 'TransformerForCausalLM',
  fla: { kernel: null },
  role: 'softmax',
  fields,
  entry,
  create: (config, context) => new Attention(config, context),
};
