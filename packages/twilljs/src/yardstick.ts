// The model by whose speed the time of a sweep is guessed.
import type { LanguageModel } from '@twilljs/hybrid';
import { initializer } from '@twilljs/nn';
import { configOf } from '@twilljs/sweep';
import { hybrid } from './defaults.ts';
import { mixers } from './mixers.ts';
import { modelSizes } from './sizes.ts';

/** For `trainingSpeed`: a hybrid of the size of one night. */
export function yardstick(): LanguageModel {
  return hybrid(configOf(modelSizes.mini, 'gated-deltanet', '3'), { mixers, init: initializer(0, 0.05) });
}
