// The options of a training run, read and checked from one table.
import { adjustLrFns, type Fields, readFields, type Values } from '@twilljs/nn';
import { knownOnly, OptionError, shown } from '@twilljs/tensor';
import { type ParameterGroup, readGroups } from './groups.ts';
import type { Optimizer } from './optimizers.ts';

/** Settings of AdamW. */
export const adamwFields = {
  beta1: { type: 'number', default: 0.9, min: 0, max: 0.9999999 },
  beta2: { type: 'number', default: 0.95, min: 0, max: 0.9999999 },
  eps: { type: 'number', default: 1e-8, above: 0 },
  weightDecay: { type: 'number', default: 0.01, min: 0, max: 10 },
  /** Parameters with weight decay: those of two axes and more, or all. */
  decayed: { type: 'string', default: 'matrices', oneOf: ['matrices', 'all'] },
} as const satisfies Fields;

/** Settings that Muon has beside those: they say nothing of what AdamW moves. */
export const muonFields = {
  momentum: { type: 'number', default: 0.95, min: 0, max: 0.9999999 },
  nesterov: { type: 'boolean', default: true },
  /** How the learning rate follows the shape of a matrix: so that one rate will do for AdamW too, or as Muon's author has it. */
  adjustLrFn: { type: 'string', default: 'match_rms_adamw', oneOf: adjustLrFns },
  nsSteps: { type: 'integer', default: 5, max: 99 },
  nsCoefficients: { type: 'numbers', default: [3.4445, -4.775, 2.0315], length: 3 },
  nsEps: { type: 'number', default: 1e-7, above: 0 },
} as const satisfies Fields;

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
  optimizer: { type: 'string', default: 'adamw', oneOf: ['adamw', 'muon'] },
  ...adamwFields,
  ...muonFields,
  /** Gradients of a larger global norm are scaled down to it. */
  maxNorm: { type: 'number', default: 1, above: 0 },
  /** Parts into which the rows of a batch are cut to save memory. */
  microBatches: { type: 'integer', default: 1 },
  /** So many steps in a row without a finite loss and gradient end the run. */
  maxSkips: { type: 'integer', default: 10 },
} as const satisfies Fields;

type Read = Values<typeof trainFields>;
export type AdamWSettings = Values<typeof adamwFields>;
export type MuonSettings = AdamWSettings & Values<typeof muonFields>;

/** All options of a run, complete, as they stand in its record. */
export interface TrainOptions extends Omit<Read, 'warmup'> {
  readonly warmup: number;
  readonly groups: readonly ParameterGroup[];
}

/** How a run is computed: what changes no bit of it, and belongs to no record. */
const manner = {
  /** Keep activations between blocks only, and compute those inside again for the gradient: less memory, more time. */
  recompute: { type: 'boolean', default: false },
} as const satisfies Fields;

/** What a caller gives: the number of steps, and what shall differ from the defaults. */
export interface TrainSettings
  extends Pick<Read, 'steps'>,
    Partial<Omit<TrainOptions, 'steps' | 'optimizer'>>,
    Partial<Values<typeof manner>> {
  /** Made by `adamw(...)` or `muon(...)`; or the name of one, whose settings stand beside it as in a record. */
  readonly optimizer?: Optimizer | TrainOptions['optimizer'];
}

/**
 * Checks settings and fills in defaults.
 *
 * @param where whose settings they are, for messages.
 * @throws OptionError naming the option, its value and what it may be.
 */
export function trainOptions(settings: TrainSettings, where = 'train'): TrainOptions {
  knownOnly(where, settings, [...Object.keys(trainFields), ...Object.keys(manner), 'groups']);
  const options = readFields(trainFields, flatSettings(settings, where), where);
  readFields(manner, { recompute: settings.recompute }, where);
  const groups = readGroups(settings.groups ?? [], where);
  const warmup = options.warmup ?? defaultWarmup(options.steps);
  if (warmup > options.steps) {
    throw new OptionError(
      `${where}: warmup is ${warmup} but the run has ${options.steps} steps; give at most ${options.steps}.`,
    );
  }
  for (const [name, { default: usual }] of Object.entries(options.optimizer === 'adamw' ? muonFields : {})) {
    const value = options[name as keyof typeof muonFields];
    if (`${value}` === `${usual}`) continue;
    throw new OptionError(
      `${where}: ${name} is ${shown(value)} but the optimizer is adamw, which has none; leave it out, or choose muon.`,
    );
  }
  return { ...options, warmup, groups };
}

/** With the settings of an optimiser in its place, as a record has them. @throws OptionError where one of them is given beside it. */
export function flatSettings(
  { optimizer, ...settings }: Partial<TrainSettings>,
  where = 'train',
): Partial<TrainOptions> {
  if (typeof optimizer !== 'object' || optimizer === null) return { ...settings, ...(optimizer && { optimizer }) };
  if (typeof optimizer.for !== 'function') {
    throw new OptionError(`${where}: optimizer is ${shown(optimizer)}; give what adamw(...) or muon(...) returns.`);
  }
  const { name, settings: own } = optimizer;
  const twice = Object.keys(own).find((field) => settings[field as keyof typeof settings] !== undefined);
  if (twice === undefined) return { ...settings, ...own, optimizer: name };
  throw new OptionError(`${where}: ${twice} is given beside the optimizer ${name}; give it to ${name}({ ... }) alone.`);
}

/** Steps of warm-up where none are asked for. */
function defaultWarmup(steps: number): number {
  return Math.min(100, Math.floor(steps / 10));
}
