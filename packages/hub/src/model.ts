// A language model from a configuration and stored tensors, and back.
import { hybrid, type LanguageModel } from '@twilljs/hybrid';
import { type MixerFamily, params, shapesOnly } from '@twilljs/nn';
import { cpu, type Device, OptionError } from '@twilljs/tensor';
import type { StoredTensor } from './stored.ts';
import { matchWeights, readWeights, writeWeights } from './weights.ts';

/** What a model directory holds. */
export interface ModelFiles {
  /** `config.json` in FLA's form. */
  readonly config: Readonly<Record<string, unknown>>;
  /** All weights, by FLA's names. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

export interface LoadOptions {
  /** The families that the configuration may name; `twilljs` exports all of them as `mixers`. */
  readonly mixers: readonly MixerFamily[];
  /** Default: the `cpu` f32 device. */
  readonly device?: Device;
}

export interface LoadedModel {
  readonly model: LanguageModel;
  /** What was ignored or rearranged in the files, one line each. */
  readonly notes: readonly string[];
}

/**
 * The model that a configuration and weights describe, on a device.
 *
 * @param where Name of the directory, for messages.
 * @throws OptionError naming the field of the configuration that cannot be.
 * @throws FileError listing the weights that are missing, unexpected or wrongly shaped.
 */
export async function modelFromFiles(
  { config, tensors }: ModelFiles,
  { mixers, device = cpu() }: LoadOptions,
  where = 'model',
): Promise<LoadedModel> {
  const model = compose(config, mixers, `${where}/config.json`);
  const matched = matchWeights(params(model), tensors, where, aliasesOf(mixers));
  await model.to(device);
  writeWeights(params(model), matched);
  return { model, notes: matched.notes };
}

function aliasesOf(mixers: readonly MixerFamily[]): Record<string, string> {
  return Object.assign({}, ...mixers.map(({ aliases }) => aliases));
}

/** A model without values, its errors named after the file. */
function compose(config: ModelFiles['config'], mixers: readonly MixerFamily[], where: string): LanguageModel {
  try {
    return hybrid(config, { mixers, init: shapesOnly() });
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    throw new OptionError(`${where}: ${error.message.replace(/^config: /, '')}`, { cause: error });
  }
}

/** Why FLA cannot load a saved model, or null when it can: its configurations know one linear mixer. */
export function beyondFla({ config }: LanguageModel): string | null {
  if (config.json.model_type !== 'twill') return null;
  return `${new Set(config.json.layers as string[]).size} kinds of layers, several of them linear, have no configuration in FLA; only Twill loads this model.`;
}

/** Names of the float types in a configuration. */
const dtypeNames = { f32: 'float32', f64: 'float64' } as const;

/**
 * Configuration and weights of a model as FLA stores them. A storage type that the configuration names becomes the one of
 * the weights.
 */
export async function filesOfModel(model: LanguageModel): Promise<ModelFiles> {
  const config = { ...model.config.json };
  for (const key of ['dtype', 'torch_dtype']) if (config[key]) config[key] = dtypeNames[model.device.float];
  return { config, tensors: await readWeights(params(model)) };
}
