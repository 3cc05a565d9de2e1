// Learning curves: a small plot per line, a curve per seed and value of the axis, models beside the axis behind.
import { type LossPoint, thinned } from '@twilljs/sweep';
import type { Picture } from '../document.ts';
import { isClosed, type Model, mainOf, modelAt, modelsOf, type Part } from '../part.ts';
import { fixed } from '../text/stats.ts';
import { soft, valueColor } from '../theme.ts';

const POINTS = 50;

const LETTER = 12;

/** Room for 34 letters above a small plot, as Vega guesses their widths. */
const TITLE = 34 * 0.8 * LETTER;

export function curvePictures(part: Part): Picture[] {
  const { x: axis, lines } = part;
  const ends = modelsOf(part).flatMap(({ cells }) => cells.flatMap(({ losses }) => smoothed(losses)));
  if (ends.length === 0) return [];
  const x = [0, Math.max(...ends.map(([step]) => step))];
  const top = Math.ceil(Math.max(...ends.map(([, loss]) => loss)) * 2) / 2;
  // What can be solved goes down to nothing.
  const bottom = isClosed(mainOf(part)) ? 0 : Math.floor(Math.min(...ends.map(([, loss]) => loss)) * 2) / 2;
  const behind = part.full.flatMap((model) => curvesOf(model, soft));
  return lines.map((line) => {
    const models = axis.values.flatMap((value) => {
      const model = modelAt(line, axis, value);
      return model ? [{ model, value }] : [];
    });
    const curves = [...behind, ...models.flatMap(({ model, value }) => curvesOf(model, valueColor(axis, value)))];
    return {
      title: line.name,
      description: models.map(({ model, value }) => `${value.text}: training loss ends at ${endsOf(model)}`).join('; '),
      spec: {
        title: {
          ...{ text: titleOf(line.name), anchor: 'start', fontSize: LETTER, color: 'var(--ink)' },
          ...{ offset: 6, limit: TITLE },
        },
        width: 200,
        height: 120,
        layer: curves.map(({ color, points }) => ({
          data: { values: points },
          mark: {
            type: 'line',
            stroke: color,
            strokeWidth: color === soft ? 1 : 1.5,
            ...(color === soft && { strokeDash: [4, 3] }),
          },
          encoding: {
            x: {
              field: 'step',
              type: 'quantitative',
              scale: { domain: x, nice: false },
              axis: { title: 'step', grid: false, tickCount: 4 },
            },
            y: {
              field: 'loss',
              type: 'quantitative',
              scale: { domain: [bottom, top] },
              axis: { title: 'nats', tickCount: 4 },
            },
          },
        })),
      },
    };
  });
}

/** The mixer, and below it the settings that are in its name. */
function titleOf(name: string): string | string[] {
  const [mixer, ...settings] = name.split(', ');
  return settings.length > 0 ? [mixer, settings.join(', ')] : name;
}

function curvesOf({ cells }: Model, color: string): { color: string; points: { step: number; loss: number }[] }[] {
  return cells.map(({ losses }) => ({ color, points: smoothed(losses).map(([step, loss]) => ({ step, loss })) }));
}

function endsOf({ cells }: Model): string {
  return cells
    .map(({ losses }) => (losses.length > 0 ? fixed(smoothed(losses).at(-1)?.[1] as number, 2) : 'nothing'))
    .join(', ');
}

/** As many points as a picture shows, in as few digits. */
function smoothed(losses: readonly LossPoint[]): LossPoint[] {
  return thinned(losses, POINTS).map(([step, loss]) => [Number(step.toFixed(1)), Number(loss.toFixed(3))]);
}
