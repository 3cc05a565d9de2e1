// Small models of all mixers, alone and woven, and rows to run through them.
import type { Batch } from '@twilljs/data';
import type { LanguageModel } from '@twilljs/hybrid';
import { initializer } from '@twilljs/nn';
import { rng } from '@twilljs/tensor';
import { hybrid, mixers } from 'twilljs';
import type { ComparedMeasure, LayerValue } from '../measure.ts';

export const VOCAB = 11;

/** Fields that make two heads of four numbers. */
const own: Readonly<Record<string, object>> = {
  hgrn: {},
  hgrn2: { expand_ratio: 4 },
  retnet: { num_heads: 2 },
  gla: { num_heads: 2, use_short_conv: false },
  deltanet: { num_heads: 2 },
  'gated-deltanet': { num_heads: 2, head_dim: 4 },
  attention: { num_heads: 2 },
};

export const mixerNames = Object.keys(own);
export const linearNames = mixerNames.filter((name) => name !== 'attention');

/** Three layers, the second of them softmax attention. Weights are large enough for gates that differ. */
export function smallModel(mixer: string, more: object = {}): LanguageModel {
  const isLinear = mixer !== 'attention';
  const config = {
    ...{ model_type: mixers.find(({ name }) => name === mixer)!.model_type, hidden_size: 8, intermediate_size: 12 },
    ...{ num_hidden_layers: 3, vocab_size: VOCAB, ...own[mixer] },
    ...(isLinear && { attn: { layers: [1], num_heads: 2 } }),
    ...more,
  };
  return hybrid(config as never, { mixers, init: initializer(7, 0.5) });
}

/** Rows of ids, each of which asks for its successor. */
export function someRows(B: number, T: number, seed = 3): Batch {
  const ids = rng(seed).ints(B * (T + 1), VOCAB);
  const at = (shift: number) =>
    Int32Array.from({ length: B * T }, (_, i) => ids[Math.floor(i / T) * (T + 1) + (i % T) + shift]);
  return { inputs: at(0), labels: at(1), B, T };
}

/** What a measure finds in each layer over such rows. */
export async function layersFound(measure: ComparedMeasure, model: LanguageModel, rows: Batch): Promise<LayerValue[]> {
  const found = await measure.compute!(model, { sets: [{ at: rows.T, rows }], length: rows.T }, {});
  return measure.value(found) as LayerValue[];
}
