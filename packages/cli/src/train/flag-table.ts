// The flags of `twill train` as a table: what each means, reads and defaults to.

import { splits } from '@twilljs/data/node';
import { readRatio } from '@twilljs/hybrid';
import { OptionError } from '@twilljs/tensor';
import { trainFields } from '@twilljs/train';
import { mixers } from 'twilljs';
import { type Read, realNumber, shown, someText, wholeNumber } from '../flags.ts';

/** What a flag concerns: where it contradicts a configuration file, a corpus or a recorded run. */
export type Concern = 'model' | 'file' | 'init' | 'data' | 'training' | 'run';

export interface FlagOf<T> {
  readonly flag: string;
  readonly help: string;
  readonly concern: Concern;
  readonly read: Read<T>;
  readonly choices?: readonly string[];
  /** In words, where a rule chooses the default. */
  readonly rule?: string;
}

function words<const W extends string>(...choices: readonly W[]): { read: Read<W>; choices: readonly W[] } {
  return { read: (text) => text as W, choices };
}

const linear = mixers.filter(({ role }) => role === 'linear').map(({ name }) => name);

/** As `hybrid` takes it; `pure` and a bare number are words of sweeps and reports. */
function ratio(text: string): string {
  if (text.includes(':')) return text;
  const every = readRatio(text);
  if (every !== null) return every;
  throw new OptionError(
    `--ratio is "${shown(text)}" where 3:1 is needed, three linear layers to a full one, or 4, one full layer in 4, or pure; correct it.`,
  );
}

