// Rows and columns of text.

/** A table with a rule under its head; the first column is aligned left, the others right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(...[title, ...rows.map((row) => row[i])].map(columnsOf)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => padded(cell, widths[i], i === 0))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('──');
  return `${[line(head), rule, ...rows.map(line)].join('\n')}\n`;
}

function padded(cell: string, width: number, isLeft: boolean): string {
  const space = ' '.repeat(width - columnsOf(cell));
  return isLeft ? cell + space : space + cell;
}

/** Columns on a screen, for text without wide characters. */
function columnsOf(text: string): number {
  return [...text].length;
}
