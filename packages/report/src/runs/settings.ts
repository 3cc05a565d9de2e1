// What runs were told to do, as a flat list, and where they were told different things.
import type { JsonObject } from '@twilljs/hub';
import type { ComparedRun } from './compared.ts';

/** A setting with its value in every run, as text; null where a run has no such setting. */
export interface Setting {
  readonly name: string;
  readonly values: readonly (string | null)[];
}

/** What decides a run, part by part; the device moves the last bits. */
const parts = {
  model: ({ record: { model } }: ComparedRun) => flat(model, 'architectures'),
  training: ({ record: { training } }: ComparedRun) => flat(training as unknown as JsonObject),
  data: ({ record: { data } }: ComparedRun) => flat(data),
  seed: ({ record: { seed } }: ComparedRun) => new Map([['', String(seed)]]),
  init: ({ record: { init } }: ComparedRun) => new Map([['', init ? init.directory : 'fresh']]),
  adapter: ({ record: { adapter } }: ComparedRun) => flat(said(adapter ?? {})),
  device: ({ record: { device, tier } }: ComparedRun) => new Map([['', tier ? `${device} (${tier})` : device]]),
} as const;

/** Settings that are not the same in all runs, in the order of the first run that has them; and the parts without any. */
export function settingsOf(runs: readonly ComparedRun[]): { differing: Setting[]; same: string[] } {
  const differing: Setting[] = [];
  const same: string[] = [];
  for (const [part, read] of Object.entries(parts)) {
    const all = runs.map(read);
    const names = [...new Set(all.flatMap((settings) => [...settings.keys()]))];
    const found = names
      .map((name) => ({
        name: name === '' ? part : `${part}.${name}`,
        values: all.map((settings) => settings.get(name) ?? null),
      }))
      .filter(({ values }) => new Set(values).size > 1);
    differing.push(...found);
    if (found.length === 0 && names.length > 0) same.push(part);
  }
  return { differing, same };
}

/** What labels an adapter, or is so in every new one. */
const usual = ['base_model_name_or_path', 'bias', 'inference_mode', 'init_lora_weights', 'task_type'];

/** What distinguishes an adapter. */
const said = (adapter: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(adapter).filter(([name, value]) => value && !usual.includes(name)));

/** Fields by their paths: `attn.num_heads`. What a model leaves out and what it has as null is the same. */
function flat(json: JsonObject, except?: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(json)) {
    if (name === except || value === null || value === undefined) continue;
    if (typeof value === 'object' && !Array.isArray(value)) {
      for (const [path, inner] of flat(value as JsonObject)) found.set(`${name}.${path}`, inner);
    } else found.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return found;
}
