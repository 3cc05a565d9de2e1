// The configuration fields of HGRN, under FLA's names.
import type { Fields } from '@twilljs/nn';

export const fields = {
  expand_ratio: { type: 'number', default: 1, above: 0, max: 64 },
  use_short_conv: { type: 'boolean', default: false },
  conv_size: { type: 'integer', default: 4, max: 64 },
  elementwise_affine: { type: 'boolean', default: true },
  use_lower_bound: { type: 'boolean', default: true },
} as const satisfies Fields;
