// The configuration of a whole model, under FLA's names: from the JSON of a file or from options, checked, with defaults filled in.
import { OptionError, objectOnly, shown } from '@twilljs/tensor';
import { type Fields, readFields, type Values } from './config.ts';
import type { MixerFamily } from './mixer.ts';
import { attentionFields, labelFields, modelFields } from './model-fields.ts';

/** What a model is read to be: of two spellings of one thing, `hidden_act` and `pad_token_id` have FLA's. */
export type ModelFields = Values<typeof modelFields>;
export type AttentionFields = Values<typeof attentionFields>;

/** More parameters than the memory of one machine; beyond lies a slip of the pen. */
const MOST_PARAMETERS = 2 ** 37;

export interface ModelConfig {
  /** The family that `model_type` names: the mixer of every layer without softmax attention. */
  readonly family: MixerFamily;
  readonly model: ModelFields;
  /** The family's own fields, for its `create`. */
  readonly mixer: Values<Fields>;
  /** For each layer its entry of `attn`, or null where the family's mixer stands. */
  readonly attention: readonly (AttentionFields | null)[];
  /** All of it as it is written to `config.json`: what was read, unknown keys included, plus defaults. */
  readonly json: Readonly<Record<string, unknown>>;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a configuration in FLA's form.
 *
 * @param json `{ model_type, hidden_size, ..., attn }`; `model_type` may also be the name of a family's package.
 * @param families What `model_type` may name.
 * @param where What is read, for messages: the path of a file.
 * @throws OptionError naming the field, its value and what it may hold.
 */
export function readModelConfig(json: Json, families: readonly MixerFamily[], where = 'config'): ModelConfig {
  objectOnly(where, json);
  const family = findFamily(json.model_type, families, where);
  const model = inFlaTerms(readFields(withDefaults(modelFields, family.defaults ?? {}), json, where) as ModelFields);
  const mixer = readFields(family.fields, json, where);
  const groups = readAttention(json.attn, family, where);
  checkModel(model, json, family, where);
  return {
    family,
    model,
    mixer,
    attention: layersOf(groups, model.num_hidden_layers, where),
    json: {
      ...json,
      architectures: json.architectures ?? [family.architecture],
      model_type: family.model_type,
      ...model,
      ...mixer,
      ...(family.role === 'linear' && { attn: writtenAttention(json.attn, groups) }),
    },
  };
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

function checkModel(model: ModelFields, json: Json, family: MixerFamily, where: string): void {
  const { vocab_size, pad_token_id, attnres_block_size } = model;
  const { norm_first, elementwise_affine, vocabulary, dtype, torch_dtype } = readFields(labelFields, json, where);
  if (attnres_block_size !== null) {
    throw new OptionError(
      `${where}: attnres_block_size is ${attnres_block_size} but attention residuals are not supported; only null is.`,
    );
  }
  if (norm_first) {
    throw new OptionError(
      `${where}: norm_first is true, a block without norms of before 2025 that is not supported; only false is.`,
    );
  }
  if (!elementwise_affine && !('elementwise_affine' in family.fields)) {
    throw new OptionError(
      `${where}: elementwise_affine is false but the norms of ${family.model_type} have weights; only true is.`,
    );
  }
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

/** The entries of `attn`: none for null, one for an object, or a list of objects. */
function readAttention(attn: unknown, family: MixerFamily, where: string): AttentionFields[] {
  if (attn === undefined || attn === null) return [];
  if (family.role === 'softmax') {
    throw new OptionError(
      `${where}: attn is given but every layer of model_type ${family.model_type} is attention already; remove it.`,
    );
  }
  const entries = Array.isArray(attn) ? attn : [attn];
  return entries.map((entry: unknown, i) => {
    const at = Array.isArray(attn) ? `${where}: attn[${i}]` : `${where}: attn`;
    if (typeof entry === 'object' && entry !== null && !Array.isArray(entry))
      return readFields(attentionFields, entry as Json, at);
    throw new OptionError(
      `${at} is ${shown(entry, 80)} where an object with layers and num_heads is needed; correct it.`,
    );
  });
}

/** The entry of each layer. @throws OptionError for a layer that does not exist or is named twice. */
function layersOf(groups: readonly AttentionFields[], layers: number, where: string): (AttentionFields | null)[] {
  const attention = new Array<AttentionFields | null>(layers).fill(null);
  for (const group of groups) {
    for (const layer of group.layers) {
      if (layer >= layers) {
        throw new OptionError(
          `${where}: attn names layer ${layer} but num_hidden_layers is ${layers}; use 0 to ${layers - 1}.`,
        );
      }
      if (attention[layer]) throw new OptionError(`${where}: attn names layer ${layer} twice; name each layer once.`);
      attention[layer] = group;
    }
  }
  return attention;
}

/** `attn` in the form in which it was given, defaults filled in, unknown keys kept. */
function writtenAttention(attn: unknown, groups: readonly AttentionFields[]): unknown {
  const entries = (Array.isArray(attn) ? attn : [attn]) as Json[];
  const written = groups.map((group, i) => ({
    ...entries[i],
    ...group,
    num_kv_heads: group.num_kv_heads ?? group.num_heads,
  }));
  return Array.isArray(attn) ? written : (written[0] ?? null);
}
