// The small study as one picture: learning to write, learning to recall, and what a long context costs.
import { averaged } from '../draw/sparkline.ts';
import { type Axis, charts, type Line } from '../draw/svg.ts';
import type { CellResult } from './results.ts';

/** The same role in both parts has one colour. */
const roles = { pure: 'Gated DeltaNet', hybrid: 'hybrid', transformer: 'Transformer' } as const;

const POINTS = 50;

/** An SVG of three panels. */
export function picture(results: readonly CellResult[]): string {
  const lines = (part: CellResult['part'], line: (result: CellResult) => Omit<Line, 'name'>): Line[] =>
    results
      .filter((r) => r.part === part)
      .map((r) => ({ name: roles[r.name.slice(part.length + 1) as keyof typeof roles], ...line(r) }));
  const stepsOf = (part: CellResult['part']) =>
    Math.max(...results.filter((r) => r.part === part).map((r) => r.losses.length));
  return charts(
    [
      {
        title: 'Writing',
        x: linear('steps', quarters(stepsOf('language')), String),
        y: { ...linear('training loss, bits per byte', [2, 3, 4, 6, 8], String), scale: 'log' },
        lines: lines('language', (r) => ({ points: curveOf(r.losses, Math.LN2) })),
      },
      {
        title: 'Recall',
        x: linear('steps, with 2 to 16 pairs to remember', quarters(stepsOf('recall')), String),
        y: linear('training loss, nats per answer', [0, 1, 2, 3, 4], String),
        lines: lines('recall', (r) => ({ points: curveOf(r.losses, 1) })),
      },
      {
        title: 'Memory',
        x: {
          ...linear('tokens of context', [256, 1024, 4096, 32768], (v) => (v < 1024 ? String(v) : `${v / 1024}k`)),
          scale: 'log',
        },
        y: { ...linear('bytes of state', [1e4, 1e5, 1e6, 1e7, 1e8], power), scale: 'log' },
        lines: lines('language', (r) => ({ points: r.stateByContext })),
      },
    ],
    'Six small models, one seed each: three of text (4 layers, hybrid 3:1), three of recall (2 layers, hybrid 1:1).',
  );
}

function linear(label: string, ticks: readonly number[], shown: (value: number) => string): Axis {
  return { label, ticks, scale: 'linear', shown };
}

/** The start, the quarters and the end. */
function quarters(steps: number): number[] {
  return [0, steps / 4, steps / 2, (3 * steps) / 4, steps];
}

/** Loss by step, smoothed, in units of so many nats. */
function curveOf(losses: readonly number[], unit: number): (readonly [number, number])[] {
  const parts = averaged(losses, POINTS);
  return parts.map((nats, i) => [((i + 0.5) * losses.length) / parts.length, nats / unit] as const);
}

/** 10^n as the axis shows it. */
function power(value: number): string {
  const digits = ['', '10', '100', '1 k', '10 k', '100 k', '1 M', '10 M', '100 M'];
  return digits[Math.round(Math.log10(value))];
}
