// The configuration fields of softmax attention, under FLA's names: of a model of it alone, and of an entry of `attn`.
import type { Fields } from '@twilljs/nn';

const num_kv_heads = { type: 'integer', default: null, sameAs: 'num_heads' } as const;
const qkv_bias = { type: 'boolean', default: false } as const;
const window_size = { type: 'integer', default: null, max: 2 ** 40 } as const;
const rope_theta = { type: 'number', default: 10000, above: 0 } as const;

export const fields = {
  num_heads: { type: 'integer', default: 32 },
  num_kv_heads,
  qkv_bias,
  qk_norm: { type: 'boolean', default: false },
  window_size,
  rope_theta,
} as const satisfies Fields;

/** FLA reads no `qk_norm` there, and nothing says how many heads there are but the entry. */
export const entry = {
  num_heads: { type: 'integer' },
  num_kv_heads,
  qkv_bias,
  window_size,
  rope_theta,
} as const satisfies Fields;
