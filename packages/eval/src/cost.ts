// What a model costs: memory while it decodes, arithmetic while it trains, and the measured speed of decoding.
import { generate, type LanguageModel } from '@twilljs/hybrid';
import { nextTurn } from './turn.ts';

/** Bytes of an f32. */
const BYTES = 4;

/**
 * Bytes that decoding keeps per sequence after `tokens` tokens, in f32: recurrent states, convolution inputs, keys and values.
 */
export function stateBytes(model: LanguageModel, tokens: number): number {
  return BYTES * model.stateSize(tokens);
}

/**
 * Floating-point operations of training on `tokens` tokens in sequences of `length`: forward and twice that for the
 * gradients, 2 per multiply-add. Projections, head and mixer cores count; norms and convolutions do not.
 */
export function trainingFlops(model: LanguageModel, tokens: number, length: number): number {
  return 3 * tokens * model.flopsPerToken(length);
}
