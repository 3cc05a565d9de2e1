// The configuration of an adapter: PEFT's words for low-rank ones, and our own for learned states. Read, checked, written out.
import type { Json, JsonObject } from '@twilljs/hub';
import { finite, flag, knownOnly, OptionError, objectOnly, shown, whole } from '@twilljs/tensor';
import { otherFields } from './foreign.ts';

/** Which modules: names, or one regular expression over whole paths. */
type Names = readonly string[] | string;

/** A low-rank adapter of linear layers, under PEFT's names. */
export interface LoraConfig {
  readonly peft_type: 'LORA';
  /** The rank. Default 8. */
  readonly r?: number;
  /** Default 8. The scale is alpha / r, with `use_rslora` alpha / sqrt(r). */
  readonly lora_alpha?: number;
  readonly use_rslora?: boolean;
  /**
   * Last parts of paths, such as `['q_proj', 'v_proj']`; a regular expression of Python that fits whole paths; or `all-linear`, all but
   * the head.
   */
  readonly target_modules: Names;
  /** What they leave out, said the same way. */
  readonly exclude_modules?: Names | null;
  /** The rank of some, by a regular expression that fits the end of their paths; the first one that fits decides. */
  readonly rank_pattern?: Readonly<Record<string, number>>;
  readonly alpha_pattern?: Readonly<Record<string, number>>;
  /** Only in these layers, from 0; where modules are listed by name. */
  readonly layers_to_transform?: number | readonly number[] | null;
  /** What stands before the number of a layer in a path: `layers`. Default: anything. */
  readonly layers_pattern?: Names | null;
  /** Of the model, for who reads the files. */
  readonly base_model_name_or_path?: string | null;
  readonly task_type?: string | null;
}

/** Learned initial states of linear mixers: Twill's own. */
export interface StateConfig {
  readonly peft_type: 'STATE';
  /** Only in these layers, from 0. Default: every one with a recurrent state. */
  readonly layers_to_transform?: number | readonly number[] | null;
  readonly base_model_name_or_path?: string | null;
}

/** What an adapter is, in the fields of PEFT's `adapter_config.json`; `peft_type` says which. */
export type AdapterConfig = LoraConfig | StateConfig;

/** What a low-rank configuration says, with its defaults. */
export interface ReadLora {
  readonly r: number;
  readonly alpha: number;
  readonly isRs: boolean;
  readonly targets: Names;
  readonly excluded: Names;
  readonly ranks: Readonly<Record<string, number>>;
  readonly alphas: Readonly<Record<string, number>>;
  readonly layers: readonly number[] | null;
  readonly layerNames: readonly string[];
}

/** Fields in the order of PEFT, with what a new configuration has in them. */
const loraDefaults: JsonObject = {
  alpha_pattern: {},
  base_model_name_or_path: null,
  bias: 'none',
  exclude_modules: null,
  fan_in_fan_out: false,
  inference_mode: true,
  init_lora_weights: true,
  layers_pattern: null,
  layers_to_transform: null,
  lora_alpha: 8,
  lora_dropout: 0,
  modules_to_save: null,
  peft_type: 'LORA',
  r: 8,
  rank_pattern: {},
  revision: null,
  target_modules: null,
  task_type: null,
  use_dora: false,
  use_rslora: false,
};

const stateDefaults: JsonObject = {
  base_model_name_or_path: null,
  layers_to_transform: null,
  peft_type: 'STATE',
};

export type PeftType = AdapterConfig['peft_type'];

/** @throws OptionError for any other. */
export function peftTypeOf(config: Readonly<Record<string, unknown>>, where: string): PeftType {
  const type = config.peft_type;
  if (type === 'LORA' || type === 'STATE') return type;
  const other = type === undefined ? 'is missing' : `is ${shown(type)}, which is not computed here`;
  throw new OptionError(`${where}: peft_type ${other}; Twill has LORA and STATE.`);
}

