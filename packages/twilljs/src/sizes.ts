// Sizes of models: the paper's two, that of one night on one machine, and those of the small study.
import type { ModelSize } from '@twilljs/sweep';

type Json = Readonly<Record<string, unknown>>;

/** Of the paper, section 3; what its checkpoints do not tell is FLA's default at the same depth and width. */
const paper = {
  model: { num_hidden_layers: 24, vocab_size: 32000, max_position_embeddings: 4096 },
  attn: { num_heads: 32, num_kv_heads: 8, qkv_bias: false, rope_theta: 10000, window_size: null },
};

/** Heads of 256, values as wide as keys: the paper's checkpoints, not FLA's defaults. */
const gatedDeltanet = (num_heads: number) => ({ num_heads, head_dim: 256, expand_v: 1 });
const retnet = { expand_k: 1, expand_v: 2, num_heads: 8, hidden_ratio: 2 };
const gla = { num_heads: 4, expand_k: 0.5, expand_v: 1 };

/** What models of bytes and of tasks share: no special ids, initial weights for few steps. */
export const short = { bos_token_id: null, eos_token_id: null, initializer_range: 0.05 };

/** Widths of the mixers where all have the same heads: [width] in [heads]. */
export function alike(width: number, num_heads: number): Pick<ModelSize, 'attn' | 'mixers'> {
  return {
    attn: { num_heads },
    mixers: {
      hgrn: { expand_ratio: 1 },
      hgrn2: { expand_ratio: width / num_heads },
      retnet: { num_heads, expand_k: 1, expand_v: 2 },
      gla: { num_heads, expand_k: 0.5, expand_v: 1 },
      deltanet: { num_heads },
      'gated-deltanet': { num_heads, head_dim: width / num_heads, expand_v: 1 },
      attention: { num_heads },
    },
  };
}

/** By name. `recall` and `language` are the small study's, `mini` that of one night. */
export const modelSizes = {
  recall: {
    name: 'recall',
    model: { num_hidden_layers: 2, hidden_size: 48, intermediate_size: 96, vocab_size: 64, ...short },
    ...alike(48, 2),
  },
  language: {
    name: 'language',
    model: { num_hidden_layers: 4, hidden_size: 48, intermediate_size: 128, vocab_size: 256, ...short },
    ...alike(48, 2),
  },
  mini: {
    name: 'mini',
    model: { num_hidden_layers: 12, hidden_size: 96, intermediate_size: 256, vocab_size: 256, ...short },
    ...alike(96, 3),
  },
  '340M': {
    ...paper,
    name: '340M',
    model: { ...paper.model, hidden_size: 1024 },
    mixers: {
      hgrn: { expand_ratio: 1 },
      hgrn2: { expand_ratio: 128 },
      retnet,
      gla,
      deltanet: { num_heads: 8 },
      'gated-deltanet': gatedDeltanet(4),
      attention: { num_heads: 16 },
    },
  },
  '1.3B': {
    ...paper,
    name: '1.3B',
    model: { ...paper.model, hidden_size: 2048 },
    mixers: {
      hgrn: { expand_ratio: 1 },
      hgrn2: { expand_ratio: 128 },
      retnet,
      gla,
      deltanet: { num_heads: 16 },
      'gated-deltanet': gatedDeltanet(8),
      attention: { num_heads: 32 },
    },
  },
} as const satisfies Record<string, ModelSize>;

/** Gated DeltaNet as FLA's defaults and flame's `340M` file have it: by name, complete configurations. */
export const otherModels: Readonly<Record<string, Json>> = {
  'gated-deltanet-340M-21-layers': {
    model_type: 'gated_deltanet',
    num_hidden_layers: 21,
    hidden_size: 1024,
    num_heads: 3,
    vocab_size: 32000,
  },
  'gated-deltanet-1.3B-21-layers': {
    model_type: 'gated_deltanet',
    num_hidden_layers: 21,
    hidden_size: 2048,
    num_heads: 6,
    vocab_size: 32000,
  },
  'gated-deltanet-340M-6-heads': {
    model_type: 'gated_deltanet',
    num_hidden_layers: 21,
    hidden_size: 1024,
    num_heads: 6,
    vocab_size: 32000,
  },
};
