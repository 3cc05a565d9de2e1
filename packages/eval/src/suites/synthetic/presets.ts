// Settings of synthetic tasks: those of their papers, and small ones for two processors. Values for sweeps; nothing trains by them unasked.
import type { TaskFamily } from '../../task-family.ts';
import { circuitsTask } from '../../tasks/circuits.ts';
import { ngramLookupTask, stringCopyingTask } from '../../tasks/copying.ts';
import { formalParityTask, modularArithmeticBracketsTask, modularArithmeticTask } from '../../tasks/formal.ts';
import {
  madCompressionTask,
  madFuzzyRecallTask,
  madMemorizationTask,
  madNoisyRecallTask,
  madRecallTask,
  selectiveCopyingTask,
} from '../../tasks/mad.ts';
import { mqarCompositionalTask, mqarForgettingTask, mqarZoologyTask } from '../../tasks/mqar.ts';
import { wordProblemTask } from '../../tasks/word-problem.ts';

/** What a task asks of a model, in a word or two. */
export type Skill = 'Recall' | 'Copying' | 'Memory' | 'State tracking';

/** How a task is set and trained for. */
export interface SyntheticPreset {
  readonly task: TaskFamily;
  /** Tells presets of one task apart: `64-4`. */
  readonly variant?: string;
  readonly skill: Skill;
  /** In a picture, where the title of the task does not tell it from others. */
  readonly label: string;
  /** Options beside the task's own defaults. */
  readonly data: Readonly<Record<string, number | string | boolean>>;
  readonly training: Readonly<Record<'steps' | 'lr' | 'warmup' | 'weightDecay', number>>;
  readonly model: Readonly<Record<'hidden_size' | 'num_hidden_layers' | 'num_heads', number>>;
}

/** The name of a preset: that of its task, and what tells it from others of the task. */
export const presetName = ({ task, variant }: SyntheticPreset): string =>
  variant === undefined ? task.name : `${task.name}-${variant}`;

const wide = { hidden_size: 128, num_hidden_layers: 2, num_heads: 4 };

/** 200 epochs of 12,800 rows in batches of 128. Of the paper's learning rates and decays the middle; it reports the best. */
const mad = { data: {}, model: wide, training: { steps: 20000, lr: 5e-4, warmup: 0, weightDecay: 0.1 } };

/** 100 epochs of 100,000 words; tested on words of up to four times the length. */
const words = {
  task: wordProblemTask,
  skill: 'State tracking',
  training: { steps: 4883, lr: 1e-3, warmup: 0, weightDecay: 0 },
  model: { hidden_size: 128, num_hidden_layers: 1, num_heads: 8 },
} as const;

const formal = {
  skill: 'State tracking',
  data: {},
  model: wide,
  training: { steps: 100000, lr: 1e-3, warmup: 10000, weightDecay: 0.1 },
} as const;

/** Trained on strings of up to 64 symbols, tested on up to 512. The paper's models are larger, and it names no end of their training. */
const copying = {
  skill: 'Copying',
  data: {},
  model: wide,
  training: { steps: 20000, lr: 1e-3, warmup: 2000, weightDecay: 0.1 },
} as const;

/**
 * As the papers have them: Zoology (its second figure), MAD's baselines and what it varies of selective copying, Jelassi et al. (copying),
 * DeltaProduct (words), Grazzi et al. (formal languages).
 */
export const paperPresets: readonly SyntheticPreset[] = [
  ...(
    [
      [64, 4, 512],
      [128, 8, 512],
      [256, 16, 256],
      [512, 64, 128],
    ] as const
  ).map(
    ([length, pairs, batch]): SyntheticPreset => ({
      task: mqarZoologyTask,
      variant: `${length}-${pairs}`,
      label: `MQAR ${length}, ${pairs} pairs`,
      skill: 'Recall',
      data: { length, pairs, batch, filler: 'zero', examples: 100000 },
      training: { steps: Math.round((64 * 100000) / batch), lr: 2.15e-3, warmup: 0, weightDecay: 0.1 },
      model: wide,
    }),
  ),
  { ...mad, task: madRecallTask, label: 'In context', skill: 'Recall' },
  { ...mad, task: madNoisyRecallTask, label: 'In noise', skill: 'Recall' },
  { ...mad, task: madFuzzyRecallTask, label: 'Fuzzy', skill: 'Recall' },
  {
    ...mad,
    task: madMemorizationTask,
    label: 'By heart',
    skill: 'Memory',
    training: { ...mad.training, steps: 400 },
  },
  { ...mad, task: madCompressionTask, label: 'Compression', skill: 'Memory' },
  ...[{}, { length: 512 }, { length: 1024 }, { copied: 32 }, { copied: 64 }, { copied: 96 }].map(
    (data): SyntheticPreset => {
      const [[field, value] = []] = Object.entries(data);
      return {
        ...mad,
        ...{ task: selectiveCopyingTask, skill: 'Copying', data },
        ...(field === undefined ? {} : { variant: `${field}-${value}` }),
        label: field === undefined ? 'Selective' : `Selective, ${field} ${value}`,
      };
    },
  ),
  { ...copying, task: stringCopyingTask, label: 'Strings' },
  { ...copying, task: ngramLookupTask, label: 'Look-up' },
  ...['S3', 'S4', 'S5', 'A4', 'A5', 'Z6'].map(
    (group): SyntheticPreset => ({
      ...words,
      variant: group,
      label: `Words of ${group}`,
      data: { group, length: 128, batch: 2048, examples: 100000 },
    }),
  ),
  {
    ...formal,
    task: formalParityTask,
    label: 'Parity',
    training: { steps: 20000, lr: 1e-3, warmup: 2000, weightDecay: 0 },
  },
  { ...formal, task: modularArithmeticTask, label: 'Sums mod 5' },
  { ...formal, task: modularArithmeticBracketsTask, label: 'Brackets mod 5' },
];

