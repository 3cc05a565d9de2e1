// Numbers over seeds: mean, smallest and largest, and how a text shows them.
import { grouped } from '@twilljs/eval';

/** What several seeds found. */
export interface Spread {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** Null where there is nothing. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  return { mean: meanOf(values), low: Math.min(...values), high: Math.max(...values), count: values.length };
}

/** Of one value. */
export const single = (value: number): Spread => ({ mean: value, low: value, high: value, count: 1 });

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** From the smallest to the largest; 0 of nothing. */
export function spanOf(values: readonly number[]): number {
  return values.length > 0 ? Math.max(...values) - Math.min(...values) : 0;
}

/** `0.233 [0.081, 0.400]`: the mean and, with more than one seed, the smallest and the largest. */
export function spreadText(spread: Spread | null, digits = 3): string {
  if (!spread) return '–';
  const { mean, low, high, count } = spread;
  return count === 1 ? fixed(mean, digits) : `${fixed(mean, digits)} [${fixed(low, digits)}, ${fixed(high, digits)}]`;
}

/** With a real minus sign, and no negative zero. */
export function fixed(value: number, digits = 3): string {
  const text = value.toFixed(digits);
  if (!text.startsWith('-')) return text;
  return Number(text) === 0 ? text.slice(1) : `−${text.slice(1)}`;
}

/** `+0.200` or `−0.013`. */
export function signed(value: number, digits = 3): string {
  const text = fixed(value, digits);
  return text.startsWith('−') ? text : `+${text}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

export const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** `300`, or `100 to 500`. */
export function rangeText(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? grouped(least) : `${grouped(least)} to ${grouped(most)}`;
}
