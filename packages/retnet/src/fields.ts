// The configuration fields of RetNet, under FLA's names.
import { type Fields, transformersActivationNames } from '@twilljs/nn';

export const fields = {
  expand_k: { type: 'number', default: 1, above: 0, max: 64 },
  expand_v: { type: 'number', default: 2, above: 0, max: 64 },
  num_heads: { type: 'integer', default: 8 },
  /** Heads of keys and values. */
  num_kv_heads: { type: 'integer', default: null, sameAs: 'num_heads' },
  feature_map: { type: 'string', default: null, oneOf: transformersActivationNames },
  /** FLA keeps both fields and never hands them to the layer. */
  use_short_conv: { type: 'boolean', default: false },
  conv_size: { type: 'integer', default: 4, max: 64 },
  use_output_gate: { type: 'boolean', default: true },
  elementwise_affine: { type: 'boolean', default: true },
} as const satisfies Fields;
