// The composer: from a configuration and mixers handed in as values to a model.
import {
  type AttentionFields,
  type Initializer,
  initializer,
  leastParameters,
  type MixerFamily,
  type ModelConfig,
  readFields,
  readModelConfig,
} from '@twilljs/nn';
import { type Device, knownOnly, OptionError, objectOnly, sameShape, shown, type Tensor } from '@twilljs/tensor';
import type { HybridConfig } from './config-type.ts';
import { writeOut } from './layout.ts';
import { LanguageModel, type Shared } from './model.ts';
import { checkMixers, knownConfig } from './names.ts';
import { reference } from './reference.ts';

type Json = Readonly<Record<string, unknown>>;

/** What `create` of any family takes; its own fields were read from its own table. */
type FamilyConfig = Parameters<MixerFamily['create']>[0];

export interface HybridOptions<Mixers extends readonly MixerFamily[] = readonly MixerFamily[]> {
  /** The families that the configuration may name; `twilljs` exports all of them as `mixers`. */
  readonly mixers: Mixers;
  /** Where weights come from. Default: seed 0 with the configuration's `initializer_range`. */
  readonly init?: Initializer;
  /** Where `model.to()` goes. Default: the reference, which says so; `twilljs` gives the best device. */
  readonly device?: () => Promise<Device>;
}

const optionNames = ['mixers', 'init', 'device'];

/**
 * A language model from a configuration in FLA's form, with three short forms for the layout: `ratio: '3:1'` (and
 * `convention`), `pattern: 'GGGA'`, or `layers: ['deltanet', 'attention']`.
 *
 * This is what a person writes: a name that no model here reads is refused, but for labels that files carry (`transformers_version`,
 * `auto_map`, ...). `compose`, `loadModel` and `modelFromFiles` take the configuration of a file, whatever else it holds.
 *
 * @param config `model_type`, `hidden_size`, `num_hidden_layers`, ..., `attn`; absent fields have FLA's defaults.
 * @throws OptionError naming the field and what it may hold, when one is unknown or contradicts another, or a mixer is not at hand;
 * DeviceError naming the bytes of a model that memory cannot hold, before a weight is drawn.
 * @example
 * hybrid({ model_type: 'gated_deltanet', hidden_size: 64, num_heads: 2, head_dim: 32, num_hidden_layers: 4, ratio: '3:1' }, { mixers })
 */
export function hybrid<const Mixers extends readonly MixerFamily[]>(
  config: HybridConfig<Mixers>,
  options: HybridOptions<Mixers>,
): LanguageModel {
  knownOnly('hybrid', options, optionNames);
  checkMixers('hybrid', options.mixers); // whose names knownConfig asks for
  knownConfig(config, options.mixers);
  return compose(config, options);
}

/**
 * The model of a configuration that no person wrote, such as the `config.json` of a checkpoint: names that nobody reads are kept
 * and change nothing.
 *
 * @throws OptionError as `hybrid`, but for unknown names in `config`.
 */
export function compose(config: Json, options: HybridOptions): LanguageModel {
  knownOnly('compose', options, optionNames);
  const { mixers: families, init, device } = options;
  const { json, linear, read, complete } = planned(config, families);
  const source = init ?? initializer(0, read.model.initializer_range);
  if (typeof source?.fork !== 'function' || typeof source.make !== 'function') {
    throw new OptionError(
      `hybrid: init is ${shown(init)} where an initializer is needed; give initializer(0) or shapesOnly().`,
    );
  }
  source.reserve?.(leastParameters(read.model));
  const layers = read.model.num_hidden_layers;
  const inner = source.fork('model');
  const configOf = once((family: MixerFamily) => {
    const fields = family === read.family ? read.mixer : readFields(family.fields, json, 'config');
    return { ...read.model, ...fields } as FamilyConfig;
  });
  const softmaxOf = once(
    (entry: AttentionFields) => ({ ...read.model, qk_norm: false, ...entry }) as unknown as FamilyConfig,
  );
  const used = new Set(linear.length > 0 ? linear.filter((f) => f?.role === 'linear') : [read.family]);
  const shared = sharedOf([...used] as MixerFamily[], (family) =>
    family.shared?.(configOf(family), { init: inner, layers }),
  );
  const mixers = read.attention.map((entry, layer) => {
    const init = inner.fork('layers').fork(layer).fork('attn');
    const context = { init, layer, layers, shared: shared.parameters };
    if (entry) return softmaxFamily(families).create(softmaxOf(entry), context);
    const family = linear[layer] ?? read.family;
    return family.create(configOf(family), context);
  });
  return new LanguageModel(complete, mixers, source, shared, device ?? reference);
}

/** Many layers have one configuration. */
function once<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}

/** The configuration of the model that `compose` would make, before anything is made. @throws OptionError as `compose`. */
export function hybridConfig(config: Json, families: readonly MixerFamily[]): ModelConfig {
  return planned(config, families).complete;
}

function planned(config: Json, families: readonly MixerFamily[]) {
  objectOnly('config', config);
  checkMixers('hybrid', families);
  const { json, linear } = writeOut(config, families);
  const main = linear.find((f) => f?.role === 'linear') ?? null;
  const read = readModelConfig(main ? { ...json, model_type: main.model_type } : json, families);
  const complete: ModelConfig = main ? { ...read, json: severalMixers(read, json) } : read;
  return { json, linear, read, complete };
}

/** What the families want from the whole model. A name is one parameter, whoever asks for it. */
function sharedOf(
  families: readonly MixerFamily[],
  ask: (family: MixerFamily) => Readonly<Record<string, Tensor>> | undefined,
): Shared {
  const parameters: Record<string, Tensor> = {};
  for (const family of families) {
    for (const [name, t] of Object.entries(ask(family) ?? {})) {
      const there = parameters[name];
      if (there && !sameShape(there.shape, t.shape)) {
        throw new OptionError(
          `config: ${family.name} wants ${name} [${t.shape}] where another mixer has [${there.shape}]; let both agree.`,
        );
      }
      parameters[name] ??= t;
    }
  }
  return { parameters, noDecay: families.flatMap((family) => family.noDecay ?? []) };
}

function softmaxFamily(families: readonly MixerFamily[]): MixerFamily {
  const family = families.find((f) => f.role === 'softmax');
  if (family) return family;
  throw new OptionError(
    'config: attn names layers with softmax attention but no such mixer is at hand; hand in @twilljs/attention.',
  );
}

/** Without defaults of mixer fields, which are another family's for other layers, and under its own model type. */
function severalMixers({ json, mixer }: ModelConfig, given: Readonly<Record<string, unknown>>): ModelConfig['json'] {
  const kept = Object.entries(json).filter(([key]) => key in given || !(key in mixer));
  return { ...Object.fromEntries(kept), model_type: given.model_type, architectures: given.architectures };
}
