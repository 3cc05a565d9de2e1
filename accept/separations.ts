// The trainings of separations.accept.ts, as a specification of a sweep.

/** Of Grazzi et al. and DeltaProduct, where one layer suffices; convolutions would give it a second way to mix. */
const tracking = {
  model: { num_hidden_layers: 1, hidden_size: 32, intermediate_size: 64, initializer_range: 0.05 },
  attn: {},
};
const seeds = [1, 2, 3];
const optimiser = { lr: 1e-2, warmup: 50 };
const deltanet = { num_heads: 2, use_short_conv: false };

/** Two layers of width 64; keys as wide as values, so that states are equal. */
const recall = {
  name: 'recall',
  model: { num_hidden_layers: 2, hidden_size: 64, intermediate_size: 128, initializer_range: 0.05 },
  attn: {},
  mixers: {
    attention: { num_heads: 2 },
    deltanet: { num_heads: 2 },
    gla: { num_heads: 2, expand_k: 1, expand_v: 1 },
  },
};

/** MAD's tasks at their baseline settings, in batches of some two thousand tokens instead of 128 rows. */
export const mad = {
  'mad-recall': 16,
  'mad-noisy-recall': 16,
  'mad-fuzzy-recall': 16,
  'selective-copying': 8,
  'mad-memorization': 64,
  'mad-compression': 64,
};

export const separations = {
  name: 'separations',
  grids: [
    {
      name: 'parity',
      task: 'circuits',
      mixers: ['deltanet', 'gated-deltanet'],
      sizes: [
        {
          ...tracking,
          name: 'tracking',
          mixers: { deltanet, 'gated-deltanet': { ...deltanet, head_dim: 16, expand_v: 1 } },
        },
      ],
      seeds,
      training: { ...optimiser, steps: 400 },
      data: { circuit: 'cumulative-parity', length: 24, batch: 64 },
      over: { allow_neg_eigval: [true, false] },
    },
    {
      name: 'words',
      task: 'word-problem',
      mixers: ['deltanet'],
      sizes: [{ ...tracking, name: 'tracking', mixers: { deltanet: { ...deltanet, allow_neg_eigval: true } } }],
      seeds,
      training: { ...optimiser, steps: 600 },
      data: { group: 'S3', length: 24, batch: 64 },
      over: { elements: ['swaps', 'all'] },
    },
    {
      name: 'mqar',
      task: 'mqar-zoology',
      mixers: Object.keys(recall.mixers),
      sizes: [recall],
      seeds,
      training: { steps: 800, lr: 3e-3, warmup: 80 },
      data: { length: 64, pairs: 16, vocab: 256, batch: 32 },
    },
    ...Object.entries(mad).map(([task, batch]) => ({
      task,
      mixers: ['deltanet'],
      sizes: [recall],
      seeds,
      training: { steps: 200, lr: 6e-3, warmup: 30 },
      data: { batch },
    })),
  ],
};
