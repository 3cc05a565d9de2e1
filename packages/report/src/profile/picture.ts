// The profile of an architecture: a bar for each task, the others as dots on it, tasks of one skill together.
import type { Key, Picture } from '../document.ts';
import { fixed, listed } from '../text/stats.ts';
import { card, familyColor, ink, rule, soft } from '../theme.ts';
import type { Architecture, AskedTask, Scores } from './scores.ts';

/** Pixels: of the plot, of names at its left and numbers at its right, of a row, its bar, and of the head of a skill. */
const [WIDTH, NAMES, NUMBERS, ROW, BAR, HEAD] = [250, 132, 44, 27, 15, 25];

/** Dots nearer than this stand above each other, so far apart. */
const [NEAR, APART] = [0.025, 4.4];

/** Colour of every architecture, the same in all pictures of a section; softmax attention is grey. */
export type Colors = ReadonlyMap<string, string>;

export function colorsOf({ own, others }: Scores, mixers: readonly { name: string; role: string }[]): Colors {
  let more = mixers.length;
  const colorOf = ({ mixer, name }: Architecture, i: number, all: readonly Architecture[]) => {
    const at = mixers.findIndex((one) => one.name === mixer);
    const isFirst = all.findIndex((one) => one.mixer === mixer) === i;
    const color = at >= 0 && mixers[at].role === 'softmax' ? soft : familyColor(at);
    return [name, at >= 0 && isFirst ? color : familyColor(more++)] as const;
  };
  return new Map([...own, ...others].map(colorOf));
}

/** What the bars and the dots of one architecture's picture stand for. */
export const profileKeys = (one: Architecture, others: readonly Architecture[], colors: Colors): Key[] => [
  { label: one.name, color: colors.get(one.name) as string, mark: 'square' },
  ...others.map(({ name }): Key => ({ label: name, color: colors.get(name) as string, mark: 'dot' })),
];

interface Row {
  readonly task: AskedTask;
  /** Its middle. */
  readonly y: number;
}

/**
 * @param others whose dots stand on the bars.
 * @param tasks in the order in which they stand, those of a skill one after another.
 */
