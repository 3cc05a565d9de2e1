// WikiText-2: whole articles, the perplexity of their words.
import { stringIn } from '../../benchmarks/columns.ts';
import { rolling } from '../../benchmarks/rolling.ts';
import { strip } from '../../python/white-space.ts';
import { deltaNet, deltaNet340M, gatedDeltaNet, measured } from '../published.ts';

export const wikitext = /* @__PURE__ */ rolling({
  name: 'wikitext',
  title: 'WikiText-2',
  version: 2,
  dataset: {
    id: 'EleutherAI/wikitext_document_level',
    config: 'wikitext-2-raw-v1',
    splits: { evaluation: 'test', shots: 'train' },
    columns: { page: 'string' },
  },
  source: 'Merity et al. 2016, https://arxiv.org/abs/1609.07843',
  text: (doc) => asWritten(stringIn(doc, 'page')),
  // Words and bytes are those of the page as it is in the data set.
  counted: (doc) => stringIn(doc, 'page'),
  published: [
    {
      source: gatedDeltaNet,
      metric: 'word_perplexity',
      figures: {
        RetNet: 19.08,
        HGRN2: 19.1,
        Mamba: 17.92,
        Mamba2: 16.56,
        DeltaNet: 17.71,
        'Gated DeltaNet': 16.42,
        'Transformer++': 18.53,
        Samba: 16.13,
        'Gated DeltaNet-H1': 16.07,
        'Gated DeltaNet-H2': 15.91,
      },
    },
    {
      source: deltaNet,
      metric: 'word_perplexity',
      figures: {
        'Transformer++': 16.85,
        RetNet: 18.64,
        Mamba: 17.06,
        GLA: 17.22,
        DeltaNet: 16.87,
        'DeltaNet, 2 global attention layers': 16.55,
      },
    },
    {
      source: deltaNet340M,
      metric: 'word_perplexity',
      figures: {
        'Transformer++': 28.39,
        RetNet: 32.33,
        Mamba: 28.39,
        GLA: 29.47,
        DeltaNet: 28.24,
        'DeltaNet, 2 global attention layers': 27.51,
      },
    },
    { source: measured, metric: 'word_perplexity', figures: { 'Gated DeltaNet': 16.823771 } },
    { source: measured, metric: 'byte_perplexity', figures: { 'Gated DeltaNet': 1.695328 } },
    { source: measured, metric: 'bits_per_byte', figures: { 'Gated DeltaNet': 0.761565 } },
  ],
});

/** What makes text of words and signs that stand apart, in this order. The second is what the harness has there, a mistake included. */
const steps: readonly (readonly [what: string | RegExp, by: string])[] = [
  ["s '", "s'"],
  [/\/' [0-9]\//g, "/'[0-9]/"],
  [' @-@ ', '-'],
  [' @,@ ', ','],
  [' @.@ ', '.'],
  [' : ', ': '],
  [' ; ', '; '],
  [' . ', '. '],
  [' ! ', '! '],
  [' ? ', '? '],
  [' , ', ', '],
];

/** Pairs of signs, white space just within which goes. */
const pairs: readonly RegExp[] = [
  /(\()([^)]*)(\))/g,
  /(\[)([^\]]*)(\])/g,
  /(\{)([^}]*)(\})/g,
  /(")([^"]*)(")/g,
  /(')([^']*)(')/g,
];

const lastSteps: readonly (readonly [what: string, by: string])[] = [
  ['= = = =', '===='],
  ['= = =', '==='],
  ['= =', '=='],
  [' \u00b0 ', '\u00b0'],
  [' \n', '\n'],
  ['\n ', '\n'],
  [' N ', ' 1 '],
  [" 's", "'s"],
];

/** A page as people write it. */
function asWritten(page: string): string {
  const first = steps.reduce((text, [what, by]) => text.replaceAll(what, by), page);
  const within = (_: string, open: string, inner: string, close: string) => open + strip(inner) + close;
  const paired = pairs.reduce((text, pair) => text.replace(pair, within), first);
  return lastSteps.reduce((text, [what, by]) => text.replaceAll(what, by), paired);
}
