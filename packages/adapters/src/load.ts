// Adapters from files: adapter_config.json and adapter_model.safetensors, as PEFT and `saveAdapter` write them.
import {
  type Folder,
  folderOf,
  inMemory,
  type LoadOptions,
  type ModelPlace,
  openSafetensors,
  parseJsonObject,
  type StoredTensor,
  textIn,
  writeWeights,
} from '@twilljs/hub';
import type { LanguageModel } from '@twilljs/hybrid';
import { shapesOnly } from '@twilljs/nn';
import { FileError, knownOnly } from '@twilljs/tensor';
import { Adapter } from './adapter.ts';
import { partsOf, requireModel } from './add.ts';
import { notesOn } from './foreign.ts';
import { matched } from './keys.ts';

export const CONFIG = 'adapter_config.json';
export const WEIGHTS = 'adapter_model.safetensors';

/** An adapter that was read, and what of its files is not computed as it stands there, a line each. */
export interface LoadedAdapter {
  readonly adapter: Adapter;
  /** What of its configuration is not done here, or fits nothing in this model, one line each. */
  readonly notes: readonly string[];
}

/** `revision` of a repository on the Hub; `signal`, which ends the loading. */
export type LoadAdapterOptions = Pick<LoadOptions, 'revision' | 'signal'>;

/**
 * Loads an adapter into its model: one that PEFT wrote, or `saveAdapter`.
 *
 * @param where its files (of `<input type="file" multiple>`); an address below which they are; or `org/name` on the Hub. In Node
 * (`twilljs/node`) also a directory.
 * @throws FileError for files that are missing, damaged, or of another model; OptionError for an adapter that is not computed here.
 */
export async function loadAdapter(
  model: LanguageModel,
  where: ModelPlace,
  options: LoadAdapterOptions = {},
): Promise<LoadedAdapter> {
  checkLoadOptions(model, options);
  return adapterIn(folderOf(where, options, 'adapter'), model);
}

export function checkLoadOptions(model: LanguageModel, options: LoadAdapterOptions): void {
  requireModel('loadAdapter', model);
  knownOnly('loadAdapter', options, ['revision', 'signal']);
}

/** The adapter in a folder, put into the model. */
export async function adapterIn(folder: Folder, model: LanguageModel): Promise<LoadedAdapter> {
  const name = folder.name.replace(/\/$/, '');
  const text = await textIn(folder, CONFIG);
  if (text === null) throw new FileError(`${name}: has no ${CONFIG}; name the folder of an adapter.`);
  const at = `${name}/${CONFIG}`;
  const config = parseJsonObject(text, at);
  const { parts, unmatched } = partsOf(model, config, shapesOnly(), at);
  const stored = await tensorsIn(folder);
  const adapter = new Adapter(model, parts, config, text);
  const sources = matched(adapter.parameters, stored, `${name}/${WEIGHTS}`);
  await adapter.attach();
  writeWeights(adapter.parameters, { sources, notes: [] });
  return { adapter, notes: [...notesOn(config, at), ...unmatched] };
}

async function tensorsIn(folder: Folder): Promise<Map<string, StoredTensor>> {
  const source = await folder.open(WEIGHTS);
  if (!source) {
    const pickled = folder.names?.find((name) => /^adapter_model\.(bin|pt)$/.test(name));
    const next = pickled ? `its weights are in ${pickled}, which is not read; let PEFT save it again` : 'fetch it';
    throw new FileError(`${folder.name}: has no ${WEIGHTS}; ${next}.`);
  }
  const { tensors } = await openSafetensors(source);
  const stored = new Map<string, StoredTensor>();
  for (const [key, tensor] of tensors) stored.set(key, await inMemory(tensor));
  return stored;
}
