// The configuration fields of HGRN2, under FLA's names.
import type { Fields } from '@twilljs/nn';

export const fields = {
  /** Key size of a head; the heads are as many as go into the width. With null `num_heads` decides. */
  expand_ratio: { type: 'integer', default: 128, nullable: true },
  num_heads: { type: 'integer', default: null },
  use_short_conv: { type: 'boolean', default: false },
  conv_size: { type: 'integer', default: 4, max: 64 },
  elementwise_affine: { type: 'boolean', default: true },
  use_lower_bound: { type: 'boolean', default: true },
} as const satisfies Fields;
