// The picture of the README, from the report of a sweep: recall and loss side by side, in light and dark.
//   pnpm picture runs/start/report.html
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './check/repository.ts';

const [MARGIN, HEAD, GAP] = [14, 48, 18];

interface Drawing {
  readonly title: string;
  /** Colour and text of each key. */
  readonly keys: readonly (readonly [string, string])[];
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** The figures of a page that stand under a heading of their own. */
function drawingsIn(page: string): Drawing[] {
  return page
    .split('<div><h3>')
    .slice(1)
    .map((part) => {
      const svg = part.slice(part.indexOf('<svg'), part.indexOf('</svg>') + 6);
      const legend = part.slice(0, part.indexOf('<svg'));
      const [, width, height] = /viewBox="0 0 (\S+) (\S+)"/.exec(svg) ?? [];
      return {
        title: part.slice(0, part.indexOf('</h3>')),
        keys: [...legend.matchAll(/--key:(.+?)" aria-hidden="true"><\/i>(.*?)<\/li>/g)].map(([, color, text]) => [
          color,
          text,
        ]),
        svg: svg.replace(/ width="[^"]*" height="[^"]*"/, ''),
        width: Number(width),
        height: Number(height),
      };
    });
}

function placed({ title, keys, svg, width, height }: Drawing, x: number): string {
  let at = x;
  const legend = keys.map(([color, text]) => {
    const key = `<circle cx="${at + 5}" cy="38" r="4.5" fill="${color}"/><text x="${at + 14}" y="42">${text}</text>`;
    at += 30 + 6.4 * text.length;
    return key;
  });
  const inner = svg.replace(/^<svg/, `<svg x="${x}" y="${HEAD}" width="${width}" height="${height}"`);
  return `<text x="${x}" y="22" font-size="14" font-weight="600">${title}</text>${legend.join('')}${inner}`;
}

const [path] = process.argv.slice(2);
if (!path) throw new Error('picture: no report is named; give the path of a report.html.');
const page = readFileSync(path, 'utf8');
const all = drawingsIn(page);
const chosen = ['Accuracy at', 'Loss over ratio'].map((title) => {
  const found = all.find((drawing) => drawing.title.startsWith(title));
  if (!found) throw new Error(`picture: ${path} has no figure “${title} …”; give the report of a whole study.`);
  return found;
});
const [left, right] = chosen;
const variables = /:root\{color-scheme:light dark;[^}]*\}\n@media[^{]*\{:root\{[^}]*\}\}/.exec(page)?.[0];
const width = 2 * MARGIN + left.width + GAP + right.width;
const height = HEAD + Math.max(left.height, right.height) + MARGIN;
writeFileSync(
  join(root, 'docs/study.svg'),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `role="img" aria-labelledby="title" font-family="system-ui, sans-serif" font-size="12" fill="var(--ink)">` +
    '<title id="title">Recall of each mixer alone and woven with softmax attention, and loss on text over the ratio</title>' +
    `<style>${variables}</style>` +
    `<rect width="100%" height="100%" rx="8" fill="var(--card)"/>${placed(left, MARGIN)}${placed(right, MARGIN + left.width + GAP)}</svg>\n`,
);
