// What flame left of a job: whether it is there, and is the model that the job asked for.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseJsonObject } from '@twilljs/hub';
import {
  type FlameManifest,
  listDirectory,
  load,
  readConfigFile,
  readText,
  readTokenizerFiles,
} from '@twilljs/hub/node';
import { hybridConfig, type LanguageModel } from '@twilljs/hybrid';
import type { MixerFamily } from '@twilljs/nn';
import type { TrainedModel } from '@twilljs/sweep/node';
import { type Device, FileError } from '@twilljs/tensor';
import type { TokenizerFiles } from '@twilljs/tokenizers';
import { firstDifference } from '@twilljs/train/node';

/** What flame calls the folder of a result. */
export const DUMP = 'dump';

/** Fields of a configuration that change no number: other versions of FLA and Transformers write others. */
const labels = ['architectures', 'dtype', 'torch_dtype', 'use_cache'];

export function readManifest(job: string): FlameManifest {
  const path = join(job, 'manifest.json');
  const json = parseJsonObject(readText(path), path) as unknown as FlameManifest;
  if (json.version === 1 && typeof json.config === 'string' && typeof json.tensors === 'object') return json;
  throw new FileError(`${path}: it is no manifest of this version; export the job again.`);
}

/** How models are read. */
export interface ReadingResults {
  readonly mixers: readonly MixerFamily[];
  device(): Promise<Device>;
  readonly signal: AbortSignal;
  note(line: string): void;
}

/**
 * The model of a job; or why there is none yet.
 *
 * @param ids files of the tokenizer in whose ids it is measured.
 */
export function resultOf(job: string, reading: ReadingResults, ids?: TokenizerFiles): TrainedModel | string {
  const dump = join(job, DUMP);
  const weights = existsSync(dump)
    ? listDirectory(dump).filter((name) => /\.safetensors(\.index\.json)?$/.test(name))
    : [];
  const isWhole = weights.some((name) => name === 'model.safetensors' || name.endsWith('.index.json'));
  if (!isWhole) return `flame has not finished it: ${dump} holds no model.safetensors`;
  const name = 'tokenizer.json';
  if (ids && readTokenizerFiles(dump)?.[name] !== ids[name]) {
    return `${dump} has another ${name} than the other jobs, or none; put theirs there`;
  }
  const stamp = weights.sort().map((file) => {
    const { size, mtimeMs } = statSync(join(dump, file));
    return `${file} ${size} ${Math.floor(mtimeMs)}`;
  });
  return { stamp: stamp.join(', '), load: () => loadResult(job, reading) };
}

/** @throws FileError where the model is another than the job asked for. */
export async function loadResult(
  job: string,
  { mixers, device, signal, note }: ReadingResults,
): Promise<LanguageModel> {
  const dump = join(job, DUMP);
  const from = join(job, readManifest(job).config);
  const asked = readConfigFile(from);
  const read = (path: string) =>
    Object.fromEntries(
      Object.entries(hybridConfig(readConfigFile(path), mixers).json).filter(
        ([name]) => name in asked && !labels.includes(name),
      ),
    );
  const found = firstDifference(read(from), read(join(dump, 'config.json')), 'config.json');
  if (found) {
    throw new FileError(
      `${dump}: ${found.path} is ${found.now} but the job asked for ${found.before}; it is the result of another job.`,
    );
  }
  const { model, notes } = await load(dump, { mixers, device: await device(), signal });
  for (const line of notes) note(line);
  return model;
}
