// What PEFT 0.21.2 (get_peft_model) makes of configurations on the modules of `config`: paths without `model.layers.`, ranks and scales.
import type { LoraConfig } from './index.ts';

export const config = {
  ...{ model_type: 'gla', hidden_size: 16, num_heads: 2, num_hidden_layers: 3, vocab_size: 32 },
  attn: { layers: [1], num_heads: 2 },
};

type Rule = [
  given: Omit<LoraConfig, 'peft_type'>,
  adapted: readonly (readonly [path: string, r: number, scale: number])[] | null,
];

/** Null where PEFT refuses the configuration, or adapts what is no linear layer. */
export const rules: readonly Rule[] = [
  [
    { target_modules: ['q_proj', 'v_proj'] },
    [
      ['0.attn.q_proj', 8, 1.0],
      ['0.attn.v_proj', 8, 1.0],
      ['1.attn.q_proj', 8, 1.0],
      ['1.attn.v_proj', 8, 1.0],
      ['2.attn.q_proj', 8, 1.0],
      ['2.attn.v_proj', 8, 1.0],
    ],
  ],
  [
    { target_modules: ['attn.q_proj'], r: 4, lora_alpha: 6, use_rslora: true },
    [
      ['0.attn.q_proj', 4, 3.0],
      ['1.attn.q_proj', 4, 3.0],
      ['2.attn.q_proj', 4, 3.0],
    ],
  ],
  [{ target_modules: ['proj'] }, null],
  [{ target_modules: ['model.layers.2.mlp.up_proj'] }, [['2.mlp.up_proj', 8, 1.0]]],
  [
    { target_modules: ['model.layers.2.mlp.up_proj', 'o_proj'], layers_to_transform: [0] },
    [
      ['0.attn.o_proj', 8, 1.0],
      ['2.mlp.up_proj', 8, 1.0],
    ],
  ],
  [{ target_modules: ['0', '1'] }, null],
  [
    { target_modules: ['gk_proj.0', 'gk_proj.1'], layers_to_transform: 2 },
    [
      ['2.attn.gk_proj.0', 8, 1.0],
      ['2.attn.gk_proj.1', 8, 1.0],
    ],
  ],
  [
    { target_modules: ['q_proj', 'down_proj'], layers_to_transform: [1, 2], layers_pattern: 'layers' },
    [
      ['1.attn.q_proj', 8, 1.0],
      ['1.mlp.down_proj', 8, 1.0],
      ['2.attn.q_proj', 8, 1.0],
      ['2.mlp.down_proj', 8, 1.0],
    ],
  ],
  [
    { target_modules: ['q_proj'], layers_to_transform: [1], layers_pattern: ['blocks', 'layers'] },
    [['1.attn.q_proj', 8, 1.0]],
  ],
  [{ target_modules: ['q_proj'], layers_to_transform: [1], layers_pattern: 'gk_proj' }, null],
  [{ target_modules: ['q_proj'], layers_to_transform: [1], layers_pattern: 'lay|layers' }, null],
  [{ target_modules: ['q_proj'], layers_to_transform: [1], layers_pattern: '' }, [['1.attn.q_proj', 8, 1.0]]],
  [{ target_modules: ['q_proj'], layers_to_transform: [1], layers_pattern: 'la[a-z]+' }, [['1.attn.q_proj', 8, 1.0]]],
  [
    { target_modules: ['q_proj'], layers_to_transform: [] },
    [
      ['0.attn.q_proj', 8, 1.0],
      ['1.attn.q_proj', 8, 1.0],
      ['2.attn.q_proj', 8, 1.0],
    ],
  ],
  [{ target_modules: 'q_proj' }, null],
  [
    { target_modules: '.*q_proj' },
    [
      ['0.attn.q_proj', 8, 1.0],
      ['1.attn.q_proj', 8, 1.0],
      ['2.attn.q_proj', 8, 1.0],
    ],
  ],
  [
    { target_modules: '.*\\.(0|2)\\.attn\\.(q|k)_proj|lm_head' },
    [
      ['0.attn.q_proj', 8, 1.0],
      ['0.attn.k_proj', 8, 1.0],
      ['2.attn.q_proj', 8, 1.0],
      ['2.attn.k_proj', 8, 1.0],
      ['lm_head', 8, 1.0],
    ],
  ],
  [
    { target_modules: '(?i).*\\.ATTN\\.O_PROJ' },
    [
      ['0.attn.o_proj', 8, 1.0],
      ['1.attn.o_proj', 8, 1.0],
      ['2.attn.o_proj', 8, 1.0],
    ],
  ],
  [{ target_modules: '.*(?P<x>[kv])_proj\\Z' }, null],
  [
    { target_modules: 'model\\.layers\\.\\d\\.mlp\\..+_proj', exclude_modules: ['up_proj'] },
    [
      ['0.mlp.gate_proj', 8, 1.0],
      ['0.mlp.down_proj', 8, 1.0],
      ['1.mlp.gate_proj', 8, 1.0],
      ['1.mlp.down_proj', 8, 1.0],
      ['2.mlp.gate_proj', 8, 1.0],
      ['2.mlp.down_proj', 8, 1.0],
    ],
  ],
  [
    { target_modules: 'model\\.layers\\.\\d{,1}\\.mlp\\.(?!up).+', exclude_modules: '.*\\.1\\..*' },
    [
      ['0.mlp.gate_proj', 8, 1.0],
      ['0.mlp.down_proj', 8, 1.0],
      ['2.mlp.gate_proj', 8, 1.0],
      ['2.mlp.down_proj', 8, 1.0],
    ],
  ],
  [
    { target_modules: ['gate_proj', 'up_proj', 'q_proj'], exclude_modules: ['model.layers.0.attn.q_proj', 'up_proj'] },
    [
      ['0.mlp.gate_proj', 8, 1.0],
      ['1.attn.q_proj', 8, 1.0],
      ['1.mlp.gate_proj', 8, 1.0],
      ['2.attn.q_proj', 8, 1.0],
      ['2.mlp.gate_proj', 8, 1.0],
    ],
  ],
  [
    {
      target_modules: ['q_proj', 'k_proj', 'v_proj'],
      r: 2,
      lora_alpha: 3,
      rank_pattern: { k_proj: 5, '.*attn.v_proj': 7, q: 9 },
      alpha_pattern: { 'layers.1.attn.k_proj': 11 },
    },
    [
      ['0.attn.q_proj', 2, 1.5],
      ['0.attn.k_proj', 5, 0.6],
      ['0.attn.v_proj', 7, 0.42857142857142855],
      ['1.attn.q_proj', 2, 1.5],
      ['1.attn.k_proj', 5, 2.2],
      ['1.attn.v_proj', 7, 0.42857142857142855],
      ['2.attn.q_proj', 2, 1.5],
      ['2.attn.k_proj', 5, 0.6],
      ['2.attn.v_proj', 7, 0.42857142857142855],
    ],
  ],
  [
    {
      target_modules: ['q_proj', 'k_proj'],
      rank_pattern: { 'attn.(q|k)_proj': 3, q_proj: 4 },
      alpha_pattern: { '^model.layers.0.attn.q_proj': 1, '0.attn.q_proj': 2 },
    },
    [
      ['0.attn.q_proj', 3, 0.3333333333333333],
      ['0.attn.k_proj', 3, 2.6666666666666665],
      ['1.attn.q_proj', 3, 2.6666666666666665],
      ['1.attn.k_proj', 3, 2.6666666666666665],
      ['2.attn.q_proj', 3, 2.6666666666666665],
      ['2.attn.k_proj', 3, 2.6666666666666665],
    ],
  ],
  [
    { target_modules: ['q_proj', 'k_proj'], rank_pattern: { 'q|k_proj': 3 }, alpha_pattern: { proj: 5 } },
    [
      ['0.attn.q_proj', 8, 1.0],
      ['0.attn.k_proj', 3, 2.6666666666666665],
      ['1.attn.q_proj', 8, 1.0],
      ['1.attn.k_proj', 3, 2.6666666666666665],
      ['2.attn.q_proj', 8, 1.0],
      ['2.attn.k_proj', 3, 2.6666666666666665],
    ],
  ],
  [
    { target_modules: 'all-linear' },
    [
      ['0.attn.q_proj', 8, 1.0],
      ['0.attn.k_proj', 8, 1.0],
      ['0.attn.v_proj', 8, 1.0],
      ['0.attn.g_proj', 8, 1.0],
      ['0.attn.gk_proj.0', 8, 1.0],
      ['0.attn.gk_proj.1', 8, 1.0],
      ['0.attn.o_proj', 8, 1.0],
      ['0.mlp.gate_proj', 8, 1.0],
      ['0.mlp.up_proj', 8, 1.0],
      ['0.mlp.down_proj', 8, 1.0],
      ['1.attn.q_proj', 8, 1.0],
      ['1.attn.k_proj', 8, 1.0],
      ['1.attn.v_proj', 8, 1.0],
      ['1.attn.o_proj', 8, 1.0],
      ['1.mlp.gate_proj', 8, 1.0],
      ['1.mlp.up_proj', 8, 1.0],
      ['1.mlp.down_proj', 8, 1.0],
      ['2.attn.q_proj', 8, 1.0],
      ['2.attn.k_proj', 8, 1.0],
      ['2.attn.v_proj', 8, 1.0],
      ['2.attn.g_proj', 8, 1.0],
      ['2.attn.gk_proj.0', 8, 1.0],
      ['2.attn.gk_proj.1', 8, 1.0],
      ['2.attn.o_proj', 8, 1.0],
      ['2.mlp.gate_proj', 8, 1.0],
      ['2.mlp.up_proj', 8, 1.0],
      ['2.mlp.down_proj', 8, 1.0],
    ],
  ],
  [
    { target_modules: 'ALL-Linear', exclude_modules: ['mlp.up_proj', 'gk_proj.0', 'lm_head'] },
    [
      ['0.attn.q_proj', 8, 1.0],
      ['0.attn.k_proj', 8, 1.0],
      ['0.attn.v_proj', 8, 1.0],
      ['0.attn.g_proj', 8, 1.0],
      ['0.attn.gk_proj.1', 8, 1.0],
      ['0.attn.o_proj', 8, 1.0],
      ['0.mlp.gate_proj', 8, 1.0],
      ['0.mlp.down_proj', 8, 1.0],
      ['1.attn.q_proj', 8, 1.0],
      ['1.attn.k_proj', 8, 1.0],
      ['1.attn.v_proj', 8, 1.0],
      ['1.attn.o_proj', 8, 1.0],
      ['1.mlp.gate_proj', 8, 1.0],
      ['1.mlp.down_proj', 8, 1.0],
      ['2.attn.q_proj', 8, 1.0],
      ['2.attn.k_proj', 8, 1.0],
      ['2.attn.v_proj', 8, 1.0],
      ['2.attn.g_proj', 8, 1.0],
      ['2.attn.gk_proj.1', 8, 1.0],
      ['2.attn.o_proj', 8, 1.0],
      ['2.mlp.gate_proj', 8, 1.0],
      ['2.mlp.down_proj', 8, 1.0],
    ],
  ],
  [{ target_modules: ['attn'] }, null],
  [{ target_modules: ['embeddings', 'q_proj'] }, null],
  [{ target_modules: ['attn_norm'] }, null],
  [{ target_modules: '.*attn.*' }, null],
];