/** Of a small model: 2 layers of width 64, which see half a million tokens. */
const small = {
  model: { hidden_size: 64, num_hidden_layers: 2, num_heads: 2 },
  training: { steps: 300, lr: 6e-3, warmup: 30, weightDecay: 0.01 },
};

/** For tasks that are learned late. */
const longer = { ...small.training, steps: 400, warmup: 40 };

/** Looking back by a key is learned in a jump, which a short warm-up puts off for good. */
const warmed = { ...longer, warmup: 120 };

const recall = { ...small, skill: 'Recall' } as const;
const copied = { ...small, skill: 'Copying' } as const;
const memory = { ...small, skill: 'Memory' } as const;
const states = { ...small, skill: 'State tracking' } as const;

/**
 * One of each task, so small that a mixer goes through all of them in minutes, and set such that mixers differ: `twill probe` trains on them.
 * Figures of them are shipped: after a change they are measured anew (`scripts/profiles.ts`).
 */
export const quickPresets: readonly SyntheticPreset[] = [
  {
    ...recall,
    task: mqarZoologyTask,
    label: 'MQAR',
    data: { length: 32, pairs: 8, vocab: 64, batch: 64 },
    training: warmed,
  },
  {
    ...recall,
    task: mqarForgettingTask,
    label: 'Rebound keys',
    data: { length: 32, pairs: 6, vocab: 64, batch: 64 },
    training: warmed,
  },
  {
    ...recall,
    task: mqarCompositionalTask,
    label: 'Keys of two',
    data: { length: 32, pairs: 4, vocab: 36, batch: 64 },
    training: warmed,
  },
  { ...recall, task: madRecallTask, label: 'In context', data: { length: 32, vocab: 8, batch: 64 } },
  {
    ...recall,
    task: madNoisyRecallTask,
    label: 'In noise',
    data: { length: 32, vocab: 16, noiseVocab: 8, batch: 64 },
  },
  {
    ...recall,
    task: madFuzzyRecallTask,
    label: 'Fuzzy',
    data: { length: 64, vocab: 12, keySize: 2, valueSize: 2, batch: 32 },
    training: longer,
  },
  { ...copied, task: selectiveCopyingTask, label: 'Selective', data: { length: 32, copied: 8, vocab: 12, batch: 64 } },
  { ...copied, task: stringCopyingTask, label: 'Strings', data: { length: 12, alphabet: 12, batch: 64 } },
  {
    ...copied,
    task: ngramLookupTask,
    label: 'Look-up',
    data: { length: 16, alphabet: 12, gram: 2, answer: 2, batch: 64 },
    training: longer,
  },
  {
    ...memory,
    task: madMemorizationTask,
    label: 'By heart',
    data: { vocab: 1024, batch: 16 },
    training: { ...small.training, steps: 60, lr: 3e-3, warmup: 6 },
  },
  { ...memory, task: madCompressionTask, label: 'Compression', data: { length: 8, batch: 64 } },
  {
    ...states,
    task: wordProblemTask,
    label: 'Words of S3',
    data: { group: 'S3', length: 8, batch: 128 },
    training: longer,
  },
  {
    ...states,
    task: circuitsTask,
    label: 'Majority',
    data: { circuit: 'vocab-majority', vocab: 6, length: 24, batch: 64 },
    training: { ...small.training, steps: 100, warmup: 10 },
  },
  { ...states, task: formalParityTask, label: 'Parity', data: { length: 12, batch: 128 } },
  { ...states, task: modularArithmeticTask, label: 'Sums mod 5', data: { length: 9, batch: 128 } },
  { ...states, task: modularArithmeticBracketsTask, label: 'Brackets mod 5', data: { length: 13, batch: 128 } },
];
