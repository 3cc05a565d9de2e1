// Readers of weights, configurations, model directories and caches.
import {
  blobSource,
  inMemory,
  openSafetensors,
  parseConfig,
  parseSafetensors,
  readWeights,
  type SafetensorsFile,
  serializeConfig,
  serializeSafetensors,
  store,
  storedTypes,
} from '@twilljs/hub';
import { diskSource, load, readConfigFile, readModelDirectory, save } from '@twilljs/hub/node';
import { type ModelConfig, params } from '@twilljs/nn';
import { cpu, type Device, isTwillError, scope, size } from '@twilljs/tensor';
import { device, mixers } from 'twilljs';
import { config } from '../../packages/train/src/run.test-data.ts';
import { cache, digest, json, jsonOf, safetensors, textOf } from './formats.ts';
import { freshModel, type Home } from './home.ts';
import type { Reader } from './reader.ts';

const [WEIGHTS, CONFIG, INDEX] = ['model.safetensors', 'config.json', 'model.safetensors.index.json'];

export async function ofWeights(home: Home): Promise<Reader[]> {
  await save(home.at('model'), await freshModel());
  return [...ofSafetensors(home), ofShards(home), ofConfigurations(home), ofModels(home), ...(await ofCaches())];
}

function ofSafetensors(home: Home): Reader[] {
  const numbers = Float32Array.of(1, -2, 3.5, 0, Number.NaN, 1e-38);
  const samples = [
    serializeSafetensors([], {}),
    serializeSafetensors([['x', store('F32', [2, 3], numbers)]], { format: 'pt' }),
    serializeSafetensors([
      ['half', store('BF16', [3], [1, 2, 3])],
      ['none', store('F64', [0, 4], [])],
      ['ids', store('I64', [2], [7, -7])],
      ['__proto__', store('BOOL', [3], [0, 1, 1])],
      ['one', store('F16', [], [0.5])],
    ]),
    home.bytes('model', WEIGHTS),
  ];
  const tell = ({ metadata, tensors }: SafetensorsFile) =>
    digest([metadata, [...tensors].map(([name, { dtype, shape, bytes }]) => [name, dtype, shape, bytes])]);
  return [
    {
      ...{ name: 'safetensors', share: 18, samples, format: safetensors },
      read(bytes) {
        const file = parseSafetensors(bytes);
        const { metadata, tensors } = file;
        for (const [name, tensor] of tensors) {
          const needed = size(tensor.shape) * storedTypes[tensor.dtype].bytes;
          if (tensor.bytes.length !== needed) return `${name} has ${tensor.bytes.length} bytes instead of ${needed}`;
        }
        const again = parseSafetensors(serializeSafetensors(tensors, metadata));
        return tell(again) === tell(file) ? null : `written again it holds ${tell(again)} instead of ${tell(file)}`;
      },
    },
    {
      ...{ name: 'safetensors on disk', share: 5, samples, format: safetensors },
      async read(bytes) {
        const path = home.write('x.safetensors', bytes);
        const sources = [diskSource(path), blobSource(new Blob([bytes as BlobPart]), path)];
        const whole = await told(() => tell(parseSafetensors(bytes, path)));
        for (const source of sources) {
          const opened = await told(async () => {
            const { metadata, tensors } = await openSafetensors(source);
            const all = [...tensors].map(async ([name, tensor]) => [name, await inMemory(tensor)] as const);
            return tell({ metadata, tensors: new Map(await Promise.all(all)) });
          });
          if (opened !== whole) return `${opened} instead of ${whole}`;
        }
        return null;
      },
    },
  ];
}

/** What it gives, or the words of its refusal. */
async function told(read: () => string | Promise<string>): Promise<string> {
  try {
    return await read();
  } catch (error) {
    if (isTwillError(error)) return error.message;
    throw error;
  }
}

function ofShards(home: Home): Reader {
  const { tensors } = parseSafetensors(home.bytes('model', WEIGHTS));
  const all = [...tensors];
  const parts = [all.slice(0, 5), all.slice(5)];
  const files: Record<string, Uint8Array> = { [CONFIG]: home.bytes('model', CONFIG) };
  const map: Record<string, string> = {};
  for (const [i, part] of parts.entries()) {
    const name = `model-0000${i + 1}-of-00002.safetensors`;
    files[name] = serializeSafetensors(part);
    for (const [tensor] of part) map[tensor] = name;
  }
  files[INDEX] = jsonOf({ metadata: { total_size: 1 }, weight_map: map });
  const names = Object.keys(files).filter((name) => name !== CONFIG);
  home.directory('shards', files);
  return {
    ...{ name: 'shards and their index', share: 4, samples: names.map((name) => files[name]) },
    format: { open: (bytes, random) => (bytes[0] === 0x7b ? json : safetensors).open(bytes, random) },
    async read(bytes, i) {
      const path = home.directory('shards', { ...files, [names[i]]: bytes });
      const { tensors } = await readModelDirectory(path);
      const named = Object.keys(readConfigFile(`${path}/${INDEX}`).weight_map as object);
      for (const tensor of tensors.values()) await inMemory(tensor);
      return digest([...tensors.keys()].sort()) === digest(named.sort()) ? null : `holds not what the index names`;
    },
  };
}

