// A report as text for a terminal: its figures as curves in one line each.
import { type Block, type Report, rowsOf } from '../document.ts';
import { sparkline } from '../text/sparkline.ts';
import { table } from '../text/table.ts';
import { wrapped } from '../text/wrapped.ts';

const CURVE = 40;

/**
 * The report in lines for a terminal of so many columns.
 *
 * @param columns of the terminal, at which paragraphs are broken; tables are as wide as they are, and programs are left to the page.
 */
export function terminalText({ sections }: Report, columns: number): string {
  return sections
    .filter(({ isAside }) => !isAside)
    .map(({ title, blocks }) => ({ title, text: blocks.flatMap((block) => written(block, columns)).join('\n') }))
    .filter(({ text }) => text !== '')
    .map(({ title, text }) => `${title}\n\n${text}`)
    .join('\n');
}

function written(block: Block, columns: number): string[] {
  switch (block.kind) {
    case 'text':
      return [`${wrapped(block.about ? `${block.about}: ${block.text}` : block.text, columns)}\n`];
    case 'code':
      return [];
    case 'table':
      return [
        `${wrapped(block.caption, columns)}\n`,
        table(
          block.head,
          rowsOf(block, (cell) => `*${cell}`),
        ),
      ];
    case 'pictures':
      return block.pictures.flatMap(({ title, series = [] }) => (series.length > 0 ? [curves(title, series)] : []));
  }
}

function curves(
  title: string,
  series: readonly { readonly name: string; readonly values: readonly number[] }[],
): string {
  const width = Math.max(...series.map(({ name }) => name.length));
  const lines = series.map(({ name, values }) => {
    const [first, last] = [values[0], values.at(-1)].map((value = Number.NaN) => value.toFixed(3));
    return `  ${name.padEnd(width)}  ${first} ${sparkline(values, CURVE)} ${last}`;
  });
  return `${title}\n${lines.join('\n')}\n`;
}
