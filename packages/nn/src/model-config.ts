// The configuration of a whole model, under FLA's names: from the JSON of a file or from options, checked, with defaults filled in.
import { OptionError, objectOnly, shown } from '@twilljs/tensor';
import { type AttnEntry, placed, readAttn, writtenAttn } from './attn-entries.ts';
import { type Fields, readFields, withoutNullFlags } from './config.ts';
import type { ConfiguredMixer, MixerFamily } from './mixer.ts';
import { closedFields, labelFields, type ModelFields, modelFields } from './model-fields.ts';

/** More parameters than the memory of one machine; beyond lies a slip of the pen. */
const MOST_PARAMETERS = 2 ** 37;

/** A configuration as it was read: the fields of the model, and for each layer its mixer. */
export interface ModelConfig {
  readonly model: ModelFields;
  /** The mixer that `model_type` names, or the linear ones of a list of layers: those that have fields in the configuration itself. */
  readonly mixers: readonly ConfiguredMixer[];
  /** What stands in each layer: one of `mixers`, or an entry of `attn`. */
  readonly layers: readonly ConfiguredMixer[];
  readonly attn: readonly AttnEntry[];
  /** All of it as it is written to `config.json`: what was read, unknown keys included, plus defaults. */
  readonly json: Readonly<Record<string, unknown>>;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a configuration in FLA's form.
 *
 * @param file `{ model_type, hidden_size, ..., attn }`; `model_type` may also be the name of a family's package.
 * @param families What `model_type` may name, and what serves the layers of `attn`.
 * @param where What is read, for messages: the path of a file.
 * @param listed The family of each layer, where the model has several linear ones: what `model_type` cannot say.
 * @throws OptionError naming the field, its value and what it may hold.
 */
export function readModelConfig(
  file: Json,
  families: readonly MixerFamily[],
  where = 'config',
  listed: readonly MixerFamily[] = [],
): ModelConfig {
  objectOnly(where, file);
  const linear = new Set(listed.filter(({ role }) => role === 'linear'));
  const named = linear.size > 0 ? [...linear] : [findFamily(file.model_type, families, where)];
  const [main] = named;
  const json = withoutNullFlags(Object.assign({}, modelFields, ...named.map(({ fields }) => fields)), file);
  const model = inFlaTerms(readFields(withDefaults(modelFields, main.defaults ?? {}), json, where) as ModelFields);
  const mixers = named.map((family) => ({ family, fields: readFields(family.fields, json, where) }));
  const ofFamily = new Map<MixerFamily | undefined, (typeof mixers)[number]>(
    mixers.map((mixer) => [mixer.family, mixer]),
  );
  const attn = readEntries(json.attn, main, families, where);
  checkModel(model, json, where);
  for (const { fields } of named) readFields({ ...closedFields, ...fields }, json, where); // refuses what is closed
  if (json.share_conv_kernel === true && mixers.some(({ fields }) => fields.use_short_conv === true)) {
    throw new OptionError(
      `${where}: share_conv_kernel is true but one convolution for queries, keys and values, of before July 2024, is not supported; only false is.`,
    );
  }
  return {
    model,
    mixers,
    layers: placed(attn, model.num_hidden_layers, where).map(
      (entry, i) => entry ?? ofFamily.get(listed[i]) ?? mixers[0],
    ),
    attn,
    json: {
      ...json,
      architectures: json.architectures ?? [main.architecture],
      model_type: linear.size > 0 ? json.model_type : main.model_type,
      ...model,
      ...(mixers.length === 1 && mixers[0].fields), // of several, a default of one would be a field of the others
      ...(main.role === 'linear' && { attn: writtenAttn(json.attn, attn) }),
    },
  };
}

function readEntries(
  attn: unknown,
  { role, model_type }: MixerFamily,
  families: readonly MixerFamily[],
  where: string,
): AttnEntry[] {
  if (role === 'linear' || (attn ?? null) === null) return readAttn(attn, families, where);
  throw new OptionError(
    `${where}: attn is given but every layer of model_type ${model_type} is attention already; remove it.`,
  );
}

/** Width of the MLP between its two projections. */
export function mlpWidth({ hidden_size, hidden_ratio, intermediate_size }: ModelFields): number {
  if (intermediate_size !== null) return intermediate_size;
  return 256 * Math.ceil(Math.trunc((hidden_size * (hidden_ratio ?? 4) * 2) / 3) / 256);
}

function findFamily(model_type: unknown, families: readonly MixerFamily[], where: string): MixerFamily {
  const family = families.find(({ name, model_type: type }) => model_type === type || model_type === name);
  if (family) return family;
  const known = families.map((f) => f.model_type).join(', ');
  if (model_type === undefined) throw new OptionError(`${where}: model_type is missing; add one of ${known}.`);
  throw new OptionError(
    `${where}: model_type ${shown(model_type, 80)} is none of the mixers at hand, ${known}; choose one or hand its mixer in.`,
  );
}

function withDefaults(table: Fields, defaults: Json): Fields {
  return Object.fromEntries(
    Object.entries(table).map(([name, field]) => [
      name,
      name in defaults ? { ...field, default: defaults[name] } : field,
    ]),
  ) as Fields;
}

/** Of two spellings of one thing FLA's, which it reads again. */
function inFlaTerms(model: ModelFields): ModelFields {
  return { ...model, hidden_act: 'swish', pad_token_id: model.pad_token_id === -1 ? null : model.pad_token_id };
}

function checkModel(model: ModelFields, json: Json, where: string): void {
  const { vocab_size, pad_token_id } = model;
  const { vocabulary, dtype, torch_dtype } = readFields(labelFields, json, where);
  if (model.fuse_cross_entropy && model.fuse_linear_cross_entropy) {
    throw new OptionError(
      `${where}: fuse_cross_entropy and fuse_linear_cross_entropy are both true; set one of them to false.`,
    );
  }
  if (pad_token_id !== null && pad_token_id >= vocab_size) {
    throw new OptionError(
      `${where}: pad_token_id=${pad_token_id} is no token of vocab_size=${vocab_size}; use null or a smaller one.`,
    );
  }
  if (vocabulary === 'bytes' && vocab_size < 256) {
    throw new OptionError(
      `${where}: vocabulary is "bytes" but vocab_size is ${vocab_size}; bytes need 256 ids or more, or leave it out.`,
    );
  }
  if (dtype && torch_dtype && dtype !== torch_dtype) {
    throw new OptionError(`${where}: dtype is "${dtype}" but torch_dtype is "${torch_dtype}"; remove one of them.`);
  }
  const atLeast = leastParameters(model);
  if (atLeast > MOST_PARAMETERS) {
    throw new OptionError(
      `${where}: asks for ${atLeast} parameters or more, above the limit of ${MOST_PARAMETERS}; choose smaller sizes.`,
    );
  }
}

/** Parameters of embeddings, head and MLPs: those that a model has whichever its mixers are. */
export function leastParameters(model: ModelFields): number {
  const { hidden_size, vocab_size, num_hidden_layers, tie_word_embeddings } = model;
  return hidden_size * (vocab_size * (tie_word_embeddings ? 1 : 2) + num_hidden_layers * 3 * mlpWidth(model));
}
