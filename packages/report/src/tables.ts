// The tables of a report.
import { bytesText, type ComparedMeasure, grouped, STATE_CONTEXTS, tokensText } from '@twilljs/eval';
import { valueIn } from '@twilljs/sweep';
import { isRatio, valueText } from './axis.ts';
import type { Block } from './document.ts';
import { gainText } from './findings.ts';
import type { Reference, ReferenceTable } from './options.ts';
import {
  difficultiesOf,
  linesText,
  type MeanAt,
  type Model,
  mainOf,
  meansOf,
  modelAt,
  modelsOf,
  modelText,
  numberIn,
  type Part,
  resultOf,
  skippedBy,
  statesOf,
} from './part.ts';
import { capital, fixed, type Spread, single, spreadOf, spreadText } from './text/stats.ts';
import { seedsOf, tokensOf, trainedText } from './words.ts';

type Table = Extract<Block, { kind: 'table' }>;

/** So many stand in a row one by one; more are in the picture. */
const MOST_SEEDS = 4;

const INTERVAL = 'In brackets: the smallest and the largest of the seeds.';

interface Column {
  readonly head: string;
  text(model: Model): string;
  /** In the row of a mean. */
  mean?(mean: MeanAt): string;
}

/** Every model with its results and its size. */
export function resultTable(part: Part): Table {
  const several = seedsOf(part).length > 1;
  const main = mainOf(part);
  const shown = part.measures.filter(
    ({ kind, from = 0 }) => (kind === 'number' || kind === 'byDifficulty') && tokensOf(part) >= from,
  );
  const columns: Column[] = [
    ...shown.flatMap((measure) => columnsOf(part, measure)),
    ...(several && seedsOf(part).length <= MOST_SEEDS
      ? [
          {
            head: 'each seed',
            text: ({ cells }: Model) => cells.map((cell) => numberText(numberIn(cell, main))).join(' / '),
          },
        ]
      : []),
    { head: 'parameters', text: ({ counts }) => grouped(counts.parameters) },
    { head: 'without embeddings', text: ({ counts }) => grouped(counts.nonEmbeddingParameters) },
    { head: 'MFLOP/token', text: ({ counts }) => flopsText(counts.flopsPerToken / 1e6) },
    ...(modelsOf(part).some((model) => skippedBy(model) > 0)
      ? [{ head: 'steps skipped', text: (model: Model) => grouped(skippedBy(model)) }]
      : []),
  ];
  const about = shown.flatMap((measure) => (measure === main || !measure.about ? [] : [` ${measure.about}`]));
  const nameOf = ({ value, lines }: MeanAt) =>
    `Mean of ${lines}${linesText(part) === 'mixers' ? '' : ' models'}, ${isRatio(part.x) ? value.text : valueText(part.x, value)}`;
  return {
    kind: 'table',
    caption: `${part.title}. ${trainedText(part)}${several ? ` ${INTERVAL}` : ''}${about.join('')}`,
    head: ['model', ...columns.map(({ head }) => head)],
    rows: [
      ...modelsOf(part).map((model) => [modelText(part, model), ...columns.map(({ text }) => text(model))]),
      ...meansOf(part).map((mean) => [nameOf(mean), ...columns.map((column) => column.mean?.(mean) ?? '')]),
    ],
  };
}

/** A measure by difficulty has a column for each; the last one is what models are compared by. */
function columnsOf(part: Part, measure: ComparedMeasure): Column[] {
  const isMain = measure === mainOf(part);
  const mean = isMain ? { mean: ({ spread }: MeanAt) => spreadText(spread) } : {};
  if (measure.kind === 'number') {
    return [{ head: measure.title, text: (model) => spreadText(resultOf(part, model, measure)), ...mean }];
  }
  const all = difficultiesOf(part, measure);
  return all.map((at) => ({
    head: `${isMain ? '' : `${measure.title} at `}${at} ${part.task.axis.unit}`,
    text: ({ cells }) =>
      spreadText(
        spreadOf(cells.flatMap((cell) => (valueIn(cell, measure) as Record<number, number> | null)?.[at] ?? [])),
      ),
    ...(at === all.at(-1) && mean),
  }));
}

export function stateTable(part: Part): Table {
  const rows = statesOf(part).map(({ model, isAlone }) => [
    isAlone ? modelText({ ...part, axes: [] }, model) : modelText(part, model),
    ...STATE_CONTEXTS.map((tokens) => bytesText(model.counts.stateBytes[tokens])),
  ]);
  return {
    kind: 'table',
    caption:
      'Bytes that one sequence keeps while it is continued: KV cache of softmax layers, state of linear ones, in f32.',
    head: ['model', ...STATE_CONTEXTS.map((tokens) => `${tokensText(tokens)} tokens`)],
    rows,
  };
}

/** What others found beside what is found here; the last columns compare how far softmax layers move each. */
export function besideTable(part: Part, { name: source, ratios: elsewhere }: Reference, there: ReferenceTable): Table {
  const { x, lines, full } = part;
  const most = x.values.at(-1);
  const isCompared = isRatio(x) && x.values[0]?.key === 'pure' && most?.key !== 'pure';
  const row = (name: string, theirs: readonly number[] | undefined, ours: readonly (Spread | null)[]) => [
    name,
    ...elsewhere.map((_, i) => (theirs ? fixed(theirs[i]) : '–')),
    ...ours.map((spread) => spreadText(spread)),
    theirs ? gainText(single(theirs[0]), single(theirs[theirs.length - 1])) : '–',
    isCompared ? gainText(ours[0], ours[ours.length - 1]) : '–',
  ];
  const means = meansOf(part);
  const theirs = there.full ? `${fixed(there.full.value)} in the ${source}, ` : '';
  const beside = full.map(
    (model) => ` The ${modelText(part, model)}: ${theirs}${spreadText(resultOf(part, model))} here.`,
  );
  return {
    kind: 'table',
    caption: `${capital(there.unit)}, beside ${mainOf(part).title} here. ${there.note}${beside.join('')}`,
    head: [
      'mixer',
      ...elsewhere.map((ratio) => `${source} ${ratio === 'pure' ? 'pure' : `${ratio}:1`}`),
      ...x.values.map(({ text }) => `here ${text}`),
      `${source} ${elsewhere.at(-1)}:1 − pure`,
      isCompared ? `here ${most?.text} − pure` : 'here woven − pure',
    ],
    rows: [
      ...lines.map((line) =>
        row(
          line.name,
          there.rows[line.models[0].mixer],
          x.values.map((value) => resultOf(part, modelAt(line, x, value))),
        ),
      ),
      ...(means.length > 0
        ? [
            row(
              meanText(Object.keys(there.rows).length, means[0].lines),
              there.mean,
              means.map(({ spread }) => spread),
            ),
          ]
        : []),
    ],
  };
}

/** A dash where there is no number. */
const numberText = (value: number): string => (Number.isFinite(value) ? fixed(value) : '–');

/** Their mean is over their own mixers, whichever of them are here. */
function meanText(theirs: number, ours: number): string {
  return theirs === ours ? `Mean of ${ours}` : `Mean of ${theirs} there, ${ours} here`;
}

function flopsText(millions: number): string {
  return millions < 999.5 ? millions.toPrecision(3) : grouped(millions);
}
