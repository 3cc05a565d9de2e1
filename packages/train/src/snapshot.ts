// The state of a trainer as a value: on the host, by parameter name, and as the files of a checkpoint.
import {
  type JsonObject,
  parseSafetensors,
  type StoredTensor,
  serializeSafetensors,
  store,
  toF32,
  toF64,
} from '@twilljs/hub';
import { type Field, type Fields, type ParameterArena, readFields, type Values } from '@twilljs/nn';
import { type Data, FileError, sameShape } from '@twilljs/tensor';

const count = { type: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER } as const satisfies Field;
const counterFields = {
  step: count,
  tokens: count,
  updates: count,
  skipped: count,
  skippedInARow: count,
} satisfies Fields;

export type Counters = Values<typeof counterFields>;

export interface Snapshot {
  readonly counters: Counters;
  /** By FLA's name. */
  readonly parameters: ReadonlyMap<string, StoredTensor>;
  /** Moments of AdamW, by the names of the parameters. */
  readonly m: ReadonlyMap<string, StoredTensor>;
  readonly v: ReadonlyMap<string, StoredTensor>;
}

/** The tensors of a flat array that is laid out like the arena. */
export function unflatten(flat: Data, { names, tensors, offsets }: ParameterArena): Map<string, StoredTensor> {
  const dtype = flat instanceof Float64Array ? 'F64' : 'F32';
  return new Map(
    names.map((name, i) => {
      const { shape, size } = tensors[i];
      return [name, store(dtype, shape, flat.subarray(offsets[i], offsets[i] + size))];
    }),
  );
}

/** The reverse of `unflatten`; gaps are 0. @throws FileError when the names or shapes are not the arena's. */
export function flatten(from: ReadonlyMap<string, StoredTensor>, arena: ParameterArena, float: 'f32' | 'f64'): Data {
  const flat = float === 'f64' ? new Float64Array(arena.length) : new Float32Array(arena.length);
  const surplus = [...from.keys()].find((name) => !arena.names.includes(name));
  if (surplus !== undefined) throw new FileError(`checkpoint: it has ${surplus}, which the model has not; ${other}.`);
  arena.names.forEach((name, i) => {
    const tensor = from.get(name);
    const { shape } = arena.tensors[i];
    if (!tensor) throw new FileError(`checkpoint: it has no ${name}, which the model has; ${other}.`);
    if (!sameShape(tensor.shape, shape)) {
      throw new FileError(`checkpoint: ${name} is [${tensor.shape}] but [${shape}] in the model; ${other}.`);
    }
    flat.set(float === 'f64' ? toF64(tensor, name) : toF32(tensor, name), arena.offsets[i]);
  });
  return flat;
}

const other = 'resume with the configuration that made it';

/** The tensor files of a checkpoint. */
export function snapshotFiles({ parameters, m, v }: Snapshot): Record<string, Uint8Array> {
  const named = (prefix: string, tensors: Snapshot['m']) =>
    [...tensors].map(([name, tensor]) => [`${prefix}.${name}`, tensor] as const);
  return {
    'model.safetensors': serializeSafetensors(parameters, { format: 'pt' }),
    'optimizer.safetensors': serializeSafetensors([...named('m', m), ...named('v', v)]),
  };
}

/**
 * The reverse of `snapshotFiles`.
 *
 * @param counters parsed from the checkpoint's state.json.
 * @param where path of the checkpoint, for messages.
 */
export function parseSnapshot(counters: JsonObject, files: ReadonlyMap<string, Uint8Array>, where: string): Snapshot {
  const tensorsOf = (name: string) => {
    const bytes = files.get(name);
    if (!bytes) throw new FileError(`${where}: it has no ${name}; resume from another checkpoint.`);
    return parseSafetensors(bytes, `${where}/${name}`).tensors;
  };
  const moments = [...tensorsOf('optimizer.safetensors')];
  const under = (prefix: string) =>
    new Map(
      moments.filter(([key]) => key.startsWith(prefix)).map(([key, tensor]) => [key.slice(prefix.length), tensor]),
    );
  return {
    counters: readFields(counterFields, counters, `${where}/state.json`),
    parameters: tensorsOf('model.safetensors'),
    m: under('m.'),
    v: under('v.'),
  };
}
