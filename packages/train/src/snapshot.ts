// The state of a trainer as a value: on the host, by parameter name, and as the files of a checkpoint.
import { type JsonObject, parseSafetensors, type StoredTensor, serializeSafetensors } from '@twilljs/hub';
import { type Field, type Fields, readFields, type Values } from '@twilljs/nn';
import { FileError } from '@twilljs/tensor';

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
