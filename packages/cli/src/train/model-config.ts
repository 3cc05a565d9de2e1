// The configuration of the model to train: from flags, from a file, or from both where they agree.
import type { JsonObject } from '@twilljs/hub';
import { readConfigFile } from '@twilljs/hub/node';
import { knownConfig } from '@twilljs/hybrid';
import { type MixerFamily, modelFields, requireDivides } from '@twilljs/nn';
import { type Known, mixerNamed } from '@twilljs/sweep';
import { nearest, OptionError } from '@twilljs/tensor';
import type { Tokenizer } from '@twilljs/tokenizers';
import { gatedDeltanet } from 'twilljs';
import { shown } from '../flags.ts';
import { type Asked, assign } from './flags.ts';

type Config = Record<string, unknown>;

/** What decides the vocabulary. */
export interface Ids {
  /** Ids that occur. */
  readonly vocab: number;
  /** Of text; null where a task makes its own rows. */
  readonly tokenizer: Tokenizer | null;
}

/** A configuration that flags may add to, not contradict. */
interface ConfigFile {
  readonly config: JsonObject;
  readonly path: string;
  /** What to do about a contradiction. */
  readonly next: string;
}

/**
 * What to hand to `hybrid`.
 *
 * @throws OptionError when flags contradict each other or the file.
 */
export function modelConfig(asked: Asked, { vocab, tokenizer }: Ids, known: Known): Config {
  const given =
    asked.config === undefined
      ? fromFlags(asked, vocab, known)
      : fromFile(readKnown(asked.config, asked, known), asked, known);
  const config = { ...given, ...endsOf(given, asked, tokenizer) };
  const size = config.vocab_size ?? vocab;
  // Whoever reads the model later cannot tell bytes from a tokenizer's ids by a number above theirs.
  if (typeof size !== 'number' || size === vocab) return { ...config, vocab_size: size };
  if (size > vocab) return tokenizer?.kind === 'bytes' ? { ...config, vocabulary: 'bytes' } : config;
  throw new OptionError(
    `${asked.config ?? '--set'}: vocab_size is ${size} but the data have ${vocab} ids; set it to ${vocab} or more.`,
  );
}

/** Tokens of the beginning and end of a text, where the configuration names none. */
function endsOf(config: Config, { bos, eos }: Asked, tokenizer: Tokenizer | null): Config {
  const idOf = (name: string | undefined, own: number | null = null) =>
    (name === undefined ? null : tokenizer?.tokenToId(name)) ?? own;
  return {
    bos_token_id: config.bos_token_id ?? idOf(bos, tokenizer?.bosId),
    eos_token_id: config.eos_token_id ?? idOf(eos, tokenizer?.eosId),
  };
}

/**
 * That of a run that goes on: as it was recorded, where flags that are given again do not say otherwise.
 *
 * @param path of the record, for messages.
 */
export function resumedConfig(asked: Asked, model: JsonObject, path: string, known: Known): Config {
  const file = asked.config === undefined ? {} : readKnown(asked.config, asked, known).config;
  const next = 'leave the flag out, or choose another --out';
  return fromFile({ config: { ...model, ...file }, path: asked.config ?? path, next }, asked, known);
}

/** Small enough to train in a minute: the model of the small study, and the fields that flags name. */
function fromFlags(asked: Asked, vocab: number, known: Known): Config {
  const family = mixerNamed(known, asked.mixer ?? gatedDeltanet.name, '--mixer');
  const { hidden_size: width = 48, num_heads: heads = 2, head_dim } = asked.model as Record<string, number>;
  if (family.evenHeads && head_dim === undefined) requireDivides('train', '--heads', heads, '--hidden-size', width);
  return {
    model_type: family.model_type,
    vocab_size: vocab,
    hidden_size: width,
    num_hidden_layers: 4,
    intermediate_size: Math.max(16, 16 * Math.round(width / 6)),
    num_heads: heads,
    ...family.evenHeads?.(width, heads),
    initializer_range: 0.05,
    bos_token_id: null,
    eos_token_id: null,
    ...fieldsOf(asked, family, { hidden_size: width, num_heads: heads }),
  };
}

