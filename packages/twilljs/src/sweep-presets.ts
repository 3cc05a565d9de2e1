// The sweeps that have names: the small study, one night on one machine, and the paper's own grid.
import type { TrainOptions } from '@twilljs/train';

/** A specification as it stands in JSON. */
export interface SweepPreset {
  readonly name: string;
  readonly grids: readonly {
    readonly name?: string;
    readonly task: string;
    readonly mixers: readonly string[];
    readonly ratios: readonly string[];
    readonly sizes: readonly string[];
    readonly seeds: readonly number[];
    readonly training: Partial<TrainOptions>;
    readonly data: Readonly<Record<string, number>>;
    readonly measures?: readonly string[];
  }[];
}

const linear = ['hgrn', 'hgrn2', 'retnet', 'gla', 'deltanet', 'gated-deltanet'];
const all = [...linear, 'attention'];
const ratios = ['pure', '24', '12', '6', '3'];

/** Of every small run. */
const optimiser = { minRatio: 0.05, weightDecay: 0.01, decayed: 'all' } as const;

const recall = {
  task: 'recall',
  mixers: all,
  ratios: ['pure', '2'],
  sizes: ['recall'],
  seeds: [1, 2, 3],
  training: { steps: 300, lr: 6e-3, warmup: 110, ...optimiser },
  data: { length: 64, batch: 32, pairs: 16, vocab: 64 },
} as const;

const language = {
  task: 'language',
  mixers: all,
  ratios: ['pure', '4', '2'],
  sizes: ['language'],
  seeds: [1],
  training: { steps: 500, lr: 8e-3, warmup: 40, ...optimiser },
  data: { length: 256, batch: 4 },
} as const;

/** Of the paper; its learning rates are not given, these are those of the Gated DeltaNet paper. */
const paper = { lr: 4e-4, warmup: 1024, weightDecay: 0.1, minRatio: 0.1 };

/** By name, as `twill sweep --preset` takes it. */
export const sweepPresets = {
  /** Recall with three seeds and language modelling with one: 58 cells. */
  small: { name: 'small', grids: [recall, language] },
  /** Every mixer alone, measured on what is up to eight times as long as what it was trained on. */
  extrapolation: {
    name: 'extrapolation',
    grids: [
      { ...language, ratios: ['pure'], data: { length: 128, batch: 8 }, measures: ['bits-by-length'] },
      {
        ...recall,
        task: 'string-copying',
        ratios: ['pure'],
        training: { ...recall.training, steps: 500, warmup: 50 },
        data: { length: 12, batch: 64 },
      },
    ],
  },
  /** One night: 12 layers, three of the paper's ratios. */
  'paper-mini': {
    name: 'paper-mini',
    grids: [
      {
        task: 'language',
        mixers: all,
        ratios: ['pure', '12', '6', '3'],
        sizes: ['mini'],
        seeds: [1],
        training: { steps: 2000, lr: 4e-3, warmup: 200, ...optimiser },
        data: { length: 512, batch: 8 },
      },
      { ...recall, seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
    ],
  },
  /** 340M on 20 billion tokens in steps of 50 thousand, 1.3B on 100 billion in steps of a million. */
  paper: {
    name: 'paper',
    grids: [
      {
        name: 'language-340M',
        task: 'language',
        mixers: all,
        ratios,
        sizes: ['340M'],
        seeds: [42],
        training: { steps: 406901, ...paper },
        data: { length: 4096, batch: 12 },
      },
      {
        name: 'language-1.3B',
        task: 'language',
        mixers: all,
        ratios,
        sizes: ['1.3B'],
        seeds: [42],
        training: { steps: 95367, ...paper },
        data: { length: 4096, batch: 256 },
      },
    ],
  },
} as const satisfies Record<string, SweepPreset>;
