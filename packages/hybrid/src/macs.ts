// What a forward costs, counted from the parameters and the mixers.
import { params } from '@twilljs/nn';
import type { Tensor } from '@twilljs/tensor';
import type { LanguageModel } from './model.ts';

/**
 * Multiply-adds per token, averaged over a sequence of `tokens`: of the projections, the head and the mixers' cores. Tables, of which
 * a token reads a row, cost none; a tied head reads its table as a matrix.
 *
 * @param shared tables of the mixers.
 */
export function macsPerToken(model: LanguageModel, shared: readonly Tensor[], tokens: number): number {
  const { embeddings, layers } = model.model;
  const tables = [embeddings.weight, ...shared];
  let macs = model.lm_head ? 0 : embeddings.weight.size;
  const states = layers.flatMap(({ attn }) => Object.values(attn.initial_state ?? {})); // are read once
  for (const t of params(model).values()) {
    if (t.shape.length === 2 && !tables.includes(t) && !states.includes(t)) macs += t.size;
  }
  for (const { attn } of layers) macs += attn.coreMacs(tokens);
  return macs;
}
