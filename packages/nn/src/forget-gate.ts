// Forget gates as logarithms, and the lower bounds that layers of the HGRN family share.
import type { Tensor } from '@twilljs/tensor';
import { softmax } from './softmax/op.ts';

/** log(1 / (1 + e^-x)), exact to the last digits on both sides; of any shape. */
export const logSigmoid = (x: Tensor): Tensor => x.neg().softplus().neg();

/** A bound and what is left above it, added up apart so that neither is a difference. */
export interface LowerBound {
  /** gamma [F] in (0,1). */
  readonly bound: Tensor;
  /** 1 - gamma [F]. */
  readonly rest: Tensor;
}

/**
 * The least that the gates of a layer let pass: gamma_l = p_1 + ... + p_l, with p the softmax of the table over the layers.
 *
 * @param table [L,F], one row for every layer of the model.
 * @returns null for layer 0, whose bound is 0.
 */
export function lowerBound(table: Tensor, layer: number): LowerBound | null {
  if (layer === 0) return null;
  const p = softmax(table.permute([1, 0])); // [F,L]
  const sum = (from: number, to: number) => p.slice(-1, from, to).sum(-1);
  const above = sum(0, 1);
  const [L] = table.shape;
  return { bound: sum(1, layer + 1), rest: layer + 1 < L ? above.add(sum(layer + 1, L)) : above };
}

/**
 * The gate gamma + (1 - gamma) sigmoid(f), sigmoid(f) without a bound.
 *
 * @param f [..,F]
 * @returns its logarithm g, and 1 - e^g, which keeps its digits where the gate is near 1: both [..,F].
 */
export function forgetGate(f: Tensor, lower: LowerBound | null): { g: Tensor; input: Tensor } {
  const input = f.neg().sigmoid();
  if (!lower) return { g: logSigmoid(f), input };
  // log( (1 + gamma e^-f) / (1 + e^-f) )
  return { g: lower.bound.log().sub(f).softplus().add(logSigmoid(f)), input: input.mul(lower.rest) };
}
