// Learning curves: a small plot per mixer, a line per seed and weave, the Transformer behind.
import { type LossPoint, thinned } from '@twilljs/sweep';
import type { TopLevelSpec } from 'vega-lite';
import type { Figure } from '../document.ts';
import { type Model, mixersOf, modelsOf, type Part, ratioText } from '../parts.ts';
import { fixed } from '../text/stats.ts';
import { ratioColor, soft } from '../theme.ts';

const POINTS = 50;

export function curveFigures(part: Part): Figure[] {
  const ends = modelsOf(part).flatMap(({ cells }) => cells.flatMap(({ losses }) => smoothed(losses)));
  if (ends.length === 0) return [];
  const x = [0, Math.max(...ends.map(([step]) => step))];
  const top = Math.ceil(Math.max(...ends.map(([, loss]) => loss)) * 2) / 2;
  const bottom = part.task === 'recall' ? 0 : Math.floor(Math.min(...ends.map(([, loss]) => loss)) * 2) / 2;
  return mixersOf(part).map(({ mixer, family }) => {
    const models = part.models.filter((m) => m.mixer === mixer);
    const lines = [
      ...(part.transformer ? curvesOf(part.transformer, soft) : []),
      ...models.flatMap((model) => curvesOf(model, ratioColor(part, model.ratio))),
    ];
    return {
      title: family,
      description: models
        .map((model) => `${ratioText(model.ratio)}: training loss ends at ${endsOf(model)}`)
        .join('; '),
      spec: {
        title: { text: family, anchor: 'start', fontSize: 12, color: 'var(--ink)', offset: 6 },
        width: 200,
        height: 120,
        layer: lines.map(({ color, points }) => ({
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
      } as unknown as TopLevelSpec,
    };
  });
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
