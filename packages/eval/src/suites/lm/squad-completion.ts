// SQuAD as sentences to be ended: an answer that stands in the passage before.
import { stringIn } from '../../benchmarks/columns.ts';
import { generation } from '../../benchmarks/generation.ts';
import { strip } from '../../python/white-space.ts';

export const squadCompletion = /* @__PURE__ */ generation({
  name: 'squad_completion',
  title: 'SQuAD (completion)',
  dataset: {
    id: 'hazyresearch/based-squad',
    config: 'default',
    splits: { evaluation: 'validation', shots: 'validation' },
    columns: { text: 'string', value: 'string' },
  },
  source: 'Arora et al. 2024, https://arxiv.org/abs/2402.18668',
  shots: { leavesOutDocument: true },
  text: (doc) => strip(stringIn(doc, 'text')),
  answers: (doc) => [strip(stringIn(doc, 'value'))],
  options: { until: ['\n\n'], maxTokens: 256 },
});
