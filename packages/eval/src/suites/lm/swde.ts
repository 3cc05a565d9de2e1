// SWDE: a fact of a web page, to be found and copied.
import { stringIn } from '../../benchmarks/columns.ts';
import { generation } from '../../benchmarks/generation.ts';
import { strip } from '../../python/white-space.ts';

export const swde = /* @__PURE__ */ generation({
  name: 'swde',
  title: 'SWDE',
  dataset: {
    id: 'hazyresearch/based-swde-v2',
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
