// The end of the small study: one table, what it says and what it does not, in words.

import { bytesText } from '@twilljs/eval';
import type { Ratio } from '@twilljs/hybrid';
import { ratioText, spanOf, spreadOf, table } from '@twilljs/report';
import type { SweepCellResult } from '@twilljs/sweep';

type Cells = readonly SweepCellResult[];

/** What cells of the study's two tasks found. */
const recallIn = ({ recall }: SweepCellResult) => recall as Readonly<Record<number, number>> | undefined;
const bitsIn = ({ bitsPerByte }: SweepCellResult) => bitsPerByte as number | undefined;

/** One row for each mixer: bits per byte and recall, at each ratio. @param corpus what the language models read. */
export function studyTable(cells: Cells, corpus: string): string {
  const language = cells.filter(({ task }) => task === 'language');
  const recall = cells.filter(({ task }) => task === 'recall');
  const pairs = hardest(recall);
  const [bitsAt, recallAt] = [language, recall].map(ratiosOf);
  const mixers = [...new Set(cells.map(({ mixer }) => mixer))];
  // Sizes of one kind of model, that all of them have.
  const onText = mixers.every((mixer) => at(language, mixer, 'pure').length > 0);
  const rows = mixers.map((mixer) => {
    const own = cells.filter((cell) => cell.mixer === mixer);
    const pure = at(onText ? language : recall, mixer, 'pure')[0] ?? own[0];
    return [
      nameOf(pure),
      ...bitsAt.map((ratio) => shown(at(language, mixer, ratio), (cell) => bitsIn(cell)?.toFixed(3))),
      ...recallAt.map((ratio) => shown(at(recall, mixer, ratio), (cell) => percentOf(recallIn(cell)?.[pairs]))),
      `${Math.round(pure.parameters / 1000)}k`,
      bytesText(pure.stateBytes[32768]),
    ];
  });
  const head = [
    'mixer',
    ...bitsAt.map((ratio) => `bits\n${ratioText(ratio)}`),
    ...recallAt.map((ratio) => `recall %\n${ratioText(ratio)}`),
    'size',
    'state\nat 32k',
  ];
  const seeds = [...new Set(recall.map(({ seed }) => seed))];
  return `${[
    `bits    per byte of ${corpus}`,
    `recall  of ${pairs} pairs (MQAR, chance 3 %), ${seeds.length > 1 ? `seeds ${seeds.join(', ')}` : `seed ${seeds[0]}`}`,
    'pure    the mixer alone; 1 in r: with full attention in one layer of r',
    `size    parameters of the pure ${onText ? 'language' : 'recall'} model; state: bytes of one sequence at 32k tokens`,
  ].join('\n')}\n\n${table(head, rows)}`;
}

/** What the numbers show, with what keeps them from being a finding. */
export function studySentence(cells: Cells): string {
  const linear = cells.filter(({ mixer, failed }) => mixer !== 'attention' && failed === undefined);
  const language = linear.filter((cell) => bitsIn(cell) !== undefined);
  const recall = linear.filter((cell) => recallIn(cell) !== undefined);
  if (language.length === 0 || recall.length === 0) return '';
  const pairs = hardest(recall);
  const [alone, woven] = [true, false].map((isPure) =>
    meanOf(
      recall.filter(({ ratio }) => (ratio === 'pure') === isPure).map((cell) => recallIn(cell)?.[pairs] as number),
    ),
  );
  const bits = (group: Cells) => meanOf(group.map((cell) => bitsIn(cell) as number));
  const complete = groups(language, ({ mixer }) => mixer).filter((own) => own.length === ratiosOf(language).length);
  const byRatio = complete.length > 0 ? spanOf(groups(complete.flat(), ({ ratio }) => ratio).map(bits)) : 0;
  const byMixer = spanOf(groups(language, ({ mixer }) => mixer).map(bits));
  return (
    `With full attention in some layers the mixers recall ${percent(woven)} of the values instead of ${percent(alone)}, ` +
    `while the loss on text moves by ${byRatio.toFixed(3)} bit with the ratio and by ${byMixer.toFixed(3)} bit with the mixer; ` +
    'these are tiny models with unequal parameters after some hundred steps, so it is what is learned soon that counts here, not what ' +
    'a model can hold, and a gap below 0.07 bit between two cells means nothing.'
  );
}

/** The language cell with the fewest bits per byte. */
export function bestOnText(cells: Cells): SweepCellResult | undefined {
  return cells
    .filter((cell) => bitsIn(cell) !== undefined && cell.failed === undefined)
    .sort((a, b) => (bitsIn(a) as number) - (bitsIn(b) as number))[0];
}

const meanOf = (values: readonly number[]): number => spreadOf(values)?.mean ?? Number.NaN;
const nameOf = ({ title }: SweepCellResult): string => title.split(',')[0];
const percent = (share: number): string => `${Math.round(100 * share)} %`;
const percentOf = (share: number | undefined) => (share === undefined ? undefined : String(Math.round(100 * share)));

/** The largest number of pairs that was asked for. */
function hardest(recall: Cells): number {
  return Math.max(...recall.flatMap((cell) => Object.keys(recallIn(cell) ?? {}).map(Number)));
}

function ratiosOf(cells: Cells): Ratio[] {
  return [...new Set(cells.map(({ ratio }) => ratio))];
}

function at(cells: Cells, mixer: string, ratio: string): Cells {
  return cells.filter((cell) => cell.mixer === mixer && cell.ratio === ratio);
}

/** Every seed, never only a mean. */
function shown(cells: Cells, value: (cell: SweepCellResult) => string | undefined): string {
  return cells.map((cell) => (cell.failed === undefined && value(cell)) || 'failed').join(' ');
}

function groups(cells: Cells, key: (cell: SweepCellResult) => string): Cells[] {
  const by = new Map<string, SweepCellResult[]>();
  for (const cell of cells) by.set(key(cell), [...(by.get(key(cell)) ?? []), cell]);
  return [...by.values()];
}
