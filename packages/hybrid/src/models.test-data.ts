// Models of every mixer, in hybrids and with windows, as the tests of caches want them.
import { attention } from '@twilljs/attention';
import { deltanet } from '@twilljs/deltanet';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { gla } from '@twilljs/gla';
import { hgrn } from '@twilljs/hgrn';
import { hgrn2 } from '@twilljs/hgrn2';
import { initializer } from '@twilljs/nn';
import { retnet } from '@twilljs/retnet';
import type { Device, Random } from '@twilljs/tensor';
import { hybrid } from './index.ts';

export const mixers = [attention, gatedDeltanet, deltanet, gla, hgrn, hgrn2, retnet];
export const config = { hidden_size: 16, num_heads: 2, num_hidden_layers: 2, vocab_size: 20, intermediate_size: 16 };
export const attn = { layers: [1], num_heads: 4, num_kv_heads: 2, window_size: 7 };

export const cases: [string, object][] = [
  ['hgrn', { model_type: 'hgrn' }],
  ['hgrn2', { model_type: 'hgrn2', expand_ratio: 8 }],
  ['retnet', { model_type: 'retnet' }],
  ['gla', { model_type: 'gla' }],
  ['deltanet', { model_type: 'delta_net' }],
  ['gated-deltanet', { model_type: 'gated_deltanet', head_dim: 6 }],
  ['transformer', { model_type: 'transformer', qk_norm: true }],
  ['grouped queries in a window', { model_type: 'transformer', num_heads: 4, num_kv_heads: 2, window_size: 5 }],
  ['a hybrid with a window', { model_type: 'retnet', attn, tie_word_embeddings: true }],
];

export const make = (more: object, on: Device) =>
  hybrid({ ...config, ...more } as never, { mixers, init: initializer(2, 0.3) }).to(on);

/** Lists of ids of these lengths. */
export const drawn = (random: Random, lengths: readonly number[]): number[][] =>
  lengths.map((length) => [...random.ints(length, config.vocab_size)]);
