// How the steps of a training are divided among cards, so that each of them sees as many tokens as it does here.
import type { Fields, Values } from '@twilljs/nn';
import { OptionError } from '@twilljs/tensor';

/** What a model is trained with, under the names of Twill's trainer. */
export const trainingFields = {
  steps: { type: 'integer', max: 2 ** 31 },
  /** Peak learning rate. */
  lr: { type: 'number', above: 0 },
  warmup: { type: 'integer', min: 0, max: 2 ** 31 },
  decay: { type: 'string', default: 'cosine', oneOf: ['cosine', 'linear', 'constant'] },
  /** Learning rate of the last step, as a part of the peak. */
  minRatio: { type: 'number', min: 0, max: 1 },
  weightDecay: { type: 'number', min: 0 },
  beta1: { type: 'number', default: 0.9, min: 0 },
  beta2: { type: 'number', default: 0.95, min: 0 },
  eps: { type: 'number', default: 1e-8, above: 0 },
  maxNorm: { type: 'number', default: 1, above: 0 },
  seed: { type: 'integer', min: 0, max: 2 ** 53 - 1 },
  /** Sequences of a step, and tokens of each. */
  batch: { type: 'integer' },
  length: { type: 'integer' },
  /** Whether documents do not see each other: `varlen` of flame. */
  apart: { type: 'boolean', default: false },
} as const satisfies Fields;

export type FlameTraining = Values<typeof trainingFields>;

/** Cards that there are: of a node at most, and nodes. */
export const cardFields = {
  gpus: { type: 'integer', default: 8 },
  nodes: { type: 'integer', default: 1 },
} as const satisfies Fields;

export type FlameCards = Values<typeof cardFields>;

/** Shape of a step. */
export interface FlameSteps {
  /** Cards of a node that are used, and nodes. */
  readonly gpus: number;
  readonly nodes: number;
  /** Of a card at a time. */
  readonly batchSize: number;
  readonly seqLen: number;
  readonly contextLen: number;
  readonly accumulation: number;
  /** Of all cards. */
  readonly tokens: number;
}

/** Tokens of a card at a time, at most, where there is a choice. */
const AT_ONCE = 2 ** 15;

/** @throws OptionError when the sequences of a step cannot be divided among the nodes. */
export function flameSteps({ batch, length, apart }: FlameTraining, { gpus: most, nodes }: FlameCards): FlameSteps {
  if (batch % nodes !== 0) {
    throw new OptionError(
      `flame: nodes is ${nodes}, which does not divide the ${batch} sequences of a step; choose a divisor of it.`,
    );
  }
  const ofNode = batch / nodes;
  const gpus = largestDivisor(ofNode, most);
  const ofCard = ofNode / gpus;
  const together = largestDivisor(ofCard, Math.max(1, Math.floor(AT_ONCE / length)));
  return {
    ...{ gpus, nodes },
    // With varlen flame wants one row, which it cuts at documents and at every contextLen tokens.
    batchSize: apart ? 1 : together,
    seqLen: apart ? together * length : length,
    contextLen: length,
    accumulation: ofCard / together,
    tokens: batch * length,
  };
}

function largestDivisor(of: number, most: number): number {
  let divisor = Math.min(of, most);
  while (of % divisor !== 0) divisor--;
  return divisor;
}
