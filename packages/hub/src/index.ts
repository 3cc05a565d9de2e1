// What models are stored in: safetensors files, configurations and checkpoints of Hugging Face and FLA.
export { parseConfig, serializeConfig } from './config.ts';
export { type Json, type JsonObject, parseJsonObject } from './json.ts';
export {
  filesOfModel,
  type LoadedModel,
  type LoadOptions,
  type ModelFiles,
  modelFromFiles,
} from './model.ts';
export { parseSafetensors, type SafetensorsFile, serializeSafetensors } from './safetensors.ts';
export { type StoredDType, type StoredTensor, store, storedTypes, toF32, toF64, toI32 } from './stored.ts';
export { readWeights, writeWeights } from './transfer.ts';
export { type Matched, matchWeights } from './weights.ts';
