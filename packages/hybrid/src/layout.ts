// Which layer is which: ratios, patterns and lists, written out as FLA's `attn.layers`.
import { type Fields, type MixerFamily, modelFields, readFields } from '@twilljs/nn';
import { OptionError, oneOf, shown, whole } from '@twilljs/tensor';

type Json = Readonly<Record<string, unknown>>;

/** How a ratio is read: `3:1` as three linear layers and a full one, or, as `period`, one full layer in three. */
export type Convention = 'literal' | 'period';

/** The short forms, one of which may say which layer is which, and the heads of the softmax layers that it places. */
export const layoutFields = {
  /** `'3:1'`: three linear layers to one full one. */
  ratio: { type: 'string', default: null },
  /** How `ratio` is counted; absent: literal. */
  convention: { type: 'string', default: null, oneOf: ['literal', 'period'] },
  /** `'GGGA'`, repeated to the depth. */
  pattern: { type: 'string', default: null },
  /** A mixer's name for each layer. */
  layers: { type: 'strings', default: null },
  /** Also where the linear mixer has no such field. */
  num_heads: { type: 'integer', default: null },
  /** The name of what follows after all of these layers, beside them in number; its families are handed in as those of mixers are. */
  readout: { type: 'string', default: null },
} as const satisfies Fields;

/** `pure`, or r where one layer in every r is softmax attention. */
export type Ratio = 'pure' | `${number}`;

/**
 * Reads a ratio as people write it: `pure`, `3:1` (three linear layers, then a full one), or r as a text or a number (one full
 * layer in every r), so that `3:1` is the same as `4`.
 *
 * @returns null for anything else, and where every layer would be full.
 */
export function readRatio(value: unknown): Ratio | null {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return null;
  if (text === 'pure') return text;
  const [, linear, period] = /^(?:([1-9]\d{0,3}):1|([1-9]\d{0,3}))$/.exec(text) ?? [];
  const every = linear === undefined ? Number(period) : Number(linear) + 1;
  return every >= 2 ? `${every}` : null;
}

/**
 * Layers with softmax attention in a stack woven `r:1`.
 *
 * `literal`: r linear layers, then a full one, layer i is full iff (i+1) mod (r+1) = 0. `period`: one full layer in every r,
 * iff (i+1) mod r = 0, as in the paper's checkpoints.
 *
 * @param ratio `'3:1'`
 * @returns 0-based indices, ascending.
 * @throws OptionError for another form, or when no layer would be full.
 * @see A Systematic Analysis of Hybrid Linear Attention, https://arxiv.org/abs/2507.06457, section 3
 */
export function fullLayers(ratio: string, layers: number, convention: Convention = 'literal'): number[] {
  const match = typeof ratio === 'string' && /^([1-9]\d{0,4}):1$/.exec(ratio);
  if (!match) {
    throw new OptionError(
      `ratio: ${shown(ratio)} is not of the form r:1, linear layers to one full layer; write '3:1'.`,
    );
  }
  whole('ratio: the number of layers', layers, 1);
  oneOf('ratio: convention', convention, layoutFields.convention.oneOf);
  const period = Number(match[1]) + (convention === 'literal' ? 1 : 0);
  if (period > layers) {
    throw new OptionError(
      `ratio: ${ratio} (${convention}) needs ${period} layers for its first full one but the model has ${layers}; add layers or choose a smaller ratio.`,
    );
  }
  return every(layers, (i) => (i + 1) % period === 0);
}

/** Layers with `A` when a pattern such as `'GGGA'` is repeated to the depth; `G` is the linear mixer. */
export function patternLayers(pattern: string, layers: number): number[] {
  if (typeof pattern !== 'string' || !/^[AG]+$/.test(pattern)) {
    throw new OptionError(
      `pattern: ${shown(pattern)} has other letters than A (softmax attention) and G (the linear mixer); write GGGA.`,
    );
  }
  whole('pattern: the number of layers', layers, 1);
  if (pattern.length > layers) {
    throw new OptionError(
      `pattern: ${shown(pattern)} names ${pattern.length} layers but the model has ${layers}; add layers or shorten it.`,
    );
  }
  return every(layers, (i) => pattern[i % pattern.length] === 'A');
}

const every = (layers: number, is: (i: number) => boolean): number[] => [...new Array(layers).keys()].filter(is);

