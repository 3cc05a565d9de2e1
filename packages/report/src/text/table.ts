// Rows and columns of text.

/** A table with a rule under its head, whose cells may have several lines; the first column is aligned left, the others right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const heads = linesOf(head);
  const widths = head.map((_, i) => Math.max(...[...heads, ...rows].map((row) => columnsOf(row[i]))));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => padded(cell, widths[i], i === 0))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('──');
  return `${[...heads.map(line), rule, ...rows.map(line)].join('\n')}\n`;
}

/** Cells of several lines as rows, standing on the last one. */
function linesOf(cells: readonly string[]): string[][] {
  const split = cells.map((cell) => cell.split('\n'));
  const most = Math.max(...split.map(({ length }) => length));
  return Array.from({ length: most }, (_, i) => split.map((lines) => lines[i - most + lines.length] ?? ''));
}

function padded(cell: string, width: number, isLeft: boolean): string {
  const space = ' '.repeat(width - columnsOf(cell));
  return isLeft ? cell + space : space + cell;
}

/** Columns on a screen, for text without wide characters. */
function columnsOf(text: string): number {
  return [...text].length;
}
