// Fields of PEFT that make an adapter compute something else than a low-rank part beside linear layers: refused, each with its reason.
import type { Json, JsonObject } from '@twilljs/hub';
import { OptionError, shown } from '@twilljs/tensor';

/** What each of them would change. */
const reasons: Readonly<Record<string, string>> = {
  alora_invocation_tokens: 'the adapter acts only after certain tokens (aLoRA)',
  arrow_config: 'several adapters are mixed by a router (Arrow)',
  bias: 'biases of the base are trained and replaced',
  fan_in_fan_out: 'the weights of the base are stored transposed, which no layer here is',
  kasa_config: 'the base is changed by a decomposition (KaSA)',
  layer_replication: 'layers of the base are repeated',
  lora_bias: 'the low-rank part has a bias',
  megatron_config: 'the layers are those of Megatron',
  modules_to_save: 'whole modules of the base are replaced',
  monteclora_config: 'the low-rank part is random (MonteCLoRA)',
  target_parameters: 'it adapts parameters that belong to no linear layer',
  trainable_token_indices: 'rows of the embeddings are replaced',
  use_bdlora: 'the low-rank part is block diagonal (BD-LoRA)',
  use_dora: 'the columns of the adapted matrix are rescaled (DoRA)',
  use_qalora: 'inputs are pooled in groups before the low-rank part (QALoRA)',
};

/** Initial values that leave the base as it is. With others (PiSSA, OLoRA, CorDA, LoftQ) an adapter belongs to a changed base. */
const harmless: readonly Json[] = [true, false, 'gaussian', 'orthogonal', 'eva'];

/** What Twill reads, and what says nothing of the computation: labels, and settings of initialisations. */
const known: ReadonlySet<string> = new Set([
  ...['peft_type', 'r', 'lora_alpha', 'use_rslora', 'target_modules', 'exclude_modules', 'rank_pattern'],
  ...['alpha_pattern', 'layers_to_transform', 'layers_pattern', 'lora_dropout', 'init_lora_weights'],
  ...['auto_mapping', 'base_model_name_or_path', 'inference_mode', 'peft_version', 'revision', 'task_type'],
  ...[
    'loftq_config',
    'corda_config',
    'eva_config',
    'lora_ga_config',
    'runtime_config',
    'velora_config',
    'ensure_weight_tying',
  ],
  ...['megatron_core', 'qalora_group_size'],
]);

/** Names that a configuration may have, whether their values can be done or not. */
export const otherFields: readonly string[] = /* @__PURE__ */ [...known, ...Object.keys(reasons)];

const isNothing = (value: Json): boolean =>
  value === null ||
  value === false ||
  value === 'none' ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/** @throws OptionError for a field of a low-rank configuration that asks for what is not computed here, known or not. */
export function refuseForeign(config: JsonObject, where: string): void {
  for (const [name, value] of Object.entries(config)) {
    if (name === 'init_lora_weights' && !harmless.includes(value)) {
      throw new OptionError(
        `${where}: init_lora_weights is ${shown(value)}, which changes the weights of the base, so that the adapter does not belong to it as it is stored; let PEFT convert it (save_pretrained with path_initial_model_for_weight_conversion).`,
      );
    }
    if (known.has(name) || value === undefined || isNothing(value)) continue;
    const why = Object.hasOwn(reasons, name) ? `: ${reasons[name]}, which is` : ', a field whose meaning is';
    throw new OptionError(
      `${where}: ${name} is ${shown(value)}${why} not computed here; train the adapter without it.`,
    );
  }
}

/** What of a configuration is not done, though the adapter computes the same, one line each. */
export function notesOn({ lora_dropout }: JsonObject, where: string): string[] {
  if (typeof lora_dropout !== 'number' || lora_dropout === 0) return [];
  return [`${where}: lora_dropout is ${lora_dropout}, which is not applied: Twill trains without dropout.`];
}
