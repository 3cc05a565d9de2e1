// The picture of the README, from the report of a sweep: recall and loss side by side, in light and dark.
//   pnpm picture runs/start/report.html
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Drawing, drawingOf, sheet } from '../packages/report/src/sheet.ts';
import { root } from './check/repository.ts';

/** The figures of a page that stand under a heading of their own. */
function drawingsIn(page: string): Drawing[] {
  return page
    .split('<div><h3>')
    .slice(1)
    .map((part) => {
      const svg = part.slice(part.indexOf('<svg'), part.indexOf('</svg>') + 6);
      const legend = part.slice(0, part.indexOf('<svg'));
      const keys = [...legend.matchAll(/--key:(.+?)" aria-hidden="true"><\/i>(.*?)<\/li>/g)];
      return drawingOf(
        part.slice(0, part.indexOf('</h3>')),
        keys.map(([, color, text]) => [color, text]),
        svg,
      );
    });
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
const variables = /:root\{color-scheme:light dark;[^}]*\}\n@media[^{]*\{:root\{[^}]*\}\}/.exec(page)?.[0] ?? '';
const title = 'Recall of each mixer alone and woven with softmax attention, and loss on text over the ratio';
writeFileSync(join(root, 'docs/study.svg'), sheet(title, variables, chosen));
