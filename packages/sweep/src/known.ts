// What the names in specifications, records and results may mean: values that are handed in.
import type { TaskFamily } from '@twilljs/eval';
import type { MixerFamily } from '@twilljs/nn';
import type { ModelSize } from './sizes.ts';

/** `known` of `twilljs` has everything of this version; add your own to its lists. */
export interface Known {
  readonly mixers: readonly MixerFamily[];
  readonly tasks: readonly TaskFamily[];
  readonly sizes: readonly ModelSize[];
}
