// The trainings of separations.accept.ts, as a specification of a sweep.

/** Of Grazzi et al. and DeltaProduct, where one layer suffices; convolutions would give it a second way to mix. */
const tracking = {
  model: { num_hidden_layers: 1, hidden_size: 32, intermediate_size: 64, initializer_range: 0.05 },
  attn: {},
};
const seeds = [1, 2, 3];
const optimiser = { lr: 1e-2, warmup: 50 };
const deltanet = { num_heads: 2, use_short_conv: false };

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
  ],
};