/** One entry per flag; the key is the option's name in the program. Defaults that depend on others are applied later. */
export const trainFlags = {
  mixer: {
    flag: '--mixer <name>',
    help: `a linear mixer (${linear.join(', ')}) or attention, also by its model_type of FLA; or the path of a module that exports the family of your own`,
    concern: 'model',
    read: someText('--mixer'),
    rule: 'gated-deltanet',
  },
  ratio: {
    flag: '--ratio <n:1>',
    help: 'linear layers to each full-attention layer, such as 3:1; or 4, one full layer in 4, which is the same; or pure',
    concern: 'model',
    read: ratio,
    rule: 'no full attention',
  },
  convention: {
    flag: '--convention <name>',
    help: 'how --ratio is read: literal (n linear, then one full) or period (one full in n, as the paper)',
    concern: 'model',
    ...words('literal', 'period'),
    rule: 'literal',
  },
  pattern: {
    flag: '--pattern <letters>',
    help: 'layers by letter, repeated to the depth: G the mixer, A full attention, such as GGGA',
    concern: 'model',
    read: someText('--pattern'),
  },
  config: {
    flag: '--config <file>',
    help: 'a config.json in the form of FLA; flags may add to it, not contradict it',
    concern: 'file',
    read: someText('--config'),
  },
  init: {
    flag: '--init <dir>',
    help: 'begin with the weights of a model directory or of a run, whose model it is',
    concern: 'init',
    read: someText('--init'),
    rule: 'fresh weights',
  },
  hiddenSize: {
    flag: '--hidden-size <n>',
    help: 'width D',
    concern: 'model',
    read: wholeNumber('--hidden-size', { max: 2 ** 20 }),
    rule: '48',
  },
  layers: {
    flag: '--layers <n>',
    help: 'depth L',
    concern: 'model',
    read: wholeNumber('--layers', { max: 2 ** 14 }),
    rule: '4',
  },
  heads: {
    flag: '--heads <n>',
    help: 'heads of every mixer that has heads: all but hgrn',
    concern: 'model',
    read: wholeNumber('--heads', { max: 2 ** 20 }),
    rule: '2',
  },
  headDim: {
    flag: '--head-dim <n>',
    help: 'size of a head, for a mixer that has it as a field: gated-deltanet',
    concern: 'model',
    read: wholeNumber('--head-dim', { max: 2 ** 20 }),
    rule: 'hidden size / heads',
  },
  intermediateSize: {
    flag: '--intermediate-size <n>',
    help: 'width of the MLP',
    concern: 'model',
    read: wholeNumber('--intermediate-size', { max: 2 ** 22 }),
    rule: '8/3 of the hidden size',
  },
  initStd: {
    flag: '--init-std <x>',
    help: 'standard deviation of initial weights',
    concern: 'model',
    read: realNumber('--init-std', { max: 100 }),
    rule: '0.05',
  },
  task: {
    flag: '--task <name>',
    help: 'or a synthetic task: mqar (recall) or parity (state tracking)',
    concern: 'data',
    ...words('mqar', 'parity'),
  },
  split: {
    flag: '--split <how>',
    help: 'how text is held out from training: documents (of ten files the last) or within (the last tenth of each)',
    concern: 'data',
    ...words(...splits),
    rule: 'within, where fewer than ten files hold text',
  },
  pairs: {
    flag: '--pairs <n>',
    help: 'pairs of a row of mqar',
    concern: 'data',
    read: wholeNumber('--pairs', { max: 2 ** 20 }),
    rule: '16',
  },
  vocabSize: {
    flag: '--vocab-size <n>',
    help: 'ids of mqar, half of them keys',
    concern: 'data',
    read: wholeNumber('--vocab-size', { min: 4, max: 2 ** 20 }),
    rule: '64',
  },
  length: {
    flag: '--length <n>',
    help: 'tokens of a row, T',
    concern: 'data',
    read: wholeNumber('--length', { max: 2 ** 20 }),
    rule: '256 for text, 64 for mqar, 24 for parity',
  },
  batch: {
    flag: '--batch <n>',
    help: 'rows of a step, B',
    concern: 'data',
    read: wholeNumber('--batch', { max: 2 ** 20 }),
    rule: '4 for text, 32 for mqar, 64 for parity',
  },
  steps: {
    flag: '--steps <n>',
    help: 'optimiser steps',
    concern: 'training',
    read: wholeNumber('--steps'),
    rule: '500',
  },
  lr: {
    flag: '--lr <x>',
    help: 'peak learning rate',
    concern: 'training',
    read: realNumber('--lr', { above: 0, max: 10 }),
    rule: String(trainFields.lr.default),
  },
  warmup: {
    flag: '--warmup <n>',
    help: 'steps until the peak',
    concern: 'training',
    read: wholeNumber('--warmup', { min: 0 }),
    rule: 'a tenth of the steps, at most 100',
  },
  decay: {
    flag: '--decay <name>',
    help: 'how the learning rate falls: cosine, linear or constant',
    concern: 'training',
    ...words('cosine', 'linear', 'constant'),
    rule: String(trainFields.decay.default),
  },
  minRatio: {
    flag: '--min-ratio <x>',
    help: 'learning rate of the last step, as a part of the peak',
    concern: 'training',
    read: realNumber('--min-ratio', { max: 1 }),
    rule: String(trainFields.minRatio.default),
  },
  weightDecay: {
    flag: '--weight-decay <x>',
    help: 'decoupled weight decay',
    concern: 'training',
    read: realNumber('--weight-decay', { max: 10 }),
    rule: String(trainFields.weightDecay.default),
  },
  decayed: {
    flag: '--decayed <which>',
    help: 'parameters that decay: matrices or all',
    concern: 'training',
    ...words('matrices', 'all'),
    rule: String(trainFields.decayed.default),
  },
  clip: {
    flag: '--clip <x>',
    help: 'largest global norm of the gradient',
    concern: 'training',
    read: realNumber('--clip', { above: 0 }),
    rule: String(trainFields.maxNorm.default),
  },
  microBatches: {
    flag: '--micro-batches <n>',
    help: 'parts into which a batch is cut to save memory',
    concern: 'training',
    read: wholeNumber('--micro-batches', { max: 2 ** 20 }),
    rule: String(trainFields.microBatches.default),
  },
  evalEvery: {
    flag: '--eval-every <n>',
    help: 'steps from one measurement to the next; the checkpoint of the best one is kept',
    concern: 'run',
    read: wholeNumber('--eval-every'),
    rule: 'once, after the last step',
  },
  checkpointEvery: {
    flag: '--checkpoint-every <n>',
    help: 'steps from one checkpoint to the next',
    concern: 'run',
    read: wholeNumber('--checkpoint-every'),
    rule: '10 below 1,000 steps, else 100',
  },
} as const satisfies Record<string, FlagOf<unknown>>;
