// SWDE of "Just read twice": a fact of a web page, to be found and copied.

import { FileError, shown } from '@twilljs/tensor';
import type { Row } from '../../benchmarks/benchmark.ts';
import { stringIn } from '../../benchmarks/columns.ts';
import { strip } from '../../python/white-space.ts';
import { deltaNet, deltaNet340M, gatedDeltaNet } from '../published.ts';
import { factTwice, onceAndTwice, questionOf, sentence, trimmed, withoutEnd } from './cloze.ts';

export const basedSwde = /* @__PURE__ */ onceAndTwice({
  name: 'based_swde',
  prepare: (row) => ({ ...row, text: beforeSummary(stringIn(row, 'text')) }),
  title: 'SWDE (JRT)',
  dataset: {
    id: 'hazyresearch/based-swde-v2',
    config: 'default',
    splits: { evaluation: 'validation', shots: 'validation' },
    columns: { text: 'string', key: 'string', value: 'string' },
  },
  cut: { field: 'text', answers: ['key', 'value'] },
  answers: (doc) => [stringIn(doc, 'value')],
  once: (doc) => `${trimmed(strip(trimmed(strip(trimmed(pageOf(doc), '\n')), '\n')), '.')}. ${questionOf(doc)}`,
  twice: (doc) => factTwice(sentence(strip(trimmed(strip(trimmed(trimmed(pageOf(doc), '\n'), '.')), '\n'))), doc),
  published: [
    {
      source: gatedDeltaNet,
      metric: 'contains',
      figures: {
        RetNet: 0.14,
        HGRN2: 0.083,
        Mamba: 0.098,
        Mamba2: 0.191,
        DeltaNet: 0.179,
        'Gated DeltaNet': 0.254,
        'Transformer++': 0.295,
        Samba: 0.33,
        'Gated DeltaNet-H1': 0.356,
        'Gated DeltaNet-H2': 0.382,
      },
    },
    {
      source: deltaNet,
      metric: 'contains',
      figures: {
        'Transformer++': 0.666,
        RetNet: 0.428,
        Mamba: 0.414,
        GLA: 0.506,
        DeltaNet: 0.495,
        'DeltaNet, sliding windows': 0.533,
        'DeltaNet, 2 global attention layers': 0.71,
      },
    },
    {
      source: deltaNet340M,
      metric: 'contains',
      figures: {
        'Transformer++': 0.422,
        RetNet: 0.133,
        Mamba: 0.124,
        GLA: 0.24,
        DeltaNet: 0.264,
        'DeltaNet, 2 global attention layers': 0.429,
      },
    },
  ],
});

/** What stands before the summary that the page ends with. */
const SUMMARY = 'Summary of information above...';

function beforeSummary(text: string): string {
  const [page, ...summaries] = text.split(SUMMARY);
  if (summaries.length === 1) return page;
  throw new FileError(`column "text" has ${shown(SUMMARY)} ${summaries.length} times where once is needed.`);
}

const pageOf = (doc: Row): string => withoutEnd(stringIn(doc, 'text'), `${stringIn(doc, 'key')}:`);
