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
  const steps = Math.max(...results.filter((r) => r.part === 'language').map((r) => r.losses.length));
  return charts(
    [
      {
        title: 'Writing',
        x: linear('steps', [0, steps / 2, steps], String),
        y: linear('training loss, bits per byte', [1.5, 2.5, 3.5, 4.5, 5.5], (v) => v.toFixed(1)),
        lines: lines('language', (r) => ({ points: curveOf(r.losses) })),
      },
      {
        title: 'Recall',
        x: { ...linear('pairs to remember', [4, 8, 16], String), scale: 'log' },
        y: linear('accuracy', [0, 0.25, 0.5, 0.75, 1], (v) => v.toFixed(2)),
        lines: lines('recall', (r) => ({
          marks: true,
          points: Object.entries(r.recall ?? {}).map(([pairs, accuracy]) => [Number(pairs), accuracy] as const),
        })),
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

/** Nats by step as bits by step, smoothed. */
function curveOf(losses: readonly number[]): (readonly [number, number])[] {
  const parts = averaged(losses, POINTS);
  return parts.map((nats, i) => [((i + 0.5) * losses.length) / parts.length, nats / Math.LN2] as const);
}

/** 10^n as the axis shows it. */
function power(value: number): string {
  const digits = ['', '10', '100', '1 k', '10 k', '100 k', '1 M', '10 M', '100 M'];
  return digits[Math.round(Math.log10(value))];
}
