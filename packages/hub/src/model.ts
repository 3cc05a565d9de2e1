// A language model from a configuration and stored tensors, and back.
import { checkMixers, compose, hybridConfig, type LanguageModel, onReference } from '@twilljs/hybrid';
import { isOfAdapter, type MixerFamily, matrices, params, shapesOnly } from '@twilljs/nn';
import { cpu, type Device, FileError, knownOnly, OptionError, oneOf, shown, storeInBF16 } from '@twilljs/tensor';
import { foreignNotes } from './foreign-fields.ts';
import type { AbortSignalOf } from './platform.ts';
import { bytesIn, type StoredTensor, type TensorSource } from './stored.ts';
import { loadWeights, readWeights } from './transfer.ts';
import { type Matched, matchWeights, noteOn } from './weights.ts';

/** What a model directory holds. */
export interface ModelFiles<T extends TensorSource = TensorSource> {
  /** `config.json` in FLA's form. */
  readonly config: Readonly<Record<string, unknown>>;
  /** All weights, by FLA's names. */
  readonly tensors: ReadonlyMap<string, T>;
  /** What belongs to them, by name: `tokenizer.json`, `generation_config.json`, ... */
  readonly files?: ReadonlyMap<string, Uint8Array>;
}

/** Of which mixers a model is made, on which device, and in which type its matrices are kept. */
export interface ModelOptions {
  /** The families that the configuration may name; `twilljs` exports all of them as `mixers`. */
  readonly mixers: readonly MixerFamily[];
  /** Default: the reference `cpu`, and a note that says so. `twilljs` takes the best device here. */
  readonly device?: Device;
  /**
   * How matrices are kept that products and look-ups read: all others are numbers of the device. `f32`: as numbers of the device,
   * which can be trained; `file`: in bf16 where the files have bf16, in half the bytes, without a gradient; `bf16`: all of them,
   * rounded, and a note that says so. Default `f32`.
   */
  readonly dtype?: 'file' | 'f32' | 'bf16';
  /** Told of every part of weights, 4 MiB at most, that has reached its place; and before, of what has come from the Hub. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Ends the loading; the promise is rejected with its reason. */
  readonly signal?: AbortSignalOf;
}

/** How far a model is, in bytes. */
export interface LoadProgress {
  /** Bytes that go from the Hub to its cache, or from files to the device. */
  readonly step: 'download' | 'weights';
  readonly done: number;
  readonly total: number;
}

/** A model, and what of its files is not computed as it stands there, a line each. */
export interface LoadedModel {
  readonly model: LanguageModel;
  /** What was ignored or rearranged in the files, and what the configuration says that is computed otherwise, one line each. */
  readonly notes: readonly string[];
}

/**
 * The model that a configuration and weights describe, on a device.
 *
 * @param where Name of the directory, for messages.
 * @throws OptionError naming the field of the configuration that cannot be.
 * @throws FileError listing the weights that are missing, unexpected or wrongly shaped.
 */
export async function modelFromFiles(files: ModelFiles, options: ModelOptions, where = 'model'): Promise<LoadedModel> {
  checkModelOptions('modelFromFiles', options);
  knownOnly('modelFromFiles: files', files, ['config', 'tensors', 'files']);
  const { mixers, device, dtype = 'f32', onProgress = () => {}, signal } = options;
  const { model, matched, notes } = planModel(files, mixers, where);
  const place = device ?? cpu();
  const narrow = await narrowed(model, matched, dtype, place.float);
  await model.to(place);
  const total = [...matched.sources.values()].reduce((n, source) => n + bytesIn(source), 0);
  let done = 0;
  const onBytes = (bytes: number) => {
    done += bytes;
    onProgress({ step: 'weights', done, total });
  };
  try {
    await loadWeights(params(model), matched, onBytes, signal);
  } catch (error) {
    model[Symbol.dispose]();
    throw error;
  }
  const slow = device ? [] : [`${where}: the model ${onReference}.`];
  return { model, notes: [...notes, ...narrow, ...slow] };
}

/**
 * The model that a configuration describes, of shapes alone, and which stored tensor is for which of its parameters. No weight is read.
 *
 * @throws OptionError and FileError as `modelFromFiles`.
 */
export function planModel(
  { config, tensors }: ModelFiles,
  mixers: readonly MixerFamily[],
  where = 'model',
): LoadedModel & { readonly matched: Matched<TensorSource> } {
  const at = `${where}/config.json`;
  const read = named(at, () => hybridConfig(config, mixers));
  const notes = named(at, () => foreignNotes(config, read, mixers));
  // Layers that the files cannot mean are not made first.
  const stored = layersIn(tensors, read.layers.length);
  if (read.layers.length > stored) {
    throw new FileError(
      `${where}: the weights do not fit the configuration: num_hidden_layers is ${read.layers.length} but the tensors are of ${stored} layers; give weights and config.json of one model.`,
    );
  }
  const model = named(at, () => compose(config, { mixers, init: shapesOnly() }));
  const matched = matchWeights(params(model), tensors, where, aliasesOf(mixers));
  return { model, matched, notes: [...notes.map((note) => `${at}: ${note}`), ...matched.notes] };
}

