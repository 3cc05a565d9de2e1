// What a model costs: counted at a length of rows, and timed on this device.

import type { LanguageModel } from '@twilljs/hybrid';
import { countParams, params } from '@twilljs/nn';
import { rng } from '@twilljs/tensor';
import { decodeSpeed, stateBytes } from '../cost.ts';
import type { ToldMeasure } from '../measure.ts';
import { bytesText, grouped, tokensText } from '../numbers.ts';

/** Contexts, in tokens, at which the bytes of state are counted. */
export const STATE_CONTEXTS = [1024, 4096, 32768] as const;

/** What a model costs, whatever its weights. */
export interface ModelCounts {
  readonly layers: number;
  readonly parameters: number;
  /** Without the token embedding and the head. */
  readonly nonEmbeddingParameters: number;
  /** Forward, at the length of the rows. */
  readonly flopsPerToken: number;
  /** Of one sequence, f32: tokens of context -> bytes. */
  readonly stateBytes: Readonly<Record<(typeof STATE_CONTEXTS)[number], number>>;
}

/** Parameters, arithmetic at a length and state of a model. */
export function countsOf(model: LanguageModel, length: number): ModelCounts {
  const embedding = ['model.embeddings.weight', 'lm_head.weight'].map((name) => params(model).get(name)?.size ?? 0);
  const parameters = countParams(model);
  return {
    layers: model.config.model.num_hidden_layers,
    parameters,
    nonEmbeddingParameters: parameters - embedding[0] - embedding[1],
    flopsPerToken: model.flopsPerToken(length),
    stateBytes: Object.fromEntries(
      STATE_CONTEXTS.map((tokens) => [tokens, stateBytes(model, tokens)]),
    ) as ModelCounts['stateBytes'],
  };
}

/** Parameters, operations and bytes of state. */
export const cost: ToldMeasure = {
  name: 'cost',
  title: 'cost',
  kind: 'told',
  compute: async (model, { length }) => ({ cost: { ...countsOf(model, length), length } }),
  lines({ cost }) {
    const counted = cost as unknown as ModelCounts & { readonly length: number };
    const { parameters, nonEmbeddingParameters, flopsPerToken, length, stateBytes } = counted;
    const isFixed = new Set(STATE_CONTEXTS.map((tokens) => stateBytes[tokens])).size === 1;
    const states = STATE_CONTEXTS.map((tokens) => `${bytesText(stateBytes[tokens])} at ${tokensText(tokens)} tokens`);
    return [
      `parameters   ${grouped(parameters)}, ${grouped(nonEmbeddingParameters)} without embeddings`,
      `arithmetic   ${grouped(flopsPerToken)} FLOPs per token, forward, over ${grouped(length)} tokens`,
      `state        ${isFixed ? `${bytesText(stateBytes[STATE_CONTEXTS[0]])} at any length` : states.join(', ')}`,
    ];
  },
};

/** Tokens that are read, and then decoded one by one, to time it. */
const [PROMPT, DECODED] = [64, 32];

/** How often, at most, and for how many milliseconds: the first runs are slower, while the engine still compiles. */
const [RUNS, PATIENCE] = [8, 1000];

/** The fastest of several runs, on this machine and now: it is told, and no result holds it. */
export const speed: ToldMeasure = {
  name: 'speed',
  title: 'speed',
  kind: 'told',
  async compute(model) {
    const prompt = rng(0).ints(PROMPT, model.config.model.vocab_size);
    const best = { prompt: 0, decode: 0 };
    const end = performance.now() + PATIENCE;
    for (let run = 0; run < RUNS && (run === 0 || performance.now() < end); run++) {
      const now = await decodeSpeed(model, prompt, DECODED);
      best.prompt = Math.max(best.prompt, now.prompt);
      best.decode = Math.max(best.decode, now.decode);
    }
    return { speed: { promptMsPerToken: 1000 / best.prompt, decodeMsPerToken: 1000 / best.decode } };
  },
  lines({ speed }) {
    const { promptMsPerToken, decodeMsPerToken } = speed as { promptMsPerToken: number; decodeMsPerToken: number };
    return [
      `decoding     ${decodeMsPerToken.toFixed(2)} ms per token, reading ${promptMsPerToken.toFixed(2)} (this machine, now)`,
    ];
  },
};