/** The family that a name of a package or an FLA model type stands for. @param where the field that names it. */
export function familyNamed(name: unknown, families: readonly MixerFamily[], where = 'layers'): MixerFamily {
  const family = families.find((f) => f.name === name || f.model_type === name);
  if (family) return family;
  const known = families.map((f) => f.name).join(', ');
  throw new OptionError(
    `${where}: ${shown(name)} is none of the mixers at hand, ${known}; choose one or hand its mixer in.`,
  );
}

export interface Layout {
  /** The configuration with every short form written out. */
  readonly json: Json;
  /** The family of each layer where several are linear; none where the model's own family and `attn` decide. */
  readonly listed: readonly MixerFamily[];
}

/**
 * Writes `ratio` (with `convention`), `pattern` or `layers` out as `attn.layers`. What was written stays in the configuration.
 *
 * @throws OptionError when two of them are given, or one contradicts `attn.layers`.
 */
export function writeOut(json: Json, families: readonly MixerFamily[]): Layout {
  const forms = (['ratio', 'pattern', 'layers'] as const).filter((form) => (json[form] ?? null) !== null);
  if (forms.length > 1)
    throw new OptionError(`config: ${forms.join(' and ')} are given, which each decide the layout; keep one.`);
  if (json.convention !== undefined && forms[0] !== 'ratio') {
    throw new OptionError(
      'config: convention is given without ratio, whose reading it decides; add ratio or remove it.',
    );
  }
  if (forms.length === 0) return { json, listed: [] };
  const { ratio, pattern, layers, convention } = readFields(layoutFields, json, 'config');
  if (layers !== null) return listed(json, layers, families);
  const family = familyNamed(json.model_type, families);
  const depth = depthOf(json, family);
  if (family.role === 'softmax') {
    throw new OptionError(
      `config: ${forms[0]} is given but every layer of ${family.name} is attention already; remove it.`,
    );
  }
  if (pattern !== null) return { json: withFull(json, patternLayers(pattern, depth), 'pattern'), listed: [] };
  const reading = convention ?? 'literal';
  const full = fullLayers(ratio as string, depth, reading);
  return { json: { ...withFull(json, full, 'ratio'), convention: reading }, listed: [] };
}

function depthOf(json: Json, family: MixerFamily): number {
  const depth = json.num_hidden_layers ?? family.defaults?.num_hidden_layers;
  const { num_hidden_layers } = modelFields;
  return readFields({ num_hidden_layers }, { num_hidden_layers: depth }, 'config').num_hidden_layers;
}

/** A list with one name per layer. Several linear mixers have no FLA configuration: their model type is `twill`. */
function listed(json: Json, layers: readonly string[], families: readonly MixerFamily[]): Layout {
  if (layers.length === 0) {
    throw new OptionError('config: layers is [] where one mixer name per layer is needed; write ["deltanet"].');
  }
  const named = layers.map((name) => familyNamed(name, families));
  if (json.num_hidden_layers !== undefined && json.num_hidden_layers !== named.length) {
    throw new OptionError(
      `config: layers names ${named.length} layers but num_hidden_layers is ${json.num_hidden_layers}; remove num_hidden_layers.`,
    );
  }
  const kinds = [...new Set(named.filter((f) => f.role === 'linear'))];
  const deep = { ...json, num_hidden_layers: named.length };
  if (kinds.length === 0) return { json: { ...deep, model_type: named[0].model_type }, listed: [] };
  const full = every(named.length, (i) => named[i].role === 'softmax');
  const woven = full.length > 0 ? withFull(deep, full, 'layers') : deep;
  if (kinds.length === 1) return { json: { ...woven, model_type: kinds[0].model_type }, listed: [] };
  return { json: { ...woven, model_type: 'twill', architectures: ['TwillForCausalLM'] }, listed: named };
}

/** `attn` with the full layers; its head count is the model's own unless given. */
function withFull(json: Json, full: readonly number[], form: string): Json {
  const attn = (json.attn ?? {}) as Json;
  if (Array.isArray(attn))
    throw new OptionError(`config: ${form} is given but attn is a list, which names its own layers; remove one.`);
  const { layers } = attn;
  const isSame = Array.isArray(layers) && layers.length === full.length && full.every((at, i) => at === layers[i]);
  if (layers !== undefined && !isSame) {
    throw new OptionError(
      `config: ${form} makes layers ${full} full but attn.layers is ${shown(layers)}; remove one of them.`,
    );
  }
  if (full.length === 0) return json;
  return { ...json, attn: { ...attn, num_heads: attn.num_heads ?? json.num_heads, layers: full } };
}
