// New adapters.
import type { JsonObject } from '@twilljs/hub';
import { LanguageModel } from '@twilljs/hybrid';
import { type Initializer, initializer } from '@twilljs/nn';
import { knownOnly, OptionError, shown } from '@twilljs/tensor';
import { Adapter } from './adapter.ts';
import { type AdapterConfig, peftTypeOf, readLora, readState, writtenOut } from './config.ts';
import { refuseForeign } from './foreign.ts';
import { lowRankPart } from './lora.ts';
import type { Part } from './part.ts';
import { stateParts } from './state.ts';
import { listedTargets, targetsOf } from './targets.ts';

/** How an adapter begins. */
export interface AddOptions {
  /** Decides the initial values. Default 0. */
  readonly seed?: number;
}

/**
 * Puts a new adapter into a model, which computes the same until it is trained: B and states are zero. The model is laid out anew on
 * its device, as by `model.to`: caches and trainers made before do not belong to it.
 *
 * @param config `{ peft_type: 'LORA', r: 8, lora_alpha: 16, target_modules: ['q_proj', 'v_proj'] }`, or `{ peft_type: 'STATE' }`.
 * @throws OptionError naming the field that cannot be, or the name that fits no module.
 */
export async function addAdapter(
  model: LanguageModel,
  config: AdapterConfig,
  options: AddOptions = {},
): Promise<Adapter> {
  const where = 'addAdapter';
  requireModel(where, model);
  knownOnly(where, options, ['seed']);
  const init = initializer(options.seed ?? 0);
  const json = writtenOut(config, where);
  const { parts, unmatched } = partsOf(model, json, init, where);
  const { lora_dropout = 0, init_lora_weights = true } = json;
  if (lora_dropout !== 0 || init_lora_weights !== true) {
    const [name, value] =
      lora_dropout !== 0 ? ['lora_dropout', lora_dropout] : ['init_lora_weights', init_lora_weights];
    throw new OptionError(`${where}: ${name} is ${shown(value)}, which Twill does not do; leave it out.`);
  }
  if (unmatched.length > 0) throw new OptionError(unmatched[0]);
  const listed = json.peft_type === 'LORA' ? listedTargets(model, readLora(json, where), where) : null;
  if (listed) json.target_modules = [...listed];
  if (json.layers_to_transform === 0) json.layers_to_transform = [0]; // beside layers_pattern PEFT takes 0 for none
  const adapter = new Adapter(model, parts, json, null);
  await adapter.attach();
  return adapter;
}

/** @throws OptionError for what is none. */
export function requireModel(where: string, model: unknown): asserts model is LanguageModel {
  if (model instanceof LanguageModel) return;
  throw new OptionError(`${where}: ${shown(model)} is no model; give one that hybrid() or load() has made.`);
}

/** What a configuration adds to a model, not put there yet. @throws OptionError for what cannot be. */
export function partsOf(
  model: LanguageModel,
  config: JsonObject,
  init: Initializer,
  where: string,
): { readonly parts: Part[]; readonly unmatched: readonly string[] } {
  if (peftTypeOf(config, where) === 'STATE') {
    return { parts: stateParts(model, readState(config, where), init, where), unmatched: [] };
  }
  refuseForeign(config, where);
  const { targets, unmatched } = targetsOf(model, readLora(config, where), where);
  return { parts: targets.map((target) => lowRankPart(target, init, where)), unmatched };
}
