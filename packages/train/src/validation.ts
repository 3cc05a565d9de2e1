// What is measured while a model trains, and when.
import type { JsonObject } from '@twilljs/hub';
import type { LanguageModel } from '@twilljs/hybrid';
import { knownOnly, OptionError, objectOnly, shown, whole } from '@twilljs/tensor';

/** A measurement on what the model is not trained on. It changes nothing in the training. */
export interface Validation {
  /** Steps from one to the next; the last step of all is measured too. Default: that one alone. */
  readonly every?: number;
  /** Numbers of any names, as JSON; a number that is not finite is stored as null. */
  measure(model: LanguageModel): JsonObject | Promise<JsonObject>;
}

/** @throws OptionError naming what it cannot be. */
export function checkValidation(validation: Validation, known: readonly string[] = []): void {
  knownOnly('validation', validation, ['every', 'measure', ...known]);
  if (validation.every !== undefined) whole('validation: every', validation.every, 1);
  if (typeof validation.measure === 'function') return;
  throw new OptionError(`validation: measure is ${shown(validation.measure)}; give a function of the model.`);
}

/** Whether something is measured after a step of a plan. */
export const isDue = ({ every }: Validation, step: number, steps: number): boolean =>
  step === steps || (every !== undefined && step % every === 0);

/** What it measures now. @throws OptionError where that is no object of numbers. */
export async function measured(validation: Validation, model: LanguageModel): Promise<JsonObject> {
  const values = await validation.measure(model);
  objectOnly('validation: what measure returns', values);
  return values;
}
