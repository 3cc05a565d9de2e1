// The entries of `attn`: which layers are softmax attention, and what it is like there by the softmax family's own table.
import { OptionError, shown } from '@twilljs/tensor';
import { type Fields, readFields, type Values, withoutNullFlags } from './config.ts';
import type { ConfiguredMixer, MixerFamily } from './mixer.ts';
import { placeFields } from './model-fields.ts';

type Json = Readonly<Record<string, unknown>>;

/** One entry: softmax attention with the fields that it gives; the others are what they are by default. */
export interface AttnEntry extends ConfiguredMixer {
  /** It as it was read; what null stands for is written out. */
  readonly values: Values<Fields> & Values<typeof placeFields>;
}

/**
 * The family that serves the layers of `attn`.
 *
 * @throws OptionError when none is at hand.
 */
function softmaxFamily(families: readonly MixerFamily[], where = 'config'): MixerFamily {
  const family = families.find(({ role }) => role === 'softmax');
  if (family) return family;
  throw new OptionError(
    `${where}: attn names layers with softmax attention but no such mixer is at hand; hand in @twilljs/attention.`,
  );
}

/** The table of an entry. @throws OptionError as `softmaxFamily`. */
export function attnFields(families: readonly MixerFamily[], where = 'config'): Fields {
  const { entry, fields } = softmaxFamily(families, where);
  return { ...placeFields, ...(entry ?? fields) };
}

/** The entries: none for null, one for an object, or a list of objects. @throws OptionError naming the entry and its field. */
export function readAttn(attn: unknown, families: readonly MixerFamily[], where: string): AttnEntry[] {
  return [attn ?? []].flat().map((entry: unknown, i) => {
    const at = Array.isArray(attn) ? `${where}: attn[${i}]` : `${where}: attn`;
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
      throw new OptionError(
        `${at} is ${shown(entry, 80)} where an object with layers and num_heads is needed; correct it.`,
      );
    }
    const family = softmaxFamily(families, where);
    const table = attnFields(families, where);
    const read = readFields(table, withoutNullFlags(table, entry as Json), at);
    const filled = Object.entries(read).map(([name, value]) => [name, value ?? read[table[name].sameAs ?? name]]);
    const values = Object.fromEntries(filled) as AttnEntry['values'];
    return { family, fields: readFields(family.fields, values, at), values };
  });
}

/** The entry of each layer, or null. @throws OptionError for a layer that does not exist or is named twice. */
export function placed(entries: readonly AttnEntry[], layers: number, where: string): (AttnEntry | null)[] {
  const places = new Array<AttnEntry | null>(layers).fill(null);
  for (const entry of entries) {
    for (const layer of entry.values.layers) {
      if (layer >= layers) {
        throw new OptionError(
          `${where}: attn names layer ${layer} but num_hidden_layers is ${layers}; use 0 to ${layers - 1}.`,
        );
      }
      if (places[layer]) throw new OptionError(`${where}: attn names layer ${layer} twice; name each layer once.`);
      places[layer] = entry;
    }
  }
  return places;
}

/** `attn` in the form in which it was given, defaults filled in, unknown keys kept. */
export function writtenAttn(attn: unknown, entries: readonly AttnEntry[]): unknown {
  const given = [attn ?? []].flat() as Json[];
  const written = entries.map((entry, i) => ({ ...given[i], ...entry.values }));
  return Array.isArray(attn) ? written : (written[0] ?? null);
}
