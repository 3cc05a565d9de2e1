// LAMBADA: the last word of a passage, in the form of its authors: words and signs apart, no capitals.
import { stringIn } from '../../benchmarks/columns.ts';
import { lastWord } from '../../benchmarks/last-word.ts';

export const lambadaStandard = /* @__PURE__ */ lastWord({
  name: 'lambada_standard',
  title: 'LAMBADA (standard)',
  dataset: {
    id: 'cimec/lambada',
    config: null,
    splits: { evaluation: 'test', shots: 'validation' },
    columns: { text: 'string' },
  },
  source: 'Paperno et al. 2016, https://arxiv.org/abs/1606.06031',
  text: (doc) => stringIn(doc, 'text').split(' ').slice(0, -1).join(' '),
  word: (doc) => ` ${stringIn(doc, 'text').split(' ').at(-1)}`,
});