/** A new configuration with every field written out. @throws OptionError for one that is unknown. */
export function writtenOut(config: AdapterConfig, where: string): JsonObject {
  objectOnly(where, config);
  const isState = (config as { peft_type?: unknown }).peft_type === 'STATE';
  const defaults = isState ? stateDefaults : loraDefaults;
  knownOnly(where, config, isState ? Object.keys(stateDefaults) : [...Object.keys(loraDefaults), ...otherFields]);
  peftTypeOf(config as object as JsonObject, where);
  const given = Object.entries(config).filter(([, value]) => value !== undefined);
  try {
    return structuredClone({ ...defaults, ...Object.fromEntries(given) }) as JsonObject;
  } catch (cause) {
    throw new OptionError(`${where}: the configuration holds what JSON does not (${(cause as Error).message}).`, {
      cause,
    });
  }
}

/** Checks and reads in which layers states are learned; null for all. @throws OptionError for a field that such an adapter does not have. */
export function readState(config: JsonObject, where: string): readonly number[] | null {
  knownOnly(where, config, Object.keys(stateDefaults));
  return layersIn(config, where);
}

/** Checks and reads what a low-rank adapter is. @throws OptionError naming the field. */
export function readLora(config: JsonObject, where: string): ReadLora {
  const field = (name: string) => config[name] ?? loraDefaults[name];
  const at = (name: string) => `${where}: ${name}`;
  whole(at('r'), field('r'), 1);
  finite(at('lora_alpha'), field('lora_alpha'));
  flag(at('use_rslora'), field('use_rslora'));
  const targets = namesIn(field('target_modules') ?? [], at('target_modules'));
  if (targets.length === 0) {
    throw new OptionError(`${where}: target_modules names no module; give a list such as ["q_proj", "v_proj"].`);
  }
  const layers = layersIn(config, where);
  const layerNames = namesIn(field('layers_pattern') ?? [], at('layers_pattern'));
  if (typeof targets === 'string' && (layers !== null || layerNames.length > 0)) {
    throw new OptionError(
      `${where}: target_modules is the expression ${shown(targets)} beside ${layers ? 'layers_to_transform' : 'layers_pattern'}, which PEFT refuses; name the layers in the expression.`,
    );
  }
  if (layers === null && layerNames.length > 0) {
    throw new OptionError(`${where}: layers_pattern stands without layers_to_transform; give the layers as well.`);
  }
  return {
    r: field('r') as number,
    alpha: field('lora_alpha') as number,
    isRs: field('use_rslora') as boolean,
    targets,
    excluded: namesIn(field('exclude_modules') ?? [], at('exclude_modules')),
    ranks: numbersIn(field('rank_pattern'), at('rank_pattern'), (what, value) => whole(what, value, 1)),
    alphas: numbersIn(field('alpha_pattern'), at('alpha_pattern'), finite),
    layers,
    layerNames: [layerNames].flat().filter((name) => name !== ''),
  };
}

/** `layers_to_transform`, as a list; null for all. @throws OptionError for what are no numbers of layers. */
function layersIn(config: JsonObject, where: string): readonly number[] | null {
  const given = config.layers_to_transform ?? null;
  if (given === null || (Array.isArray(given) && given.length === 0)) return null;
  const list = Array.isArray(given) ? given : [given];
  for (const layer of list) whole(`${where}: layers_to_transform`, layer, 0);
  return list as number[];
}

function namesIn(value: Json, what: string): Names {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '')) return value as string[];
  throw new OptionError(`${what} is ${shown(value)}; give a list of names, or one regular expression.`);
}

function numbersIn(value: Json, what: string, check: (what: string, value: unknown) => void): Record<string, number> {
  objectOnly(what, value);
  for (const [name, number] of Object.entries(value as JsonObject)) check(`${what}[${shown(name)}]`, number);
  return value as Record<string, number>;
}
