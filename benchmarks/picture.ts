// The picture of docs/speed.md: how the cost of a token in training grows with length and width, and falls with threads.
import { type Curve, linesSpec } from '../packages/report/src/figures/lines.ts';
import { draw } from '../packages/report/src/render.ts';
import { type Drawing, drawingOf, sheet } from '../packages/report/src/sheet.ts';
import { single } from '../packages/report/src/text/stats.ts';
import { colors, familyColor } from '../packages/report/src/theme.ts';
import type { Told } from './page.ts';

interface Panel {
  readonly benchmark: string;
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** Of a result, beside the first of its curve. */
  value(result: Told, first: Told): number;
}

const perToken = ({ seconds = 0, tokens = 1 }: Told): number => seconds / tokens;

const panels: readonly Panel[] = [
  {
    benchmark: 'lengths',
    title: 'Length: cost of a token',
    x: 'tokens of a sequence',
    y: 'times that at 256 tokens',
    value: (result, first) => perToken(result) / perToken(first),
  },
  {
    benchmark: 'widths',
    title: 'Width: share of the peak',
    x: 'width of the model',
    y: '% of the peak',
    value: ({ share = 0 }) => 100 * share,
  },
  {
    benchmark: 'threads',
    title: 'Threads: speed',
    x: 'threads',
    y: 'times that of one',
    value: (result, first) => perToken(first) / perToken(result),
  },
];

/** The number that ends the name of a side: `T 256`, `threads: 2`. */
const placeOf = ({ side }: Told): number => Number(/(\d+)$/.exec(side)?.[1]);

async function drawing({ benchmark, title, x, y, value }: Panel, results: readonly Told[]): Promise<Drawing | null> {
  const own = results.filter((of) => of.benchmark === benchmark && placeOf(of) > 0);
  const newest = own.at(-1)?.machine.node;
  const beside = own.filter(({ machine }) => machine.node === newest);
  const familyOf = (of: Told) => of.case.split(/[ ,]/)[0];
  const curves = [...new Set(beside.map(familyOf))].map((name, i): Curve => {
    const inOrder = beside.filter((of) => familyOf(of) === name).sort((a, b) => placeOf(a) - placeOf(b));
    const points = inOrder.map((result) => ({ x: placeOf(result), spread: single(value(result, inOrder[0])) }));
    return { name, color: familyColor(i), points };
  });
  if (curves.length === 0) return null;
  const values = [...new Set(curves.flatMap(({ points }) => points.map(({ x }) => Number(x))))].sort((a, b) => a - b);
  const spec = linesSpec({ x: { title: x, scale: 'log', values }, yTitle: y, curves, mean: null, rules: [] });
  return drawingOf(title, [], await draw({ title, description: `${y} over ${x}`, spec }, benchmark));
}

/** @returns an SVG. */
export async function picture(results: readonly Told[]): Promise<string> {
  const drawn = (await Promise.all(panels.map((panel) => drawing(panel, results)))).filter((d) => d !== null);
  const variables = (which: 1 | 2) => colors.map((color) => `--${color[0]}:${color[which]}`).join(';');
  const style = `:root{color-scheme:light dark;${variables(1)}}\n@media (prefers-color-scheme:dark){:root{${variables(2)}}}`;
  return sheet('How the cost of a token in training grows with length, width and threads', style, drawn);
}
