// The configuration fields of softmax attention, under FLA's names.
import type { Fields } from '@twilljs/nn';

export const fields = {
  num_heads: { type: 'integer', default: 32 },
  num_kv_heads: { type: 'integer', default: null },
  qkv_bias: { type: 'boolean', default: false },
  qk_norm: { type: 'boolean', default: false },
  window_size: { type: 'integer', default: null, max: 2 ** 40 },
  rope_theta: { type: 'number', default: 10000, above: 0 },
} as const satisfies Fields;
