// The names of a configuration, under FLA's names: what every model has, what only labels a file, and what cannot be chosen.
import type { Fields, Values } from './config.ts';

/** The fields that all families share. A family's `defaults` may replace a default. */
export const modelFields = {
  hidden_size: { type: 'integer', default: 2048 },
  num_hidden_layers: { type: 'integer', default: 24, max: 2 ** 14 },
  vocab_size: { type: 'integer', default: 32000, max: 2 ** 24 },
  /** Width of the MLP; null: 2/3 of hidden_ratio x hidden_size, rounded up to a multiple of 256. */
  intermediate_size: { type: 'integer', default: null, max: 2 ** 22 },
  hidden_ratio: { type: 'number', default: 4, nullable: true, above: 0, max: 1024 },
  /** One function under two names; FLA writes the first. */
  hidden_act: { type: 'string', default: 'swish', oneOf: ['swish', 'silu'] },
  norm_eps: { type: 'number', default: 1e-6, min: 0, max: 1 },
  initializer_range: { type: 'number', default: 0.02, min: 0 },
  tie_word_embeddings: { type: 'boolean', default: false },
  max_position_embeddings: { type: 'integer', default: 2048, nullable: true, max: 2 ** 40 },
  /** -1, as some files have it, means none, as null does. */
  pad_token_id: { type: 'integer', default: null, min: -1, max: 2 ** 24 },
  bos_token_id: { type: 'integer', default: 1, nullable: true, min: 0, max: 2 ** 24, orList: true },
  eos_token_id: { type: 'integer', default: 2, nullable: true, min: 0, max: 2 ** 24, orList: true },
  use_cache: { type: 'boolean', default: true },
  use_l2warp: { type: 'boolean', default: false },
  fuse_norm: { type: 'boolean', default: true },
  fuse_swiglu: { type: 'boolean', default: true },
  fuse_cross_entropy: { type: 'boolean', default: true },
  fuse_linear_cross_entropy: { type: 'boolean', default: false },
  attnres_block_size: { type: 'integer', default: null, only: 'attention residuals are not supported' },
} as const satisfies Fields;

/** What a model is read to be: of two spellings of one thing, `hidden_act` and `pad_token_id` have FLA's. */
export type ModelFields = Values<typeof modelFields>;

/** What an entry of `attn` has beside the fields of the softmax family. */
export const placeFields = { layers: { type: 'integers', min: 0 } } as const satisfies Fields;

/** Types of stored weights that a configuration may name. */
const storageTypes = ['float32', 'float64', 'float16', 'bfloat16'] as const;

/** What a configuration says of its file: which model it is, and how its weights are stored. */
export const labelFields = {
  model_type: { type: 'string', default: null },
  architectures: { type: 'strings', default: null },
  dtype: { type: 'string', default: null, oneOf: storageTypes },
  torch_dtype: { type: 'string', default: null, oneOf: storageTypes },
  /** What the ids stand for, where it is known. */
  vocabulary: { type: 'string', default: null, oneOf: ['bytes'] },
} as const satisfies Fields;

/** Settings of files that can only be what they are by default, but where a family has the field itself. */
export const closedFields = {
  norm_first: {
    type: 'boolean',
    default: false,
    nullable: true,
    only: 'blocks without norms, of before 2025, are not supported',
  },
  elementwise_affine: {
    type: 'boolean',
    default: true,
    nullable: true,
    only: 'the norms of this mixer have weights',
  },
} as const satisfies Fields;

/**
 * Names that files carry and no model depends on: the kernel that FLA chose, where a file comes from, and settings of generation
 * that Transformers kept in `config.json`. Accepted and kept, never read.
 */
export const unreadName =
  /^(_.*|attn_mode|auto_map|transformers_version|name_or_path|tokenizer_class|torchscript|(id2|num_)labels?|label2id|problem_type|finetuning_task|prefix|task_specific_params|is_decoder|(is|tie)_encoder_decoder|add_cross_attention|cross_attention_hidden_size|pruned_heads|pretraining_tp|chunk_size_feed_forward|use_bfloat16|tf_legacy_loss|(use_)?return_dict(_in_generate)?|output_(attentions|hidden_states|scores)|remove_invalid_values|(max|min)_length|do_sample|early_stopping|num_beams|num_beam_groups|num_return_sequences|diversity_penalty|temperature|top_[kp]|typical_p|(repetition|length|exponential_decay_length)_penalty|(encoder_)?no_repeat_ngram_size|bad_words_ids|(begin_)?suppress_tokens|(forced_[be]os|sep|unk|decoder_start)_token_id)$/;

/** Names that other libraries give to fields of FLA. */
export const otherNames: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['num_attention_heads', 'num_heads'],
  ['n_head', 'num_heads'],
  ['n_heads', 'num_heads'],
  ['num_key_value_heads', 'num_kv_heads'],
  ['n_kv_heads', 'num_kv_heads'],
  ['linear_num_key_heads', 'num_heads'],
  ['linear_num_value_heads', 'num_v_heads'],
  ['linear_key_head_dim', 'head_dim'],
  ['linear_conv_kernel_dim', 'conv_size'],
  ['num_layers', 'num_hidden_layers'],
  ['n_layer', 'num_hidden_layers'],
  ['n_layers', 'num_hidden_layers'],
  ['n_embd', 'hidden_size'],
  ['d_model', 'hidden_size'],
  ['dim', 'hidden_size'],
  ['n_inner', 'intermediate_size'],
  ['d_ff', 'intermediate_size'],
  ['ffn_hidden_size', 'intermediate_size'],
  ['rms_norm_eps', 'norm_eps'],
  ['layer_norm_eps', 'norm_eps'],
  ['layer_norm_epsilon', 'norm_eps'],
  ['layernorm_epsilon', 'norm_eps'],
  ['hidden_activation', 'hidden_act'],
  ['activation_function', 'hidden_act'],
  ['attention_bias', 'qkv_bias'],
  ['sliding_window', 'window_size'],
  ['rope_base', 'rope_theta'],
  ['rotary_emb_base', 'rope_theta'],
]);
