// The configuration of the model to train: from flags, from a file, or from both where they agree.
import type { JsonObject } from '@twilljs/hub';
import { readConfigFile } from '@twilljs/hub/node';
import { knownConfig } from '@twilljs/hybrid';
import { type MixerFamily, modelFields, requireDivides } from '@twilljs/nn';
import { nearest, OptionError } from '@twilljs/tensor';
import { shown } from '../flags.ts';
import { type Given, isModule } from './flags.ts';

type Config = Record<string, unknown>;

/** Fields that say where full attention stands. */
const layouts = ['ratio', 'pattern', 'layers', 'attn'] as const;
type Layout = (typeof layouts)[number];

/**
 * What to hand to `hybrid`.
 *
 * @param vocab ids that the data use.
 * @param mixers of `mixersWith`; families of the user's own come first.
 * @throws OptionError when flags contradict each other or the file.
 */
export function modelConfig(given: Given, vocab: number, mixers: readonly MixerFamily[]): Config {
  checkLayout(given, mixers);
  const config =
    given.config === undefined
      ? fromFlags(given, vocab, mixers)
      : { vocab_size: vocab, ...fromFile(readKnown(given.config, given, mixers), given, mixers) };
  const { vocab_size: size } = config;
  // Whoever reads the model later cannot tell bytes from a tokenizer's ids by a number above theirs.
  if (typeof size !== 'number' || size === vocab) return config;
  if (size > vocab) return given.data ? { ...config, vocabulary: 'bytes' } : config;
  throw new OptionError(
    `${given.config ?? '--set'}: vocab_size is ${size} but the data have ${vocab} ids; set it to ${vocab} or more.`,
  );
}

/**
 * That of a run that goes on: as it was recorded, where flags that are given again do not say otherwise.
 *
 * @param path of the record, for messages.
 */
export function resumedConfig(given: Given, model: JsonObject, path: string, mixers: readonly MixerFamily[]): Config {
  checkLayout(given, mixers);
  const next = 'leave the flag out, or choose another --out';
  const file = given.config === undefined ? {} : readKnown(given.config, given, mixers).config;
  const places = layouts.some((field) => field in file);
  const config = {
    ...Object.fromEntries(Object.entries(model).filter(([field]) => !places || !isLayout(field))),
    ...file,
  };
  return fromFile({ config, path: given.config ?? path, next }, given, mixers);
}

const isLayout = (field: string): boolean => field === 'convention' || layouts.includes(field as Layout);

function fromFlags(given: Given, vocab: number, mixers: readonly MixerFamily[]): Config {
  const family = findMixer(given.mixer ?? 'gated-deltanet', mixers);
  return { ...defaults(family, given, vocab), ...fieldsOf(given, family, {}) };
}

/** A mixer by its name, by FLA's model_type, or the one of a module. */
function findMixer(name: string, mixers: readonly MixerFamily[]): MixerFamily {
  if (isModule(name)) return mixers[0];
  const family = mixers.find((m) => m.name === name || m.model_type === name);
  if (family) return family;
  const names = mixers.map((m) => m.name).join(', ');
  throw new OptionError(
    `--mixer is "${shown(name)}", which is no mixer of this version; choose ${names}, or give the path of a module with your own.`,
  );
}

function checkLayout({ ratio, pattern, convention, mixer }: Given, mixers: readonly MixerFamily[]): void {
  if (ratio !== undefined && pattern !== undefined) {
    throw new OptionError(
      `--ratio ${shown(ratio)} and --pattern ${shown(pattern)} both place the full layers; give one of them.`,
    );
  }
  if (convention !== undefined && ratio === undefined) {
    throw new OptionError(`--convention ${convention} says how to read --ratio, which is missing; add it.`);
  }
  if (convention !== undefined && !ratio?.includes(':')) {
    throw new OptionError(
      `--convention ${convention} says how to read n:1 but --ratio is ${ratio}; leave it out, or write n:1.`,
    );
  }
  const layout = ratio === 'pure' ? pattern : (ratio ?? pattern);
  if (layout !== undefined && mixer !== undefined && findMixer(mixer, mixers).role === 'softmax') {
    const flag = ratio === undefined ? '--pattern' : '--ratio';
    throw new OptionError(
      `${flag} ${shown(layout)} mixes in full attention, but with --mixer ${mixer} every layer is that already; leave one out.`,
    );
  }
}

/** Small enough to train in a minute: the model of the small study. */
function defaults(family: MixerFamily, given: Given, vocab: number): Config {
  const width = given.hiddenSize ?? 48;
  const heads = given.heads ?? 2;
  if (family.evenHeads && given.headDim === undefined)
    requireDivides('train', '--heads', heads, '--hidden-size', width);
  return {
    model_type: family.model_type,
    vocab_size: vocab,
    hidden_size: width,
    num_hidden_layers: given.layers ?? 4,
    intermediate_size: Math.max(16, 16 * Math.round(width / 6)),
    num_heads: heads,
    ...family.evenHeads?.(width, heads),
    initializer_range: 0.05,
    bos_token_id: null,
    eos_token_id: null,
  };
}

