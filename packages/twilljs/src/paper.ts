// What the paper prints where it answers the same question: averages by ratio (arXiv 2507.06457v2, tables 6 and 7).
import type { Reference } from '@twilljs/report';

/** What *A Systematic Analysis of Hybrid Linear Attention* prints where it answers the same question. */
export const paper: Reference = {
  name: 'paper',
  question: 'The question is that of “A Systematic Analysis of Hybrid Linear Attention” (arXiv 2507.06457).',
  about: (parameters) =>
    'The paper trained 340M and 1.3B parameters on 20 and 100 billion tokens. Its figures and these have different units' +
    `${parameters < 3.4e5 ? ', and its models are thousands of times larger' : ''}: compare directions, not sizes. “1 in 3” has one softmax layer in every three.`,
  // `3` has one softmax layer in every three of its checkpoints.
  ratios: ['pure', '24', '12', '6', '3'],
  tables: [
    {
      task: 'mqar',
      title: 'The paper: recall by ratio',
      unit: 'RULER average, 1.3B parameters',
      rows: {
        hgrn2: [0.203, 0.303, 0.368, 0.434, 0.395],
        gla: [0.144, 0.293, 0.288, 0.33, 0.332],
        deltanet: [0.32, 0.417, 0.352, 0.371, 0.426],
        'gated-deltanet': [0.356, 0.341, 0.352, 0.425, 0.436],
      },
      mean: [0.256, 0.338, 0.34, 0.39, 0.397],
      full: { name: 'Transformer', value: 0.423 },
      note: 'The paper leaves HGRN and RetNet out as near zero, even with full attention. It has one seed.',
    },
    {
      task: 'text',
      title: 'The paper: language by ratio',
      unit: 'zero-shot accuracy, mean of 340M and 1.3B',
      rows: {
        hgrn: [0.459, 0.488, 0.482, 0.486, 0.483],
        hgrn2: [0.486, 0.488, 0.488, 0.494, 0.489],
        retnet: [0.471, 0.472, 0.472, 0.472, 0.468],
        gla: [0.459, 0.47, 0.474, 0.471, 0.478],
        deltanet: [0.472, 0.472, 0.476, 0.478, 0.475],
        'gated-deltanet': [0.487, 0.468, 0.478, 0.481, 0.478],
      },
      mean: [0.472, 0.476, 0.478, 0.48, 0.479],
      full: null,
      note: 'Higher is better in the paper’s accuracy, lower in bits per byte. The paper has one seed.',
    },
  ],
};
