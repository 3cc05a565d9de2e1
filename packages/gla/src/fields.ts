// The configuration fields of GLA, under FLA's names.
import type { Fields } from '@twilljs/nn';

export const fields = {
  expand_k: { type: 'number', default: 0.5, above: 0, max: 64 },
  expand_v: { type: 'number', default: 1, above: 0, max: 64 },
  num_heads: { type: 'integer', default: 4 },
  /** Heads of keys and values. */
  num_kv_heads: { type: 'integer', default: null, sameAs: 'num_heads' },
  feature_map: {
    type: 'string',
    default: null,
    oneOf: ['relu', 'sigmoid', 'logsigmoid', 'silu', 'swish', 'sqrelu', 'gelu'],
  },
  use_short_conv: { type: 'boolean', default: false },
  conv_size: { type: 'integer', default: 4, max: 64 },
  use_output_gate: { type: 'boolean', default: true },
  clamp_min: { type: 'number', default: null },
  elementwise_affine: { type: 'boolean', default: true },
  /** FLA keeps these two and always gates the keys, never the values. */
  use_gk: { type: 'boolean', default: true },
  use_gv: { type: 'boolean', default: false },
} as const satisfies Fields;