/** Layers that the names of tensors tell of, as far as `enough` of them. */
function layersIn(tensors: ReadonlyMap<string, unknown>, enough: number): number {
  if (!(tensors instanceof Map)) return enough; // said where they are matched
  const seen = new Set<string>();
  for (const name of tensors.keys()) {
    const [layer] = /(?:^|\.)layers\.\d+\./.exec(name) ?? [];
    if (layer && seen.add(layer).size === enough) break;
  }
  return seen.size;
}

/** Matrices that will be kept in bf16 are so from now on. @returns what becomes of numbers that are kept otherwise, one line each. */
async function narrowed(
  model: LanguageModel,
  { sources }: Matched<TensorSource>,
  dtype: ModelOptions['dtype'],
  float: Device['float'],
): Promise<string[]> {
  const notes: string[] = [];
  const stored = matrices(model);
  const long = [...sources].filter(
    ([name, { dtype: from }]) => from === 'F64' && !(dtype === 'bf16' && stored.has(name)),
  );
  if (float === 'f32')
    noteOn(
      'rounded',
      long.map(([name]) => name),
      'F64 is kept as f32, the numbers of the device',
      notes,
    );
  if (dtype === 'f32') return notes;
  const all = [...stored].map(([name, t]) => ({ name, t, from: sources.get(name)!.dtype }));
  for (const { t } of all.filter(({ from }) => dtype === 'bf16' || from === 'BF16')) await storeInBF16(t);
  for (const type of new Set(all.map(({ from }) => from))) {
    const names = all.filter(({ from }) => from === type).map(({ name }) => name);
    if (dtype === 'bf16' && type !== 'BF16') noteOn('rounded', names, `${type} is kept in bf16 as dtype asks`, notes);
    if (dtype === 'file' && type === 'F16')
      noteOn('widened', names, 'F16 is kept as f32, since only BF16 is read in half the bytes', notes);
  }
  return notes;
}

/** Names of what decides about a model that is loaded. */
const modelOptions = ['mixers', 'device', 'dtype', 'onProgress', 'signal'] as const;

/** Refuses options that are not those of loading a model. @param where whose they are, for messages. @param more names that it has besides. */
export function checkModelOptions(where: string, options: ModelOptions, more: readonly string[] = []): void {
  knownOnly(where, options, [...modelOptions, ...more]);
  oneOf(`${where}: dtype`, options.dtype ?? 'f32', ['file', 'f32', 'bf16']);
  checkMixers(where, options.mixers);
}

function aliasesOf(mixers: readonly MixerFamily[]): Record<string, string> {
  return Object.assign({}, ...mixers.map(({ aliases }) => aliases));
}

/** Errors in a configuration, named after its file. */
function named<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    throw new OptionError(`${where}: ${error.message.replace(/^config: /, '')}`, { cause: error });
  }
}

/** Why FLA cannot load a saved model, or null when it can: its configurations know one linear mixer, and nothing after the layers. */
export function beyondFla({ config }: Pick<LanguageModel, 'config'>): string | null {
  const { readout } = config.json;
  if (readout) return `what follows its layers, ${readout}, has no configuration in FLA; only Twill loads this model.`;
  if (config.mixers.length === 1) return null;
  return `${new Set(config.layers.map(({ family }) => family)).size} kinds of layers, several of them linear, have no configuration in FLA; only Twill loads this model.`;
}

/** Names of the float types in a configuration. */
const dtypeNames = { f32: 'float32', f64: 'float64', bf16: 'bfloat16' } as const;

/**
 * Configuration and weights of a model as FLA stores them. A storage type that the configuration names becomes the one of
 * the weights.
 */
export async function filesOfModel(model: LanguageModel): Promise<ModelFiles<StoredTensor>> {
  return { config: configOfModel(model), tensors: await readWeights(params(model)) };
}

/** The configuration of a model as it would be stored now. */
export function configOfModel(model: LanguageModel): Record<string, unknown> {
  if (!model?.config?.json) {
    throw new OptionError(`filesOfModel: ${shown(model)} is given where a model is needed; make one with hybrid().`);
  }
  const adapted = [...params(model).keys()].find(isOfAdapter);
  if (adapted) {
    throw new OptionError(
      `filesOfModel: the model has an adapter (${adapted}), which no other program would find; merge or remove it, or save it alone by saveAdapter.`,
    );
  }
  const config = { ...model.config.json };
  const isNarrow = [...params(model).values()].some(({ dtype }) => dtype === 'bf16');
  const type = isNarrow ? 'bf16' : model.device.float;
  for (const key of ['dtype', 'torch_dtype']) if (config[key]) config[key] = dtypeNames[type];
  return config;
}
