// The composer: from a configuration and mixers handed in as values to a model.
import {
  type ConfiguredMixer,
  type Fields,
  type Initializer,
  initializer,
  leastParameters,
  type MixerFamily,
  type ModelConfig,
  type ModelFields,
  readModelConfig,
  type Values,
} from '@twilljs/nn';
import { type Device, knownOnly, OptionError, objectOnly, sameShape, shown, type Tensor } from '@twilljs/tensor';
import type { HybridConfig } from './config-type.ts';
import { familyNamed, writeOut } from './layout.ts';
import { LanguageModel } from './model.ts';
import { checkMixers, knownConfig } from './names.ts';
import { PreNormBlock } from './pre-norm-block.ts';
import { reference } from './reference.ts';
import type { Shared } from './stack.ts';

type Json = Readonly<Record<string, unknown>>;

/** What `create` and `block` of any family take; its own fields were read from its own table. */
type FamilyConfig = Values<Fields> & ModelFields;

/** Of which mixers a model is made, its initial weights, and the device of `to()`. */
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
 * `auto_map`, ...). `compose`, `load` and `modelFromFiles` take the configuration of a file, whatever else it holds.
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
  const read = hybridConfig(config, families);
  const source = init ?? initializer(0, read.model.initializer_range);
  if (typeof source?.fork !== 'function' || typeof source.make !== 'function') {
    throw new OptionError(
      `hybrid: init is ${shown(init)} where an initializer is needed; give initializer(0) or shapesOnly().`,
    );
  }
  source.reserve?.(leastParameters(read.model));
  const layers = read.layers.length;
  const inner = source.fork('model');
  const configOf = ({ fields }: ConfiguredMixer) => ({ ...read.model, ...fields }) as FamilyConfig;
  const shared = sharedOf(read.mixers, (mixer) => mixer.family.shared?.(configOf(mixer), { init: inner, layers }));
  const blocks = read.layers.map((mixer, layer) => {
    const { family } = mixer;
    const config = configOf(mixer);
    const init = inner.fork('layers').fork(layer);
    const made = family.create(config, { init: init.fork('attn'), layer, layers, shared: shared.parameters });
    return family.block?.(config, made, init) ?? new PreNormBlock(config, made, init);
  });
  return new LanguageModel(read, blocks, source, shared, device ?? reference);
}

/** The configuration of the model that `compose` would make, before anything is made. @throws OptionError as `compose`. */
export function hybridConfig(config: Json, families: readonly MixerFamily[]): ModelConfig {
  objectOnly('config', config);
  checkMixers('hybrid', families);
  const { json, listed } = writeOut(config, families);
  const read = readModelConfig(json, families, 'config', listed);
  const { readout } = json;
  if (!readout) return read;
  return { ...read, layers: [...read.layers, { family: familyNamed(readout, families, 'readout'), fields: {} }] };
}

/** What the families want from the whole model. A name is one parameter, whoever asks for it. */
function sharedOf(
  mixers: readonly ConfiguredMixer[],
  ask: (mixer: ConfiguredMixer) => Readonly<Record<string, Tensor>> | undefined,
): Shared {
  const parameters: Record<string, Tensor> = {};
  for (const mixer of mixers) {
    for (const [name, t] of Object.entries(ask(mixer) ?? {})) {
      const there = parameters[name];
      if (there && !sameShape(there.shape, t.shape)) {
        throw new OptionError(
          `config: ${mixer.family.name} wants ${name} [${t.shape}] where another mixer has [${there.shape}]; let both agree.`,
        );
      }
      parameters[name] ??= t;
    }
  }
  return { parameters, noDecay: mixers.flatMap(({ family }) => family.noDecay ?? []) };
}