/** The fields that flags name. @param base the others. */
function fieldsOf({ model, ratio, set }: Asked, family: MixerFamily, base: Config): Config {
  const fields: Config = { ...model, ...ratioField(ratio, model.convention) };
  assign(fields, '--set', set);
  const known = [...Object.keys(modelFields), ...Object.keys(family.fields), ...places, 'num_heads', 'head_dim'];
  for (const field of Object.keys(fields)) {
    if (known.includes(field)) continue;
    const near = nearest(field, known);
    const next = near ? `did you mean ${near}?` : `its fields are ${known.sort().join(', ')}.`;
    throw new OptionError(`--set: ${family.name} has no field ${shown(field)}; ${next}`);
  }
  // Only some mixers have a head size of their own; for the others it follows from width and heads.
  if (fields.head_dim === undefined || 'head_dim' in family.fields) return fields;
  const { hidden_size, num_heads } = { ...base, ...fields };
  if (fields.head_dim !== Number(hidden_size) / Number(num_heads)) {
    throw new OptionError(
      `--head-dim is ${fields.head_dim} but a head of ${family.name} is hidden size / heads = ${hidden_size} / ${num_heads}; change one of the three.`,
    );
  }
  const { head_dim: _, ...others } = fields;
  return others;
}

/** Fields that say where full attention stands. */
const places = ['ratio', 'convention', 'pattern', 'attn'];

/** `--ratio` as config.json has it: r, one full layer in every r, is (r - 1):1. */
function ratioField(ratio: string | undefined, convention: unknown): Config {
  if (ratio === undefined || ratio === 'pure') return {};
  if (ratio.includes(':')) return { ratio };
  if (convention === undefined) return { ratio: `${Number(ratio) - 1}:1` };
  throw new OptionError(
    `--convention ${convention} says how to read n:1 but --ratio is ${ratio}; leave it out, or write n:1.`,
  );
}

/** A file whose fields are all known. */
function readKnown(path: string, asked: Asked, known: Known): ConfigFile {
  const file = { config: readConfigFile(path), path, next: 'leave the flag out or change the file' };
  knownConfig({ ...file.config, model_type: familyOf(file, asked, known).name }, known.mixers, path);
  return file;
}

/** A file, completed by flags. */
function fromFile(file: ConfigFile, asked: Asked, known: Known): Config {
  const { config, path, next } = file;
  const family = familyOf(file, asked, known);
  const flags = fieldsOf(asked, family, config);
  for (const [field, value] of Object.entries(flags)) {
    const before = config[field] ?? undefined;
    if (before === undefined || JSON.stringify(before) === JSON.stringify(value)) continue;
    throw new OptionError(
      `${path}: ${field} is ${shown(JSON.stringify(before))} but a flag says ${shown(JSON.stringify(value))}; ${next}.`,
    );
  }
  const there = places.find((field) => (config[field] ?? undefined) !== undefined);
  if (there && asked.ratio === 'pure') {
    throw new OptionError(`${path}: ${there} places full layers but --ratio is pure; ${next}.`);
  }
  return {
    bos_token_id: null,
    eos_token_id: null,
    ...config,
    model_type: config.model_type ?? family.model_type,
    ...flags,
  };
}

/** Of a configuration with `layers`, which may mix several linear mixers, it is the first of them. */
function familyOf({ config, path, next }: ConfigFile, { mixer }: Asked, known: Known): MixerFamily {
  const named = mixer === undefined ? null : mixerNamed(known, mixer, '--mixer');
  const { model_type = 'twill', layers } = config;
  const families = Array.isArray(layers) ? layers.map((name) => mixerNamed(known, name, `${path}: layers`)) : [];
  const family =
    model_type === 'twill' || model_type === null
      ? (families.find(({ role }) => role === 'linear') ?? families[0] ?? named)
      : mixerNamed(known, model_type, `${path}: model_type`);
  if (!family) throw new OptionError(`${path}: model_type is missing and there is no --mixer; give one of them.`);
  if (!named || named === family) return family;
  throw new OptionError(`${path}: model_type is "${family.model_type}" but --mixer says ${named.name}; ${next}.`);
}
