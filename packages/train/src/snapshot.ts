// The state of a trainer as a value: on the host, by parameter name, and as the files of a checkpoint.
import { type JsonObject, parseSafetensors, type StoredTensor, serializeSafetensors } from '@twilljs/hub';
import { type Field, type Fields, readFields, type Values } from '@twilljs/nn';
import { FileError, knownOnly, shown } from '@twilljs/tensor';
import { type Moments, momentKinds } from './optimizer.ts';

const count = { type: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER } as const satisfies Field;
const counterFields = {
  step: count,
  tokens: count,
  updates: count,
  skipped: count,
  skippedInARow: count,
} satisfies Fields;

/** What a trainer counts. */
export type Counters = Values<typeof counterFields>;

export interface Snapshot extends Moments {
  readonly counters: Counters;
  /** Those that are trained, by FLA's name. */
  readonly parameters: ReadonlyMap<string, StoredTensor>;
}

/**
 * Refuses what no trainer of `steps` steps can have left.
 *
 * @throws FileError naming what is missing, or two counters that contradict each other.
 */
export function checkSnapshot(snapshot: Snapshot, steps: number, where: string): void {
  knownOnly(where, snapshot, ['counters', 'parameters', ...momentKinds]);
  for (const name of ['parameters', ...momentKinds] as const) {
    if (snapshot[name] instanceof Map || (name === 'momentum' && snapshot[name] === undefined)) continue;
    throw new FileError(
      `${where}: ${name} is ${shown(snapshot[name])} where tensors by name are needed; give a snapshot.`,
    );
  }
  const { step } = readCounters(snapshot.counters, where);
  if (step <= steps) return;
  throw new FileError(
    `${where}: it is of step ${step} but the plan has ${steps} steps; restore it with a longer plan.`,
  );
}

/** Counters of a trainer, which must fit each other. */
function readCounters(given: unknown, where: string): Counters {
  knownOnly(`${where}: counters`, given, Object.keys(counterFields));
  const counters = readFields(counterFields, given as JsonObject, where);
  const { step, tokens, updates, skipped, skippedInARow } = counters;
  const contradict = (facts: string) => {
    throw new FileError(`${where}: its counters contradict each other, ${facts}; it is damaged, take another one.`);
  };
  if (updates + skipped !== step) contradict(`${updates} updates and ${skipped} skipped steps are not ${step} steps`);
  if (skippedInARow > skipped) contradict(`${skippedInARow} skipped in a row are more than ${skipped} skipped steps`);
  if (skipped > skippedInARow && updates === 0)
    contradict(`${skippedInARow} of ${skipped} skipped steps are in a row without an update between`);
  if (tokens < step || (step === 0 && tokens > 0)) contradict(`${tokens} tokens were read in ${step} steps`);
  return counters;
}

/** The tensor files of a checkpoint. */
export function snapshotFiles({ parameters, ...moments }: Snapshot): Record<string, Uint8Array> {
  const named = momentKinds.flatMap((kind) =>
    [...(moments[kind] ?? [])].map(([name, tensor]) => [`${kind}.${name}`, tensor] as const),
  );
  return {
    'model.safetensors': serializeSafetensors(parameters, { format: 'pt' }),
    'optimizer.safetensors': serializeSafetensors(named),
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
  const momentum = under('momentum.');
  return {
    counters: readCounters(counters, `${where}/state.json`),
    parameters: tensorsOf('model.safetensors'),
    ...{ m: under('m.'), v: under('v.') },
    ...(momentum.size > 0 && { momentum }),
  };
}
