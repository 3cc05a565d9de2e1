// What models are stored in: safetensors files, configurations and checkpoints of Hugging Face and FLA.
export { parseConfig, serializeConfig } from './config.ts';
export { openWeights, readConfig, textIn } from './folder.ts';
export { type Json, type JsonObject, parseJsonObject } from './json.ts';
export { folderOf, type Loaded, type LoadOptions, load, type ModelPlace } from './load.ts';
export {
  filesOfModel,
  type LoadedModel,
  type LoadProgress,
  type ModelFiles,
  type ModelOptions,
  modelFromFiles,
  planModel,
} from './model.ts';
export { openSafetensors } from './open.ts';
export { parseSafetensors, type SafetensorsFile, serializeSafetensors } from './safetensors.ts';
export { blobSource } from './sources/blob.ts';
export type { Folder, Source } from './sources/source.ts';
export { urlSource } from './sources/url.ts';
export {
  type DistantTensor,
  inMemory,
  type StoredDType,
  type StoredTensor,
  store,
  storedTypes,
  type TensorSource,
  toF32,
  toF64,
  toI32,
} from './stored.ts';
export { readWeights, writeWeights } from './transfer.ts';
export { type Matched, matchWeights } from './weights.ts';
