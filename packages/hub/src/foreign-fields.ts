// What a config.json says that no model here reads: noted, and refused where a field is left to its default under another name.
import { configNames, familiesIn } from '@twilljs/hybrid';
import {
  attnFields,
  type Fields,
  fits,
  type MixerFamily,
  type ModelConfig,
  modelFields,
  otherNames,
  unreadName,
} from '@twilljs/nn';
import { OptionError, shown, slipOf } from '@twilljs/tensor';

type Json = Readonly<Record<string, unknown>>;

/** What a model computes, under the names of fields. */
interface Computed {
  readonly config: ModelConfig;
  readonly value: (name: string) => unknown;
}

/** Fields that have no counterpart: when they agree with what is computed, and what that is. */
const computedOtherwise: Readonly<
  Record<string, { agrees(value: unknown, model: Computed): boolean; what: string | ((model: Computed) => string) }>
> = {
  rope_scaling: { agrees: unscaled, what: 'rotary positions are not scaled' },
  rope_parameters: { agrees: unscaled, what: 'rotary positions are those of rope_theta, not scaled' },
  partial_rotary_factor: { agrees: (x) => x === 1, what: 'rotary positions turn all of a head' },
  head_dim: {
    agrees: (x, model) => x === headSize(model),
    what: (model) => `a head is hidden_size / num_heads = ${headSize(model)} wide`,
  },
  layer_types: { agrees: sameLayers, what: 'attn says which layers are softmax attention' },
  use_sliding_window: { agrees: (x, { value }) => x === (value('window_size') !== null), what: 'window_size decides' },
  quantization_config: { agrees: () => false, what: 'weights are taken as they are stored, and none is dequantised' },
  mlp_bias: { agrees: (x) => x === false, what: 'the MLP has no bias' },
  share_conv_kernel: { agrees: () => true, what: '' }, // refused where it would be read
  gate_logit_normalizer: { agrees: (x) => x === 16, what: 'logarithms of gates are divided by 16' },
  gate_low_rank_dim: { agrees: (x) => x === 16, what: 'gates have 16 dimensions on their way' },
  attention_dropout: { agrees: (x) => x === 0, what: 'there is no dropout' },
  hidden_dropout: { agrees: (x) => x === 0, what: 'there is no dropout' },
};

function unscaled(given: unknown, { value }: Computed): boolean {
  if (typeof given !== 'object' || given === null) return false;
  const { rope_type, type, rope_theta, ...scaling } = given as Json;
  const theta = value('rope_theta') ?? 10000; // which RetNet fixes
  return (rope_type ?? type ?? 'default') === 'default' && (rope_theta ?? theta) === theta && isEmpty(scaling);
}

const isEmpty = (object: object): boolean => Object.keys(object).length === 0;

const headSize = ({ value }: Computed): number => Number(value('hidden_size')) / Number(value('num_heads'));

function sameLayers(given: unknown, { config }: Computed): boolean {
  const full = config.layers.map(({ family }) => family.role === 'softmax');
  return (
    Array.isArray(given) &&
    given.length === full.length &&
    given.every((name, i) => (name === 'full_attention') === full[i])
  );
}

/**
 * Notes on the fields of a file that Twill computes otherwise or does not read, one line each and one for all of unknown
 * meaning. None for what agrees with the model, for null, and for what no model depends on.
 *
 * @param file `config.json` as it stands.
 * @param config what was read of it.
 * @throws OptionError where it gives a field under another name that no one reads, and leaves the field to its default.
 */
export function foreignNotes(file: Json, config: ModelConfig, families: readonly MixerFamily[]): string[] {
  const used = familiesIn(config.json, families);
  const tables: Fields[] = [modelFields, ...used.map(({ fields }) => fields)];
  const table: Fields = Object.assign({}, ...tables);
  // A field of a mixer that the model has not is no misspelling of one that it has.
  const others = families.flatMap(({ fields }) => Object.keys(fields));
  const computed = computedBy(config);
  const notes = notesOn(file, configNames(used), table, computed, others);
  for (const [i, entry] of ([file.attn ?? []].flat() as Json[]).entries()) {
    const inEntry = attnFields(families);
    const value = (name: string) => (name in inEntry ? config.attn[i]?.values[name] : computed.value(name));
    notes.push(...notesOn(entry, Object.keys(inEntry), inEntry, { config, value }, [], 'attn: '));
  }
  return notes;
}

function computedBy(config: ModelConfig): Computed {
  const mixers = [...config.attn, ...config.mixers];
  const fields: Json = Object.assign({}, ...mixers.map((mixer) => mixer.fields).reverse(), config.model);
  const table: Fields = Object.assign({}, ...mixers.map(({ family }) => family.fields).reverse());
  return { config, value: (name) => fields[name] ?? fields[table[name]?.sameAs ?? name] ?? null };
}

function notesOn(
  file: Json,
  known: readonly string[],
  table: Fields,
  model: Computed,
  others: readonly string[],
  at = '',
): string[] {
  const notes: string[] = [];
  const unread: string[] = [];
  for (const [name, given] of Object.entries(file)) {
    if (given === null || given === undefined || known.includes(name) || unreadName.test(name)) continue;
    const special = Object.hasOwn(computedOtherwise, name) ? computedOtherwise[name] : undefined;
    const sure = otherNames.get(name);
    const own = sure ?? (special || others.includes(name) ? undefined : slipOf(name, known));
    if (own !== undefined && Object.hasOwn(table, own)) {
      if (!agree(own, given, model)) notes.push(at + underAnotherName(file, name, own, table, model, at));
      else if (sure === undefined) unread.push(name); // it may be another field, whose value happens to be the same
    } else if (!special) unread.push(name);
    else if (!special.agrees(given, model)) {
      const what = typeof special.what === 'string' ? special.what : special.what(model);
      notes.push(`${at}${name} is ${shown(given)}: not read, ${what}.`);
    }
  }
  if (unread.length > 0) notes.push(`${at}${unread.join(', ')}: not read, no model here has such a field.`);
  return notes;
}

/** 'silu' and 'swish' are one function. */
const agree = (own: string, given: unknown, { value }: Computed): boolean =>
  given === value(own) || (own === 'hidden_act' && given === 'silu');

function underAnotherName(
  file: Json,
  name: string,
  own: string,
  table: Fields,
  { value }: Computed,
  at: string,
): string {
  if (file[own] === undefined && fits(table[own], file[name])) {
    throw new OptionError(
      `${at}${name} is ${shown(file[name])} but ${own}, which is read, is not there and would be ${shown(value(own))}; call it ${own}, or remove it.`,
    );
  }
  return `${name} is ${shown(file[name])}: not read, ${own} is, which is ${shown(value(own))}.`;
}
