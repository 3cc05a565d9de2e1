// The configuration fields of DeltaNet, under FLA's names.
import type { Fields } from '@twilljs/nn';

export const fields = {
  expand_k: { type: 'number', default: 1, above: 0, max: 64 },
  expand_v: { type: 'number', default: 1, above: 0, max: 64 },
  num_heads: { type: 'integer', default: 16 },
  use_gate: { type: 'boolean', default: false },
  use_short_conv: { type: 'boolean', default: true },
  conv_size: { type: 'integer', default: 4, max: 64 },
  use_beta: { type: 'boolean', default: true },
  /** FLA keeps the field and always applies the norm. */
  use_output_norm: { type: 'boolean', default: true },
  qk_norm: { type: 'string', default: 'l2', oneOf: ['l2', 'sum'] },
  qk_activation: { type: 'string', default: 'silu', oneOf: ['silu', 'relu', 'elu', 'identity'] },
  allow_neg_eigval: { type: 'boolean', default: false },
} as const satisfies Fields;