export function profilePicture(
  one: Architecture,
  others: readonly Architecture[],
  tasks: readonly AskedTask[],
  colors: Colors,
): Picture {
  const { rows, heads, height } = placed(tasks);
  const bars = rows.flatMap(({ task, y }) => {
    const found = one.scores.get(task.name);
    if (!found) return [];
    const [low, high] = [inside(found.low), inside(found.high)];
    return [{ y, to: inside(found.mean), low, high, count: found.count, text: fixed(found.mean, 2) }];
  });
  const missing = rows.filter(({ task }) => !one.scores.has(task.name)).map(({ y }) => ({ y, text: 'failed' }));
  const dots = rows.flatMap(({ task, y }) => dotsOn(task, y, others, colors));
  const lone = rows
    .filter(({ task }) => !others.some(({ scores }) => scores.has(task.name)))
    .map(({ task, y }) => ({ y, at: Math.max(0, inside(one.scores.get(task.name)?.mean ?? 0)) }));
  const y = (field: string) => ({
    ...{ field, type: 'quantitative', scale: { domain: [0, height], range: [0, height] }, axis: null },
  });
  const x = (field: string) => ({
    ...{ field, type: 'quantitative', scale: { domain: [0, 1] } },
    axis: {
      ...{ title: null, values: [0, 0.5, 1], domain: false, labelPadding: 3 },
      labelExpr: "datum.value === 0 ? 'chance' : datum.value === 1 ? 'all right' : '0.5'",
    },
  });
  const fill = { field: 'color', type: 'nominal', scale: null };
  const text = (values: readonly object[], mark: object, at: object) => ({
    data: { values },
    mark: { type: 'text', baseline: 'middle', ...mark },
    encoding: { y: y('y'), text: { field: 'text' }, ...at },
  });
  return {
    title: `${one.name}: ${listed([...new Set(tasks.map(({ skill }) => skill.toLowerCase()))])}`,
    description: rows
      .map(({ task }) => {
        const told = [one, ...others].flatMap(({ name, scores }) => {
          const found = scores.get(task.name);
          return found ? [`${name} ${fixed(found.mean, 2)}`] : [];
        });
        return `${task.label}: ${told.join(', ')}`;
      })
      .join('; '),
    spec: {
      ...{ width: WIDTH, height, padding: { left: NAMES, right: NUMBERS, top: 2, bottom: 20 } },
      autosize: { type: 'none' },
      layer: [
        {
          data: { values: rows.map(({ y }) => ({ from: 0, to: 1, top: y - BAR / 2, bottom: y + BAR / 2 })) },
          mark: { type: 'rect', fill: rule, opacity: 0.45, cornerRadius: 2 },
          encoding: { x: x('from'), x2: { field: 'to' }, y: y('top'), y2: { field: 'bottom' } },
        },
        {
          data: {
            values: bars.map((bar) => ({ ...bar, from: 0, top: bar.y - BAR / 2, bottom: bar.y + BAR / 2 })),
          },
          mark: { type: 'rect', fill: colors.get(one.name), cornerRadius: 2 },
          encoding: { x: x('from'), x2: { field: 'to' }, y: y('top'), y2: { field: 'bottom' } },
        },
        {
          data: { values: bars.filter(({ count }) => count > 1) },
          mark: { type: 'rule', stroke: ink, strokeWidth: 1.5 },
          encoding: { x: x('low'), x2: { field: 'high' }, y: y('y') },
        },
        {
          data: { values: dots },
          mark: { type: 'circle', size: 50, opacity: 1, stroke: card, strokeWidth: 1 },
          encoding: { x: x('at'), y: y('y'), fill },
        },
        text(heads, { align: 'left', fontWeight: 600, fontSize: 12 }, { x: { value: -NAMES + 4 } }),
        text(
          rows.map(({ task, y }) => ({ y, text: task.label })),
          { align: 'right' },
          { x: { value: -8 } },
        ),
        text(bars, { align: 'right', fontWeight: 600, fontSize: 12 }, { x: { value: WIDTH + NUMBERS - 2 } }),
        text(missing, { align: 'right', fill: soft }, { x: { value: WIDTH + NUMBERS - 2 } }),
        ...[lone.filter(({ at }) => at <= 0.5), lone.filter(({ at }) => at > 0.5)].map((some, isIn) =>
          text(
            some.map((one) => ({ ...one, text: 'others not measured' })),
            { fontSize: 10, ...(isIn ? { align: 'right', dx: -6, fill: card } : { align: 'left', dx: 6, fill: soft }) },
            { x: x('at') },
          ),
        ),
      ],
    },
  };
}

/** Worse than chance is drawn as chance. */
const inside = (score: number): number => Math.min(1, Math.max(0, score));

function placed(tasks: readonly AskedTask[]): { rows: Row[]; heads: { y: number; text: string }[]; height: number } {
  const [rows, heads]: [Row[], { y: number; text: string }[]] = [[], []];
  let y = 0;
  for (const [i, task] of tasks.entries()) {
    if (task.skill !== tasks[i - 1]?.skill) {
      heads.push({ y: y + HEAD / 2 + 2, text: task.skill });
      y += HEAD;
    }
    rows.push({ task, y: y + ROW / 2 });
    y += ROW;
  }
  return { rows, heads, height: y };
}

/** Those that would hide each other stand above each other, around the middle of the row. */
function dotsOn(task: AskedTask, y: number, others: readonly Architecture[], colors: Colors) {
  const all = others
    .flatMap(({ name, scores }) => {
      const found = scores.get(task.name);
      return found ? [{ at: inside(found.mean), color: colors.get(name) as string }] : [];
    })
    .sort((a, b) => a.at - b.at);
  const piles: (typeof all)[] = [];
  for (const dot of all) {
    const pile = piles.at(-1);
    if (pile && dot.at - pile[0].at < NEAR) pile.push(dot);
    else piles.push([dot]);
  }
  return piles.flatMap((pile) => pile.map((dot, i) => ({ ...dot, y: y + (i - (pile.length - 1) / 2) * APART })));
}
