// Figures side by side in one SVG file, in light and dark: what a page of Markdown can show.

const [MARGIN, HEAD, GAP] = [14, 48, 18];

/** What keys that all drawings share take above them. */
const KEYS = 30;

export interface Drawing {
  readonly title: string;
  /** Colour and text of each key. */
  readonly keys: readonly (readonly [string, string])[];
  /** Without a width and a height of its own. */
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** An `<svg>` as a report draws it. */
export function drawingOf(title: string, keys: Drawing['keys'], svg: string): Drawing {
  const [, width, height] = /viewBox="0 0 (\S+) (\S+)"/.exec(svg) ?? [];
  const bare = svg.replace(/ width="[^"]*" height="[^"]*"/, '');
  return { title, keys, svg: bare, width: Number(width), height: Number(height) };
}

/**
 * @param variables a style sheet that defines the colours which drawings name.
 * @param keys that all drawings share.
 */
export function sheet(
  title: string,
  variables: string,
  drawings: readonly Drawing[],
  keys: Drawing['keys'] = [],
): string {
  let x = MARGIN;
  const top = keys.length > 0 ? KEYS : 0;
  const all = drawings.map((drawing) => {
    const svg = placed(drawing, x, top);
    x += drawing.width + GAP;
    return svg;
  });
  const width = x - GAP + MARGIN;
  const height = top + HEAD + Math.max(...drawings.map(({ height }) => height)) + MARGIN;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `role="img" aria-labelledby="title" font-family="system-ui, sans-serif" font-size="12" fill="var(--ink)">` +
    `<title id="title">${title}</title><style>${variables}</style>` +
    `<rect width="100%" height="100%" rx="8" fill="var(--card)"/>${legend(keys, MARGIN, 26)}${all.join('')}</svg>\n`
  );
}

function placed({ title, keys, svg, width, height }: Drawing, x: number, top: number): string {
  const head = keys.length > 0 ? HEAD : HEAD - KEYS / 2;
  const inner = svg.replace(/^<svg/, `<svg x="${x}" y="${top + head}" width="${width}" height="${height}"`);
  return `<text x="${x}" y="${top + 22}" font-size="14" font-weight="600">${title}</text>${legend(keys, x, top + 42)}${inner}`;
}

function legend(keys: Drawing['keys'], x: number, y: number): string {
  let at = x;
  return keys
    .map(([color, text]) => {
      const key = `<circle cx="${at + 5}" cy="${y - 4}" r="4.5" fill="${color}"/><text x="${at + 14}" y="${y}">${text}</text>`;
      at += 30 + 6.4 * text.length;
      return key;
    })
    .join('');
}