const configurations = [
  config,
  { model_type: 'hgrn2', hidden_size: 32, num_hidden_layers: 3, vocab_size: 300, rope_theta: 1e4, dtype: 'bfloat16' },
  {
    model_type: 'transformer',
    hidden_size: 64,
    num_heads: 4,
    num_kv_heads: 2,
    window_size: 8,
    max_position_embeddings: 64,
  },
  {
    model_type: 'gla',
    hidden_size: 32,
    num_heads: 2,
    expand_k: 0.5,
    use_gk: true,
    tie_word_embeddings: true,
    pad_token_id: 0,
  },
  {
    model_type: 'retnet',
    hidden_size: 32,
    num_heads: 2,
    attn: [
      { layers: [0], num_heads: 2 },
      { layers: [2], num_heads: 1 },
    ],
  },
];

function ofConfigurations(home: Home): Reader {
  return {
    ...{ name: 'config.json', share: 15, format: json },
    samples: [...configurations.map(jsonOf), home.bytes('model', CONFIG)],
    read(bytes) {
      const read = parseConfig(textOf(bytes), mixers);
      const layers = read.model.num_hidden_layers;
      if (read.layers.length !== layers) return `${read.layers.length} layers instead of ${layers}`;
      const tell = ({ model, mixers, json }: ModelConfig) => digest([model, mixers.map(({ fields }) => fields), json]);
      const again = parseConfig(serializeConfig(read.json), mixers);
      return tell(again) === tell(read) ? null : `written again it is ${tell(again)} instead of ${tell(read)}`;
    },
  };
}

function ofModels(home: Home): Reader {
  const names = [CONFIG, WEIGHTS];
  const samples = names.map((name) => home.bytes('model', name));
  const whole: Record<string, Uint8Array> = { [CONFIG]: samples[0], [WEIGHTS]: samples[1] };
  home.directory('loaded', whole);
  return {
    ...{ name: 'model directory', share: 6, samples },
    format: { open: (bytes, random) => (bytes[0] === 0x7b ? json : safetensors).open(bytes, random) },
    async read(bytes, i) {
      const path = home.directory('loaded', { ...whole, [names[i]]: bytes });
      const { model, notes } = await load(path, { mixers, device: cpu() });
      for (const dtype of ['file', 'bf16'] as const) {
        const { model: kept } = await load(path, { mixers, device: cpu(), dtype });
        const same = [...params(kept)].every(([name, t]) => `${t.shape}` === `${params(model).get(name)?.shape}`);
        if (!same) return `other parameters as ${dtype}`;
        kept[Symbol.dispose]();
      }
      if (i === 0) return unreadIn(readConfigFile(`${path}/${CONFIG}`), model.config.json, notes);
      const { tensors } = parseSafetensors(bytes);
      for (const [name, { bytes }] of await readWeights(params(model))) {
        const stored = tensors.get(name);
        if (stored?.dtype === 'F32' && digest(stored.bytes) !== digest(bytes)) return `${name} has other numbers`;
        if (!stored && notes.length === 0) return `${name} is not in the file, and no note says so`;
      }
      return null;
    },
  };
}

/** A field of a configuration that is neither read as it stands nor noted. */
function unreadIn(file: object, read: Readonly<Record<string, unknown>>, notes: readonly string[]): string | null {
  for (const [name, value] of Object.entries(file)) {
    if (value === null || digest(read[name]) === digest(value)) continue;
    if (name === 'attn') {
      const inside = unreadIn(value, read.attn as Readonly<Record<string, unknown>>, notes);
      if (inside === null) continue;
      return `attn: ${inside}`;
    }
    if (!notes.some((note) => note.includes(name))) return `${name} is ${digest(value)}, read as ${digest(read[name])}`;
  }
  return null;
}

const prompt = [
  [3, 1, 4, 1, 5],
  [9, 2, 6, 5, 3],
];

async function cachesOf(on: Device) {
  const model = await freshModel().then((fresh) => fresh.to(on));
  const goOn = async (bytes: Uint8Array) => {
    using restored = model.restore(bytes);
    if (restored.batch > 2) return { positions: [...restored.positions], logits: [Number.NaN] };
    const logits = scope(() => model.next([[8], [7]].slice(0, restored.batch), restored));
    return { positions: [...restored.positions], logits: [...(await logits.data())] };
  };
  const samples: Uint8Array[] = [];
  for (const ids of [prompt, [[5]]]) {
    using filled = model.cache(ids.length);
    scope(() => model.next(ids, filled).release());
    samples.push(await filled.serialize());
  }
  return { goOn, samples };
}

async function ofCaches(): Promise<Reader[]> {
  const places = { cpu: await cachesOf(cpu()), wasm: await cachesOf(await device({ name: 'wasm' })) };
  const all = Object.values(places).flatMap(({ samples }) => samples);
  // The checksum covers all: what is accepted goes on as one of those that were written.
  const sealed = Object.entries(places).map(async ([place, { goOn, samples }]) => {
    const right = await Promise.all(all.map(goOn));
    const read = async (bytes: Uint8Array) => {
      const found = digest(await goOn(bytes));
      return right.some((one) => digest(one) === found) ? null : `goes on with ${found}`;
    };
    return { name: `cache on ${place}`, share: 4, samples, read };
  });
  const { goOn, samples } = places.cpu;
  const read = async (bytes: Uint8Array) => {
    const { positions, logits } = await goOn(bytes);
    return logits.length === 16 * positions.length ? null : `goes on with ${logits.length} logits at ${positions}`;
  };
  const resealed = { name: 'cache under a checksum made right', share: 4, samples, format: cache, read };
  return [...(await Promise.all(sealed)), resealed];
}
