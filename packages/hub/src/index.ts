// What models are stored in: safetensors files, configurations and checkpoints of Hugging Face and FLA.
export { type Json, type JsonObject, parseJson, parseJsonObject } from './json.ts';
export { parseSafetensors, type SafetensorsFile, serializeSafetensors } from './safetensors.ts';
export { type StoredDType, type StoredTensor, store, storedTypes, toF32, toF64, toI32 } from './stored.ts';
