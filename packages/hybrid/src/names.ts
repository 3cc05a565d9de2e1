// The names that may stand in a configuration, and the refusal of others.
import {
  attnFields,
  closedFields,
  labelFields,
  type MixerFamily,
  modelFields,
  otherNames,
  unreadName,
} from '@twilljs/nn';
import { knownOnly, OptionError, objectOnly, shown } from '@twilljs/tensor';
import { layoutFields } from './layout.ts';

type Json = Readonly<Record<string, unknown>>;

/** The families that a configuration names by `model_type` or `layers`; other errors of theirs are found where they are read. */
export function familiesIn({ model_type, layers }: Json, families: readonly MixerFamily[]): MixerFamily[] {
  const named = [model_type, ...(Array.isArray(layers) ? new Set(layers) : [])];
  return families.filter((family) => named.includes(family.name) || named.includes(family.model_type));
}

/** Refuses what is no list of mixers. @param where whose option it is, for messages. */
export function checkMixers(where: string, mixers: unknown): void {
  const isFamily = (family: Partial<MixerFamily> | null) => family?.fields !== undefined && family.create !== undefined;
  if (Array.isArray(mixers) && mixers.length > 0 && mixers.every(isFamily)) return;
  throw new OptionError(
    `${where}: mixers is ${shown(mixers)} where a list of mixers is needed; hand in those of twilljs, or [gla, attention].`,
  );
}

/** Every name that is read from a configuration of these families. */
export function configNames(families: readonly MixerFamily[]): string[] {
  const tables = [modelFields, layoutFields, ...families.map(({ fields }) => fields), labelFields, closedFields];
  return [...new Set(['attn', ...tables.flatMap((table) => Object.keys(table))])];
}

/**
 * Refuses a configuration with a name that nobody reads: a misspelt field, or one of another mixer, must not become a default.
 * What files carry and no model depends on (`transformers_version`, `auto_map`, ...) may stand in it.
 *
 * @param where whose names they are, for messages: the path of a file.
 * @throws OptionError naming it and the nearest known one.
 */
export function knownConfig(
  config: unknown,
  families: readonly MixerFamily[],
  where = 'config',
): asserts config is Json {
  objectOnly(where, config);
  const given = Object.fromEntries(Object.entries(config as Json).filter(([name]) => !unreadName.test(name)));
  const used = familiesIn(given, families);
  // Where model_type itself is misspelt, the fields of its mixer are not what is wrong.
  const names = configNames(used.length > 0 ? used : families);
  for (const name of Object.keys(given)) {
    const other = families.find(({ fields }) => Object.hasOwn(fields, name));
    if (names.includes(name) || !other) continue;
    const mixers = used.map((family) => family.name).join(' and ');
    throw new OptionError(`${where}: ${name} is a field of ${other.name}, not of ${mixers}; remove it.`);
  }
  refuse(where, given, names);
  for (const entry of [given.attn].flat()) {
    if (typeof entry !== 'object' || entry === null) continue;
    refuse(`${where}: attn`, entry, Object.keys(attnFields(families, where)));
  }
}

/** `knownOnly`, but for names that another library gives to a known one. */
function refuse(where: string, given: object, names: readonly string[]): void {
  for (const name of Object.keys(given)) {
    const own = otherNames.get(name);
    if (own === undefined || !names.includes(own) || names.includes(name)) continue;
    throw new OptionError(`${where}: there is no option ${name}; did you mean ${own}?`);
  }
  knownOnly(where, given, names);
}
