// Legends that several figures share.
import { type Axis, valueText } from '../axis.ts';
import type { Key } from '../document.ts';
import { type Part, shortText } from '../part.ts';
import { lineColors, soft, valueColor } from '../theme.ts';

export const valueKeys = (axis: Axis, mark: Key['mark']): Key[] =>
  axis.values.map((value) => ({ label: valueText(axis, value), color: valueColor(axis, value), mark }));

export function lineKeys(part: Part): Key[] {
  const lines = [...lineColors(part)].map(([{ name }, color]): Key => ({ label: name, color, mark: 'line' }));
  return [
    ...lines,
    ...part.full.map((model): Key => ({ label: shortText(part, model), color: soft, mark: 'diamond' })),
  ];
}
