// Colours by name, so that one picture serves light and dark: the page defines the variables, plots refer to them.
import type { Axis, AxisValue } from './axis.ts';
import type { Line } from './part.ts';

/** [name, light, dark]. */
export const colors: readonly (readonly [string, string, string])[] = [
  ['paper', '#fcfcfb', '#16181c'],
  ['card', '#ffffff', '#1d2025'],
  ['ink', '#1c1e21', '#eceef0'],
  ['soft', '#5b616a', '#a6adb7'],
  ['rule', '#dcdfe3', '#363b43'],
  ['link', '#1f6fb2', '#7ab8f0'],
  // Families, in the order in which they stand in the grid.
  ['f0', '#2a78d6', '#4f9af0'],
  ['f1', '#c2410c', '#f0864a'],
  ['f2', '#0f8a5f', '#2fbf8a'],
  ['f3', '#b8860b', '#e0b030'],
  ['f4', '#c2338a', '#ee6fb8'],
  ['f5', '#5b3fc4', '#a48cff'],
  ['f6', '#0e7f8c', '#3cc3d2'],
  ['f7', '#8a5a33', '#c99a6b'],
  // Ratios, from no softmax layer to many.
  ['r0', '#64748b', '#94a3b8'],
  ['r1', '#c99700', '#ecc94b'],
  ['r2', '#dd6b20', '#f6934c'],
  ['r3', '#c53064', '#f472a0'],
  ['r4', '#6b3fa0', '#b794f4'],
];

export const ink = 'var(--ink)';
export const soft = 'var(--soft)';
export const rule = 'var(--rule)';
export const card = 'var(--card)';

/** Colours of lines; after so many they come again. */
export const FAMILIES = 8;

export function familyColor(index: number): string {
  return `var(--f${index % FAMILIES})`;
}

/** A value of an axis has the same colour in all plots of a part. */
export function valueColor({ values }: Axis, { key }: AxisValue): string {
  if (key === 'pure') return 'var(--r0)';
  const others = values.filter((value) => value.key !== 'pure');
  const at = others.findIndex((value) => value.key === key);
  if (others.length > 4) return at < 5 ? `var(--r${(at + 1) % 5})` : familyColor(at - 5);
  return `var(--r${others.length === 1 ? 2 : others.length === 2 ? [1, 3][at] : 1 + at})`;
}

/** Lines in the order of the grid; softmax models are grey. */
export function lineColors({ lines }: { readonly lines: readonly Line[] }): Map<Line, string> {
  let at = 0;
  return new Map(lines.map((line) => [line, line.models[0].isSoftmax ? soft : familyColor(at++)]));
}

const font = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

/** Of all plots. */
export const config = {
  background: 'transparent',
  font,
  padding: 4,
  aria: false,
  view: { stroke: null },
  axis: {
    labelColor: soft,
    titleColor: soft,
    titleFontWeight: 'normal',
    labelFontSize: 11,
    titleFontSize: 11,
    gridColor: rule,
    domainColor: rule,
    tickColor: rule,
    titlePadding: 8,
    labelPadding: 5,
    tickSize: 0,
  },
  legend: { labelColor: soft, titleColor: soft, labelFontSize: 11, titleFontSize: 11, labelLimit: 0 },
  text: { fontSize: 11, fill: ink },
} as const;
