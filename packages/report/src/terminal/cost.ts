// What a model costs, in lines.
import { type ModelCounts, STATE_CONTEXTS } from '@twilljs/eval';
import { bytesText, grouped, tokensText } from '../text/numbers.ts';

/** Counted at a length, and timed on a device. */
export interface Cost extends ModelCounts {
  readonly length: number;
  readonly promptMsPerToken: number;
  readonly decodeMsPerToken: number;
}

export function costLines(cost: Cost): string[] {
  const { parameters, nonEmbeddingParameters, flopsPerToken, length, stateBytes } = cost;
  const isFixed = new Set(STATE_CONTEXTS.map((tokens) => stateBytes[tokens])).size === 1;
  const states = STATE_CONTEXTS.map((tokens) => `${bytesText(stateBytes[tokens])} at ${tokensText(tokens)} tokens`);
  return [
    `parameters   ${grouped(parameters)}, ${grouped(nonEmbeddingParameters)} without embeddings`,
    `arithmetic   ${grouped(flopsPerToken)} FLOPs per token, forward, over ${grouped(length)} tokens`,
    `state        ${isFixed ? `${bytesText(stateBytes[STATE_CONTEXTS[0]])} at any length` : states.join(', ')}`,
    `decoding     ${cost.decodeMsPerToken.toFixed(2)} ms per token, reading ${cost.promptMsPerToken.toFixed(2)} (this machine, now)`,
  ];
}
