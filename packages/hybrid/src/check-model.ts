// Whether what was handed in as a model is one.
import { OptionError, shown } from '@twilljs/tensor';
import type { LanguageModel } from './model.ts';

/**
 * Refuses what is no language model: by its methods, so that a model of another copy of this package is one.
 *
 * @param where who was given it, for the message.
 * @throws OptionError naming the value.
 */
export function checkModel(where: string, model: unknown): asserts model is LanguageModel {
  const { forward, cache } = (model ?? {}) as Partial<LanguageModel>;
  if (typeof forward === 'function' && typeof cache === 'function') return;
  throw new OptionError(`${where}: ${shown(model)} is no model; give one that hybrid or load made.`);
}
