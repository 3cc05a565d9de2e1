// The protocol of MAD: six tasks at their baselines and with one option changed at a time, 396 runs of an architecture, and its score.
import type { TaskFamily } from '../../task-family.ts';
import {
  madCompressionTask,
  madFuzzyRecallTask,
  madMemorizationTask,
  madNoisyRecallTask,
  madRecallTask,
  selectiveCopyingTask,
} from '../../tasks/mad.ts';
import type { Protocol, ProtocolSetting, ProtocolTask } from './protocol.ts';

const EPOCHS = 200;
const BATCH = 128;
/** Learning rate of the last step, whatever the first. */
const LEAST = 1e-6;
/** Rows that a model is tested on. */
const rows = 1280;

const examples = [6400, 3200, 1600, 800];

/** The baseline, then every value of every option that is varied. */
function varied(task: TaskFamily, label: string, over: Readonly<Record<string, readonly number[]>>): ProtocolTask {
  const usual = task.fields.examples.default as number;
  const setting = (name: string, data: Readonly<Record<string, number>>): ProtocolSetting => ({
    ...{ name, data: { rows, ...data } },
    steps: (EPOCHS * (data.examples ?? usual)) / BATCH,
  });
  const changes = Object.entries(over).flatMap(([field, values]) =>
    values.map((value) => setting(`${field}-${value}`, { [field]: value })),
  );
  return { task, label, settings: [setting('baseline', {}), ...changes] };
}

const recall = { vocab: [32, 64, 128], length: [256, 512, 1024], examples } as const;

/**
 * As `athms/mad-lab` at 0f49a452 has it, but for what follows. The learning rate falls with every step, where theirs falls with every epoch;
 * norms take no weight decay; a run whose test accuracy is above .999 is not stopped; each row comes 200 times, where theirs makes one smaller batch more of an
 * epoch that batches do not divide; numbers are f32, where theirs are bf16. Gradients are not clipped, as there.
 *
 * @see Poli et al. 2024, Mechanistic Design and Scaling of Hybrid Architectures, https://arxiv.org/abs/2403.17844
 */
export const madProtocol: Protocol = {
  name: 'mad',
  title: 'MAD',
  tasks: [
    /* @__PURE__ */ varied(madCompressionTask, 'Compress', { ...recall, length: [64, 128, 256] }),
    /* @__PURE__ */ varied(madFuzzyRecallTask, 'Fuzzy recall', recall),
    /* @__PURE__ */ varied(madRecallTask, 'In-context recall', recall),
    /* @__PURE__ */ varied(madMemorizationTask, 'Memorize', { vocab: [512, 1024, 2048, 4096, 8192] }),
    /* @__PURE__ */ varied(madNoisyRecallTask, 'Noisy recall', {
      ...recall,
      vocab: [48, 80, 144],
      noise: [0.4, 0.6, 0.8],
    }),
    /* @__PURE__ */ varied(selectiveCopyingTask, 'Selective copy', {
      ...{ ...recall, length: [512, 1024] },
      copied: [32, 64, 96],
    }),
  ],
  learningRates: [1e-4, 5e-4, 1e-3],
  weightDecays: [0, 0.1],
  seed: 12345,
  training: (lr) => ({ lr, warmup: 0, decay: 'cosine', minRatio: LEAST / lr, beta1: 0.9, beta2: 0.999, maxNorm: 1e30 }),
  model: { hidden_size: 128, num_hidden_layers: 2, intermediate_size: 352 },
  published: {
    source: 'DeltaNet (arXiv 2406.06484), table of MAD',
    scores: {
      Transformer: [0.516, 0.298, 0.941, 0.852, 0.868, 0.996],
      Hyena: [0.452, 0.079, 0.817, 0.895, 0.788, 0.931],
      'Multihead Hyena': [0.448, 0.144, 0.99, 0.894, 0.986, 0.93],
      Mamba: [0.527, 0.067, 0.904, 0.895, 0.901, 0.863],
      GLA: [0.388, 0.069, 0.808, 0.633, 0.816, 0.886],
      DeltaNet: [0.422, 0.357, 1, 0.528, 1, 1],
    },
  },
};
