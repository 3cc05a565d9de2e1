// Small line charts as SVG text, readable on light and dark pages.

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

export interface Axis {
  readonly label: string;
  /** Values with a line and a number, the first and last being the ends of the axis. */
  readonly ticks: readonly number[];
  readonly scale: 'linear' | 'log';
  /** A number as the axis shows it. */
  shown(value: number): string;
}

export interface Panel {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
}

const size = { width: 320, height: 260, left: 52, right: 12, top: 34, bottom: 42 };
/** The second is dashed, so that it shows where it lies on the first, and to those who see no colours. */
const strokes = [
  'stroke="#2563eb" stroke-width="2"',
  'stroke="#d97706" stroke-width="2" stroke-dasharray="6 3"',
  'stroke="#6b7280" stroke-width="2"',
];
const ink = '#6b7280';

/** Panels in a row, with one legend below for lines that appear in all of them under the same name. */
export function charts(panels: readonly Panel[], caption: string): string {
  const width = panels.length * size.width;
  const names = [...new Set(panels.flatMap(({ lines }) => lines.map(({ name }) => name)))];
  const legend = names.map((name, i) => {
    const x = size.left + i * 190;
    return (
      `<line x1="${x}" y1="${size.height + 14}" x2="${x + 22}" y2="${size.height + 14}" ${strokes[i % strokes.length]}/>` +
      text(x + 28, size.height + 18, name, 'start')
    );
  });
  const body = panels.map((panel, i) => `<g transform="translate(${i * size.width} 0)">${drawn(panel, names)}</g>`);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${size.height + 52}" width="${width}" ` +
    `height="${size.height + 52}" font-family="system-ui, sans-serif" font-size="11" fill="${ink}" role="img">\n` +
    `<title>${escaped(caption)}</title>\n${body.join('\n')}\n${legend.join('\n')}\n` +
    `${text(size.left, size.height + 42, caption, 'start')}\n</svg>\n`
  );
}

function drawn({ title, x, y, lines }: Panel, names: readonly string[]): string {
  const atX = placed(x, size.left, size.width - size.right);
  const atY = placed(y, size.height - size.bottom, size.top);
  const grid = [
    ...y.ticks.map(
      (v) =>
        `<line x1="${size.left}" x2="${size.width - size.right}" y1="${atY(v)}" y2="${atY(v)}" stroke="${ink}" stroke-opacity="0.2"/>` +
        text(size.left - 6, atY(v) + 4, y.shown(v), 'end'),
    ),
    ...x.ticks.map((v) => text(atX(v), size.height - size.bottom + 16, x.shown(v), 'middle')),
  ];
  const curves = lines.map(({ name, points }) => {
    const at = points.map(([px, py]) => `${atX(px)},${atY(py)}`);
    return `<polyline points="${at.join(' ')}" fill="none" ${strokes[names.indexOf(name) % strokes.length]}/>`;
  });
  const middle = (size.left + size.width - size.right) / 2;
  return [
    `<text x="${size.left}" y="18" font-size="13" font-weight="600">${escaped(title)}</text>`,
    ...grid,
    ...curves,
    text(middle, size.height - 8, x.label, 'middle'),
    `<g transform="translate(12 ${(size.top + size.height - size.bottom) / 2}) rotate(-90)">${text(0, 0, y.label, 'middle')}</g>`,
  ].join('\n');
}

/** Values of an axis to places on the page, kept between the axis's ends. */
function placed({ ticks, scale }: Axis, from: number, to: number): (value: number) => number {
  const along = scale === 'log' ? Math.log : (v: number) => v;
  const [low, high] = [along(ticks[0]), along(ticks.at(-1) as number)];
  return (value) => {
    const part = Math.min(1, Math.max(0, (along(value) - low) / (high - low)));
    return Math.round(10 * (from + part * (to - from))) / 10;
  };
}

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
