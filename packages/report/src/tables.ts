// The tables of a report.
import { STATE_CONTEXTS } from '@twilljs/eval';
import type { SweepCellResult } from '@twilljs/sweep';
import type { Block } from './document.ts';
import { gainText } from './findings.ts';
import type { Reference, ReferenceTable } from './options.ts';
import {
  meansOf,
  measureOf,
  mixersOf,
  modelAt,
  modelsOf,
  type Part,
  ratiosOf,
  ratioText,
  recallOf,
  resultOf,
  skippedBy,
} from './parts.ts';
import { bytesText, grouped, tokensText } from './text/numbers.ts';
import { fixed, type Spread, spreadOf, spreadText } from './text/stats.ts';
import { seedsOf, tokensOf, trainedText } from './words.ts';

type Table = Extract<Block, { kind: 'table' }>;

/** So many stand in a row one by one; more are in the picture. */
const MOST_SEEDS = 4;

/** Trained on fewer tokens than this no model copies, and the column would be noise. */
const COPYING = 1e6;

const INTERVAL = 'In brackets: the smallest and the largest of the seeds.';
const COPY_GAIN = 'Copy gain: how many bits per byte less a passage of text costs when it comes again soon after.';

/** Every model with its results and its size. */
export function resultTable(part: Part): Table {
  const several = seedsOf(part).length > 1;
  const few = several && seedsOf(part).length <= MOST_SEEDS;
  const pairs = pairsOf(part);
  const copying = part.task === 'language' && tokensOf(part) >= COPYING;
  const heads =
    part.task === 'recall' ? pairs.map((n) => `${n} pairs`) : ['bits per byte', ...(copying ? ['copy gain'] : [])];
  const skips = modelsOf(part).some((model) => skippedBy(model) > 0);
  const rows = modelsOf(part).map((model) => {
    const { counts, cells, family, ratio } = model;
    const results =
      part.task === 'recall'
        ? pairs.map((n) => spreadText(spreadOf(cells.flatMap((cell) => recallOf(cell)?.[n] ?? []))))
        : [spreadText(resultOf(part, model)), ...(copying ? [spreadText(copyGainOf(cells))] : [])];
    const each = cells.map((cell) => fixed(measureOf(part, cell))).join(' / ');
    return [
      model === part.transformer ? family : `${family}, ${ratioText(ratio)}`,
      ...results,
      ...(few ? [each] : []),
      grouped(counts.parameters),
      grouped(counts.nonEmbeddingParameters),
      flopsText(counts.flopsPerToken / 1e6),
      ...(skips ? [grouped(skippedBy(model))] : []),
    ];
  });
  const means = meansOf(part).map(({ ratio, spread, mixers }) => [
    `Mean of ${mixers}, ${ratioText(ratio)}`,
    ...(part.task === 'recall' ? pairs.slice(1).map(() => '') : []),
    spreadText(spread),
    ...(copying ? [''] : []),
    ...(few ? [''] : []),
    ...['', '', ''],
    ...(skips ? [''] : []),
  ]);
  return {
    kind: 'table',
    caption: `${part.title}. ${trainedText(part)}${several ? ` ${INTERVAL}` : ''}${copying ? ` ${COPY_GAIN}` : ''}`,
    head: [
      ...['model', ...heads, ...(few ? ['each seed'] : []), 'parameters', 'without embeddings', 'MFLOP/token'],
      ...(skips ? ['steps skipped'] : []),
    ],
    rows: [...rows, ...means],
  };
}

/** Bits per byte that a passage costs less when it comes again. */
function copyGainOf(cells: readonly SweepCellResult[]): Spread | null {
  return spreadOf(cells.flatMap(({ copyGain }) => (copyGain as number | null) ?? []));
}

function pairsOf(part: Part): number[] {
  const all = modelsOf(part).flatMap(({ cells }) =>
    cells.flatMap(({ recall }) => Object.keys(recall ?? {}).map(Number)),
  );
  return [...new Set(all)].sort((a, b) => a - b);
}

export function stateTable(part: Part): Table {
  return {
    kind: 'table',
    caption:
      'Bytes that one sequence keeps while it is continued: KV cache of softmax layers, state of linear ones, in f32.',
    head: ['model', ...STATE_CONTEXTS.map((tokens) => `${tokensText(tokens)} tokens`)],
    rows: modelsOf(part).map((model) => [
      model === part.transformer ? model.family : `${model.family}, ${ratioText(model.ratio)}`,
      ...STATE_CONTEXTS.map((tokens) => bytesText(model.counts.stateBytes[tokens])),
    ]),
  };
}

/** What others found beside what is found here; the last columns compare how far softmax layers move each. */
export function besideTable(part: Part, { name: source, ratios: elsewhere }: Reference, there: ReferenceTable): Table {
  const ratios = ratiosOf(part);
  const most = ratios.at(-1) as (typeof ratios)[number];
  const isCompared = ratios[0] === 'pure' && most !== 'pure';
  const single = (value: number): Spread => ({ mean: value, low: value, high: value, count: 1 });
  const row = (name: string, theirs: readonly number[] | undefined, ours: readonly (Spread | null)[]) => [
    name,
    ...elsewhere.map((_, i) => (theirs ? fixed(theirs[i]) : '–')),
    ...ours.map((spread) => spreadText(spread)),
    theirs ? gainText(single(theirs[0]), single(theirs[theirs.length - 1])) : '–',
    isCompared ? gainText(ours[0], ours[ours.length - 1]) : '–',
  ];
  const means = meansOf(part);
  const full = resultOf(part, part.transformer);
  const theirs = there.transformer === null ? '' : `${fixed(there.transformer)} in the ${source}, `;
  const transformer = full ? ` The Transformer: ${theirs}${spreadText(full)} here.` : '';
  return {
    kind: 'table',
    caption: `${capital(there.unit)}, beside ${part.task === 'recall' ? 'accuracy' : 'bits per byte'} here. ${there.note}${transformer}`,
    head: [
      'mixer',
      ...elsewhere.map((ratio) => `${source} ${ratio === 'pure' ? 'pure' : `${ratio}:1`}`),
      ...ratios.map((ratio) => `here ${ratioText(ratio)}`),
      `${source} ${elsewhere.at(-1)}:1 − pure`,
      isCompared ? `here ${ratioText(most)} − pure` : 'here woven − pure',
    ],
    rows: [
      ...mixersOf(part).map(({ mixer, family }) =>
        row(
          family,
          there.rows[mixer],
          ratios.map((ratio) => resultOf(part, modelAt(part, mixer, ratio))),
        ),
      ),
      ...(means.length > 0
        ? [
            row(
              meanText(Object.keys(there.rows).length, means[0].mixers),
              there.mean,
              means.map(({ spread }) => spread),
            ),
          ]
        : []),
    ],
  };
}

/** Their mean is over their own mixers, whichever of them are here. */
function meanText(theirs: number, ours: number): string {
  return theirs === ours ? `Mean of ${ours}` : `Mean of ${theirs} there, ${ours} here`;
}

function flopsText(millions: number): string {
  return millions < 999.5 ? millions.toPrecision(3) : grouped(millions);
}

function capital(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}
