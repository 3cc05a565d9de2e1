// FDA: a fact of a report on a medical device, to be found and copied.
import { stringIn } from '../../benchmarks/columns.ts';
import { generation } from '../../benchmarks/generation.ts';
import { strip } from '../../python/white-space.ts';

export const fda = /* @__PURE__ */ generation({
  name: 'fda',
  title: 'FDA',
  dataset: {
    id: 'hazyresearch/based-fda',
    config: 'default',
    splits: { evaluation: 'validation', shots: 'validation' },
    columns: { text: 'string', value: 'string' },
  },
  source: 'Arora et al. 2024, https://arxiv.org/abs/2402.18668',
  shots: { leavesOutDocument: true },
  text: (doc) => strip(stringIn(doc, 'text')),
  answers: (doc) => [strip(stringIn(doc, 'value'))],
  options: { until: ['\n'], maxTokens: 48 },
});
