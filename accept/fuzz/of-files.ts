// Readers of model files in memory, as a thread attacks them: what they accept must be whole, what they refuse must be told.
import {
  blobSource,
  load,
  openSafetensors,
  parseConfig,
  parseSafetensors,
  type SafetensorsFile,
  serializeSafetensors,
  store,
  storedTypes,
  type TensorSource,
} from '@twilljs/hub';
import { initializer, params } from '@twilljs/nn';
import { cpu, isTwillError, size } from '@twilljs/tensor';
import { filesOfModel, hybrid, mixers } from 'twilljs';
import { config } from '../../packages/train/src/run.test-data.ts';
import { digest, json, jsonOf, safetensors, textOf } from './formats.ts';
import type { Format } from './reader.ts';
import type { FileReader } from './refusal.ts';

const WEIGHTS = 'model.safetensors';
const CONFIG = 'config.json';
const INDEX = 'model.safetensors.index.json';

/** Bytes that a reading may take beyond twice the file. */
const ALLOWED = 1e6;

export async function ofFiles(): Promise<FileReader[]> {
  const { config: written, tensors } = await filesOfModel(hybrid(config, { mixers, init: initializer(1, 0.1) }));
  const whole = serializeSafetensors(tensors, { format: 'pt' });
  return [
    ofSafetensors(whole),
    ofConfigurations(jsonOf(written)),
    ofModels(jsonOf(written), whole),
    ofShards(jsonOf(written), tensors),
  ];
}

/** A file and one of many tensors, whose header is most of it. */
function ofSafetensors(whole: Uint8Array): FileReader {
  const many = Array.from(
    { length: 400 },
    (_, i) => [`model.layers.${i}.mlp.gate_proj.weight`, store('BF16', [2, 2], [1, 2, 3, 4])] as const,
  );
  const samples = [
    whole,
    serializeSafetensors(many, { format: 'pt' }),
    serializeSafetensors([], {}),
    serializeSafetensors([
      ['half', store('F16', [3], [1, 2, 3])],
      ['none', store('F64', [0, 4], [])],
      ['ids', store('I64', [2], [7, -7])],
      ['__proto__', store('BOOL', [3], [0, 1, 1])],
    ]),
  ];
  return {
    ...{ name: 'safetensors', share: 10, samples, format: safetensors },
    allowed: ALLOWED,
    take: (bytes) => openSafetensors(source(bytes)),
    async read(bytes) {
      const parsed = await outcome(async () => parseSafetensors(bytes, WEIGHTS));
      const opened = await outcome(() => openSafetensors(source(bytes)));
      if (parsed !== opened) return `read by position: ${opened}, in memory: ${parsed}`;
      const { metadata, tensors } = parseSafetensors(bytes, WEIGHTS);
      for (const [name, tensor] of tensors) {
        const needed = size(tensor.shape) * storedTypes[tensor.dtype].bytes;
        if (tensor.bytes.length !== needed) return `${name} has ${tensor.bytes.length} bytes instead of ${needed}`;
      }
      const again = parseSafetensors(serializeSafetensors(tensors, metadata));
      return again.tensors.size === tensors.size ? null : 'written again it has other tensors';
    },
  };
}

const source = (bytes: Uint8Array) => blobSource(new Blob([bytes as BlobPart]), WEIGHTS);

/** What a file holds, or the words of its refusal. */
async function outcome(read: () => Promise<SafetensorsFile<TensorSource>>): Promise<string> {
  try {
    const { metadata, tensors } = await read();
    return digest([metadata, [...tensors].map(([name, { dtype, shape }]) => [name, dtype, shape])]);
  } catch (error) {
    if (isTwillError(error)) return error.message;
    throw error;
  }
}

function ofConfigurations(own: Uint8Array): FileReader {
  const small = { hidden_size: 32, num_hidden_layers: 3, vocab_size: 300, num_heads: 2 };
  const attn = [
    { layers: [0], num_heads: 2 },
    { layers: [2], num_heads: 1, window_size: 8 },
  ];
  const samples = [
    own,
    ...['hgrn', 'hgrn2', 'retnet', 'gla', 'delta_net', 'gated_deltanet'].map((model_type) =>
      jsonOf({ ...small, model_type, expand_ratio: 1, attn, use_cache: null, torch_dtype: 'float32' }),
    ),
    jsonOf({ ...small, model_type: 'transformer', num_kv_heads: 1, attn: null, max_position_embeddings: 2048 }),
  ];
  return {
    ...{ name: CONFIG, share: 10, samples, format: json },
    allowed: ALLOWED,
    take: async (bytes) => parseConfig(textOf(bytes), mixers, CONFIG),
    read(bytes) {
      const read = parseConfig(textOf(bytes), mixers, CONFIG);
      const layers = read.model.num_hidden_layers;
      return read.layers.length === layers ? null : `${read.layers.length} layers instead of ${layers}`;
    },
  };
}

const chosen = (files: Readonly<Record<string, Uint8Array>>): File[] =>
  Object.entries(files).map(([name, bytes]) => new File([bytes as BlobPart], name));

/** A model with one file changed: it loads with all of its weights, or is refused. */
function ofModels(own: Uint8Array, whole: Uint8Array): FileReader {
  const names = [CONFIG, WEIGHTS];
  const files: Record<string, Uint8Array> = { [CONFIG]: own, [WEIGHTS]: whole };
  return {
    ...{ name: 'model', share: 1, samples: [own, whole], format: either },
    allowed: ALLOWED,
    take: async (bytes, i) => load(chosen({ ...files, [names[i]]: bytes }), { mixers, device: cpu() }),
    async read(bytes, i) {
      const { model, notes } = await load(chosen({ ...files, [names[i]]: bytes }), { mixers, device: cpu() });
      const left = [...params(model)].find(([, tensor]) => tensor.size === 0 || tensor.device !== model.device);
      model[Symbol.dispose]();
      return left ? `${left[0]} has no numbers (${notes})` : null;
    },
  };
}

function ofShards(own: Uint8Array, tensors: ReadonlyMap<string, TensorSource>): FileReader {
  const all = [...tensors] as Parameters<typeof serializeSafetensors>[0] extends Iterable<infer E> ? E[] : never;
  const parts = [all.slice(0, 7), all.slice(7)];
  const shards = parts.map((part, i) => [`model-0000${i + 1}-of-00002.safetensors`, part] as const);
  const map = Object.fromEntries(shards.flatMap(([file, part]) => part.map(([name]) => [name, file])));
  const files: Record<string, Uint8Array> = {
    [INDEX]: jsonOf({ metadata: { total_size: 1 }, weight_map: map }),
    ...Object.fromEntries(shards.map(([file, part]) => [file, serializeSafetensors(part)])),
  };
  const names = Object.keys(files);
  return {
    ...{ name: 'shards and their index', share: 1, samples: Object.values(files), format: either },
    allowed: ALLOWED,
    take: async (bytes, i) => load(chosen({ ...files, [CONFIG]: own, [names[i]]: bytes }), { mixers, device: cpu() }),
    async read(bytes, i) {
      const { model } = await load(chosen({ ...files, [CONFIG]: own, [names[i]]: bytes }), { mixers, device: cpu() });
      const { tensors: loaded } = await filesOfModel(model);
      model[Symbol.dispose]();
      const other = [...loaded].find(([name]) => !tensors.has(name));
      return other || loaded.size !== tensors.size ? 'it has other tensors' : null;
    },
  };
}

const either: Format = {
  open: (bytes, random) => (bytes[0] === 0x7b ? json : safetensors).open(bytes, random),
};
