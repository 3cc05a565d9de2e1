// The report as Markdown: text and tables; the pictures are in the page beside it.
import { type Block, type Report, rowsOf } from './document.ts';

/** The report as Markdown. */
export function markdown({ title, lead, sections }: Report): string {
  const parts = [
    `# ${plain(title)}`,
    plain(lead),
    'The pictures are in `report.html`, beside this file.',
    ...sections
      .filter(({ blocks }) => blocks.some(({ kind }) => kind !== 'pictures'))
      .flatMap(({ title, blocks }) => [`## ${plain(title)}`, ...blocks.flatMap(written)]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function written(block: Block): string[] {
  switch (block.kind) {
    case 'text':
      return [`${block.about ? `**${plain(block.about)}.** ` : ''}${plain(block.text)}`];
    case 'code':
      return [...(block.summary ? [`${plain(block.summary)}:`] : []), `\`\`\`\n${block.text.trimEnd()}\n\`\`\``];
    case 'table':
      return [
        plain(block.caption),
        table(
          block.head,
          rowsOf(block, (cell) => `**${cell}**`),
        ),
      ];
    case 'pictures':
      return [];
  }
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => plain(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map((_, i) => (i === 0 ? ' :-- ' : ' --: ')).join('|')}|`, ...rows.map(line)].join('\n');
}

/** One line, in which nothing is taken for HTML. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
