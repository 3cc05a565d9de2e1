// Settings of synthetic tasks: those of their papers, and small ones for two processors. Values for sweeps; nothing trains by them unasked.
import type { TaskFamily } from '../../task-family.ts';
import { circuitsTask } from '../../tasks/circuits.ts';
import { ngramLookupTask, stringCopyingTask } from '../../tasks/copying.ts';
import { formalParityTask, modularArithmeticBracketsTask, modularArithmeticTask } from '../../tasks/formal.ts';
import {
  madFuzzyRecallTask,
  madMemorizationTask,
  madNoisyRecallTask,
  madRecallTask,
  selectiveCopyingTask,
} from '../../tasks/mad.ts';
import { mqarCompositionalTask, mqarForgettingTask, mqarZoologyTask } from '../../tasks/mqar.ts';
import { wordProblemTask } from '../../tasks/word-problem.ts';

/** How a task is set and trained for. */
export interface SyntheticPreset {
  readonly task: TaskFamily;
  /** Options beside the task's own defaults. */
  readonly data: Readonly<Record<string, number | string | boolean>>;
  readonly training: Readonly<Record<'steps' | 'lr' | 'warmup' | 'weightDecay', number>>;
  readonly model: Readonly<Record<'hidden_size' | 'num_hidden_layers' | 'num_heads', number>>;
}

const wide = { hidden_size: 128, num_hidden_layers: 2, num_heads: 4 };

/** 200 epochs of 12,800 rows in batches of 128. Of the paper's learning rates and decays the middle; it reports the best. */
const mad = { model: wide, training: { steps: 20000, lr: 5e-4, warmup: 0, weightDecay: 0.1 } };

const arithmetic = { model: wide, data: {}, training: { steps: 100000, lr: 1e-3, warmup: 10000, weightDecay: 0.1 } };

/** As the papers have them: Zoology (its second figure), MAD's baselines, DeltaProduct (words), Grazzi et al. (formal languages). */
export const paperPresets: readonly SyntheticPreset[] = [
  ...(
    [
      [64, 4, 512],
      [128, 8, 512],
      [256, 16, 256],
    ] as const
  ).map(([length, pairs, batch]) => ({
    task: mqarZoologyTask,
    data: { length, pairs, batch, filler: 'zero', examples: 100000 },
    training: { steps: Math.round((64 * 100000) / batch), lr: 2.15e-3, warmup: 0, weightDecay: 0.1 },
    model: wide,
  })),
  { ...mad, task: madRecallTask, data: {} },
  { ...mad, task: madNoisyRecallTask, data: {} },
  { ...mad, task: madFuzzyRecallTask, data: {} },
  { ...mad, task: selectiveCopyingTask, data: {} },
  { ...mad, task: madMemorizationTask, data: {}, training: { ...mad.training, steps: 400 } },
  {
    task: wordProblemTask,
    data: { length: 128, batch: 2048, examples: 100000 },
    training: { steps: 4883, lr: 1e-3, warmup: 0, weightDecay: 0 },
    model: { hidden_size: 128, num_hidden_layers: 1, num_heads: 8 },
  },
  {
    task: formalParityTask,
    data: {},
    training: { steps: 20000, lr: 1e-3, warmup: 2000, weightDecay: 0 },
    model: wide,
  },
  { ...arithmetic, task: modularArithmeticTask },
  { ...arithmetic, task: modularArithmeticBracketsTask },
];

const small = {
  model: { hidden_size: 64, num_hidden_layers: 2, num_heads: 2 },
  training: { steps: 800, lr: 3e-3, warmup: 80, weightDecay: 0.01 },
};

/** One of each task, of at most two million tokens. */
export const quickPresets: readonly SyntheticPreset[] = [
  { ...small, task: mqarZoologyTask, data: { vocab: 256, batch: 32, examples: 20000 } },
  { ...small, task: mqarForgettingTask, data: { vocab: 256, batch: 32 } },
  { ...small, task: mqarCompositionalTask, data: { vocab: 256, batch: 32 } },
  { ...small, task: madRecallTask, data: { length: 64, batch: 32 } },
  { ...small, task: madNoisyRecallTask, data: { length: 64, batch: 32 } },
  { ...small, task: madFuzzyRecallTask, data: { length: 64, batch: 32 } },
  { ...small, task: madMemorizationTask, data: { batch: 32, vocab: 128 } },
  { ...small, task: selectiveCopyingTask, data: { length: 64, copied: 8, batch: 32 } },
  { ...small, task: stringCopyingTask, data: { length: 16, batch: 32 } },
  { ...small, task: ngramLookupTask, data: { length: 32, batch: 32 } },
  { ...small, task: wordProblemTask, data: { group: 'S3', length: 24 } },
  { ...small, task: circuitsTask, data: { length: 24 } },
  { ...small, task: formalParityTask, data: { length: 24, batch: 64 } },
  { ...small, task: modularArithmeticTask, data: { length: 15, batch: 64 } },
  { ...small, task: modularArithmeticBracketsTask, data: { length: 15, batch: 64 } },
];
