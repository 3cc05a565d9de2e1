// How the steps of a training are divided among cards, so that each of them sees as many tokens as it does here.
import { OptionError } from '@twilljs/tensor';

/** What a model is trained with. */
export interface FlameTraining {
  readonly steps: number;
  /** Peak learning rate. */
  readonly lr: number;
  readonly warmup: number;
  readonly decay: 'cosine' | 'linear' | 'constant';
  /** Learning rate of the last step, as a part of the peak. */
  readonly minRatio: number;
  readonly weightDecay: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly maxNorm: number;
  readonly seed: number;
  /** Sequences of a step, and tokens of each. */
  readonly batch: number;
  readonly length: number;
  /** Whether documents do not see each other: `varlen` of flame. */
  readonly apart: boolean;
}

/** Cards that there are. */
export interface FlameCards {
  /** Of a node. Default 8. */
  readonly gpus?: number;
  /** Default 1. */
  readonly nodes?: number;
}

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
export function flameSteps({ batch, length, apart }: FlameTraining, cards: FlameCards): FlameSteps {
  const { gpus: most = 8, nodes = 1 } = cards;
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
