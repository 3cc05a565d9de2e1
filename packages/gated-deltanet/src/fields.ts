// The configuration fields of Gated DeltaNet, under FLA's names.
import type { Fields } from '@twilljs/nn';

export const fields = {
  head_dim: { type: 'integer', default: 256 },
  num_heads: { type: 'integer', default: 6 },
  num_v_heads: { type: 'integer', default: null, sameAs: 'num_heads' },
  expand_v: { type: 'number', default: 2, above: 0, max: 64 },
  use_gate: { type: 'boolean', default: true },
  use_short_conv: { type: 'boolean', default: true },
  conv_size: { type: 'integer', default: 4, max: 64 },
  allow_neg_eigval: { type: 'boolean', default: false },
} as const satisfies Fields;
