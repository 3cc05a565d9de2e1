// The options of a training run, read and checked from one table.
import { type Fields, readOptions, type Values } from '@twilljs/nn';
import { OptionError } from '@twilljs/tensor';

/**
 * Every option with its default: that of the small study, measured on models of the size that is trained here. The command line
 * and sweeps have no others. Null means that a rule chooses, which `trainOptions` then writes out.
 */
export const trainFields = {
  /** Optimiser steps of the whole run. */
  steps: { type: 'integer', max: 2 ** 31 },
  /** Peak learning rate. */
  lr: { type: 'number', default: 6e-3, above: 0, max: 10 },
  /** Steps over which the learning rate rises to its peak. Default: a tenth of the steps, at most 100. */
  warmup: { type: 'integer', default: null, min: 0, max: 2 ** 31 },
  /** How it falls after that. */
  decay: { type: 'string', default: 'cosine', oneOf: ['cosine', 'linear', 'constant'] },
  /** Learning rate of the last step, as a part of the peak. Means nothing to a constant one. */
  minRatio: { type: 'number', default: 0.05, min: 0, max: 1 },
  beta1: { type: 'number', default: 0.9, min: 0, max: 0.9999999 },
  beta2: { type: 'number', default: 0.95, min: 0, max: 0.9999999 },
  eps: { type: 'number', default: 1e-8, above: 0 },
  weightDecay: { type: 'number', default: 0.01, min: 0, max: 10 },
  /** Parameters with weight decay: those of two axes and more, or all. */
  decayed: { type: 'string', default: 'matrices', oneOf: ['matrices', 'all'] },
  /** Gradients of a larger global norm are scaled down to it. */
  maxNorm: { type: 'number', default: 1, above: 0 },
  /** Parts into which the rows of a batch are cut to save memory. */
  microBatches: { type: 'integer', default: 1 },
  /** So many steps in a row without a finite loss and gradient end the run. */
  maxSkips: { type: 'integer', default: 10 },
} as const satisfies Fields;

type Read = Values<typeof trainFields>;

/** All options of a run, complete. */
export interface TrainOptions extends Omit<Read, 'warmup'> {
  readonly warmup: number;
}

/** How a run is computed: what changes no bit of it, and belongs to no record. */
const manner = {
  /** Keep activations between blocks only, and compute those inside again for the gradient: less memory, more time. */
  recompute: { type: 'boolean', default: false },
} as const satisfies Fields;

/** What a caller gives: the number of steps, and what shall differ from the defaults. */
export type TrainSettings = Pick<Read, 'steps'> & Partial<TrainOptions> & Partial<Values<typeof manner>>;

/**
 * Checks settings and fills in defaults.
 *
 * @param where whose settings they are, for messages.
 * @throws OptionError naming the option, its value and what it may be.
 */
export function trainOptions(settings: TrainSettings, where = 'train'): TrainOptions {
  const { recompute: _, ...options } = readOptions({ ...trainFields, ...manner }, settings, where);
  const warmup = options.warmup ?? defaultWarmup(options.steps);
  if (warmup > options.steps) {
    throw new OptionError(
      `${where}: warmup is ${warmup} but the run has ${options.steps} steps; give at most ${options.steps}.`,
    );
  }
  return { ...options, warmup };
}

/** Steps of warm-up where none are asked for. */
function defaultWarmup(steps: number): number {
  return Math.min(100, Math.floor(steps / 10));
}