/** The fields that flags name. */
function fieldsOf(given: Given, family: MixerFamily, base: Config): Config {
  const { hiddenSize, layers, heads, intermediateSize, initStd, ratio, convention, pattern } = given;
  const named = {
    hidden_size: hiddenSize,
    num_hidden_layers: layers,
    num_heads: heads,
    head_dim: headDim(given, family, base),
    intermediate_size: intermediateSize,
    initializer_range: initStd,
    ratio: ratioField(ratio),
    convention,
    pattern,
  };
  const fields: Config = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
  for (const [field, value] of (given.set ?? []).map((text) => setting(text, family))) {
    if (field in fields && fields[field] !== value) {
      throw new OptionError(
        `--set ${field}=${JSON.stringify(value)} contradicts the flag that says ${JSON.stringify(fields[field])}; give one of them.`,
      );
    }
    fields[field] = value;
  }
  return fields;
}

/** `--ratio` as config.json has it: r, one full layer in every r, is (r - 1):1. */
function ratioField(ratio: string | undefined): string | undefined {
  if (ratio === undefined || ratio === 'pure') return undefined;
  return ratio.includes(':') ? ratio : `${Number(ratio) - 1}:1`;
}

/** Only some mixers have a head size of their own; for the others it follows from width and heads. */
function headDim({ headDim: size, ...given }: Given, family: MixerFamily, base: Config): number | undefined {
  const { hiddenSize = base.hidden_size ?? 48, heads = base.num_heads ?? 2 } = given;
  if (size === undefined || 'head_dim' in family.fields || size * Number(heads) === hiddenSize) {
    return 'head_dim' in family.fields ? size : undefined;
  }
  throw new OptionError(
    `--head-dim is ${size} but a head of ${family.name} is hidden size / heads = ${hiddenSize} / ${heads}; change one of the three.`,
  );
}

/** `field=value`, where the value is JSON or a word. */
function setting(text: string, family: MixerFamily): [string, unknown] {
  const [, field, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (field === undefined) throw new OptionError(`--set is "${shown(text)}" where field=value is needed; correct it.`);
  const known = [...Object.keys(modelFields), ...Object.keys(family.fields), 'attn'];
  if (!known.includes(field)) {
    const near = nearest(field, known);
    const next = near ? `did you mean ${near}?` : `its fields are ${known.sort().join(', ')}.`;
    throw new OptionError(`--set: ${family.name} has no field ${shown(field)}; ${next}`);
  }
  try {
    return [field, JSON.parse(value)];
  } catch {
    return [field, value];
  }
}

/** A configuration that flags may add to, not contradict. */
interface ConfigFile {
  readonly config: JsonObject;
  readonly path: string;
  /** What to do about a contradiction. */
  readonly next: string;
}

/** A file whose fields are all known. */
function readKnown(path: string, given: Given, mixers: readonly MixerFamily[]): ConfigFile {
  const file = { config: readConfigFile(path), path, next: 'leave the flag out or change the file' };
  knownConfig({ ...file.config, model_type: familyOf(file, given, mixers).name }, mixers, path);
  return file;
}

/** A file, completed by flags. */
function fromFile(from: ConfigFile, given: Given, mixers: readonly MixerFamily[]): Config {
  const { config: file, path, next } = from;
  const family = familyOf(from, given, mixers);
  const flags = fieldsOf(given, family, file);
  for (const [field, value] of Object.entries(flags)) {
    const before = file[field] ?? undefined;
    if (before === undefined || JSON.stringify(before) === JSON.stringify(value)) continue;
    throw new OptionError(
      `${path}: ${field} is ${shown(JSON.stringify(before))} but a flag says ${shown(JSON.stringify(value))}; ${next}.`,
    );
  }
  const there = layouts.find((field) => (file[field] ?? undefined) !== undefined && !(field in flags));
  const added = layouts.find((field) => field in flags && (file[field] ?? undefined) === undefined);
  if (there && there !== 'layers' && given.ratio === 'pure') {
    throw new OptionError(`${path}: ${there} places full layers but --ratio is pure; ${next}.`);
  }
  if (there && added) {
    throw new OptionError(
      `${path}: ${there} already places the full layers, and --${added} would do so too; leave one out.`,
    );
  }
  return {
    bos_token_id: null,
    eos_token_id: null,
    ...file,
    model_type: file.model_type ?? family.model_type,
    ...flags,
  };
}

/** Of a configuration with `layers`, which may mix several linear mixers: the first of them. */
function firstLinear({ layers }: JsonObject, mixers: readonly MixerFamily[]): unknown {
  if (!Array.isArray(layers)) return undefined;
  const families = layers.map((name) => mixers.find((m) => m.name === name || m.model_type === name));
  return (families.find((m) => m?.role === 'linear') ?? families[0])?.model_type;
}

function familyOf(
  { config: file, path, next }: ConfigFile,
  { mixer }: Given,
  mixers: readonly MixerFamily[],
): MixerFamily {
  const named = mixer === undefined ? null : findMixer(mixer, mixers);
  const model_type =
    file.model_type === 'twill' || file.model_type === undefined ? firstLinear(file, mixers) : file.model_type;
  if (model_type === undefined || model_type === null) {
    if (named) return named;
    throw new OptionError(`${path}: model_type is missing and there is no --mixer; give one of them.`);
  }
  const family = mixers.find((m) => m.name === model_type || m.model_type === model_type);
  if (!family) {
    const names = mixers.map((m) => m.model_type).join(', ');
    throw new OptionError(
      `${path}: model_type is ${shown(JSON.stringify(model_type))}, which this version has not; it has ${names}.`,
    );
  }
  if (named && named !== family) {
    throw new OptionError(`${path}: model_type is "${model_type}" but --mixer says ${named.name}; ${next}.`);
  }
  return family;
}
