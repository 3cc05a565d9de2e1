// Training losses of runs over each other, one picture for each unit; and what was measured on the way.
import { thinned } from '@twilljs/sweep';
import type { Key, Picture } from '../document.ts';
import { betterText, numberOf } from '../part.ts';
import { fixed } from '../text/stats.ts';
import { FAMILIES, familyColor } from '../theme.ts';
import { type ComparedRun, unitOf } from './compared.ts';

const POINTS = 80;

interface Course {
  readonly name: string;
  readonly color: string;
  readonly mark: Key['mark'];
  readonly points: readonly { readonly step: number; readonly value: number }[];
}

export const runKeys = (runs: readonly ComparedRun[]): Key[] =>
  runs.map(({ name }, i) => ({ label: name, ...lookOf(i) }));

/** Colours that come again are dashed. */
const lookOf = (i: number) => ({ color: familyColor(i), mark: i < FAMILIES ? ('line' as const) : ('dash' as const) });

/** Over the steps; thinned to means. */
export function lossPictures(runs: readonly ComparedRun[]): Picture[] {
  const units = [...new Set(runs.map((run) => unitOf(run).name))];
  return units.flatMap((unit) => {
    const courses = runs.flatMap((run, i): Course[] => {
      if (unitOf(run).name !== unit) return [];
      const { steps, losses } = run.metrics;
      const sound = losses.flatMap((loss, at) => (Number.isFinite(loss) ? [[steps[at], loss] as const] : []));
      const points = thinned(sound, POINTS).map(([step, loss]) => ({ step, value: loss * unitOf(run).perNat }));
      return points.length > 0 ? [{ name: run.name, ...lookOf(i), points }] : [];
    });
    return courses.length > 0 ? [picture(`Training loss, ${unit}`, unit, courses)] : [];
  });
}

/** Of each task, by what its models are compared; none where nothing was measured before the end. */
export function measuredPictures(runs: readonly ComparedRun[]): Picture[] {
  return [...new Set(runs.map(({ task }) => task))].flatMap((task) => {
    const [main] = task.measures;
    const courses = runs.flatMap((run, i): Course[] => {
      if (run.task !== task) return [];
      const points = run.metrics.validations
        .map(({ step, values }) => ({ step, value: numberOf(main.value(values), main) }))
        .filter(({ value }) => Number.isFinite(value));
      return points.length > 1 ? [{ name: run.name, ...lookOf(i), points }] : [];
    });
    return courses.length > 0 ? [picture(`Measured: ${main.title}`, `${main.title}${betterText(main)}`, courses)] : [];
  });
}

function picture(title: string, unit: string, courses: readonly Course[]): Picture {
  const y = { field: 'value', type: 'quantitative', scale: { zero: false }, axis: { title: unit, tickCount: 6 } };
  const x = {
    field: 'step',
    type: 'quantitative',
    scale: { nice: false },
    axis: { title: 'step', grid: false, tickCount: 6 },
  };
  return {
    title,
    description: courses
      .map(
        ({ name, points }) =>
          `${name}: from ${fixed(points[0].value)} to ${fixed(points[points.length - 1].value)} ${unit}`,
      )
      .join('; '),
    series: courses.map(({ name, points }) => ({ name, values: points.map(({ value }) => value) })),
    spec: {
      width: 300,
      height: 230,
      layer: courses.map(({ color, mark, points }) => ({
        data: { values: points },
        mark: { type: 'line', stroke: color, strokeWidth: 1.6, ...(mark === 'dash' && { strokeDash: [4, 3] }) },
        encoding: { x, y },
      })),
    },
  };
}
