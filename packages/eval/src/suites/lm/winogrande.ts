// WinoGrande: what a blank stands for, by how the sentence goes on after it.

import { FileError, shown } from '@twilljs/tensor';
import type { Row } from '../../benchmarks/benchmark.ts';
import { integerIn, stringIn } from '../../benchmarks/columns.ts';
import { multipleChoice } from '../../benchmarks/multiple-choice.ts';
import { strip } from '../../python/white-space.ts';
import { gatedDeltaNet, measured } from '../published.ts';

export const winogrande = /* @__PURE__ */ multipleChoice({
  name: 'winogrande',
  title: 'WinoGrande',
  dataset: {
    id: 'allenai/winogrande',
    config: 'winogrande_xl',
    splits: { evaluation: 'validation', shots: 'train' },
    columns: { sentence: 'string', option1: 'string', option2: 'string', answer: 'integer' },
  },
  source: 'Sakaguchi et al. 2019, https://arxiv.org/abs/1907.10641',
  shots: { leavesOutDocument: true },
  choices: (doc) => ['option1', 'option2'].map((option) => atBlank(doc).before + stringIn(doc, option)),
  ending: (doc) => strip(atBlank(doc).after),
  gold: (doc) => integerIn(doc, 'answer') - 1,
  published: [
    {
      source: gatedDeltaNet,
      metric: 'acc',
      figures: {
        RetNet: 0.5414,
        HGRN2: 0.528,
        Mamba: 0.5295,
        Mamba2: 0.5524,
        DeltaNet: 0.5335,
        'Gated DeltaNet': 0.5745,
        'Transformer++': 0.5351,
        Samba: 0.5556,
        'Gated DeltaNet-H1': 0.584,
        'Gated DeltaNet-H2': 0.5777,
      },
    },
    { source: measured, metric: 'acc', figures: { 'Gated DeltaNet': 0.6188 } },
  ],
});

function atBlank(doc: Row): { before: string; after: string } {
  const sentence = stringIn(doc, 'sentence');
  const blank = sentence.indexOf('_');
  if (blank < 0) throw new FileError(`column "sentence" is ${shown(sentence)} where a blank, _, is needed.`);
  return { before: sentence.slice(0, blank), after: sentence.slice(blank + 1) };
}
