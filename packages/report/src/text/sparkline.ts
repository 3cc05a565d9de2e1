// A curve in one line of text.

export const levels = '▁▂▃▄▅▆▇█';

/**
 * Values as bars, from the smallest to the largest of them; each column is the mean of its share of the values.
 *
 * @param width columns at most.
 */
export function sparkline(values: readonly number[], width: number): string {
  const columns = averaged(values.filter(Number.isFinite), width);
  const low = Math.min(...columns);
  const high = Math.max(...columns);
  const at = (x: number) => (high === low ? 0 : Math.round(((x - low) / (high - low)) * (levels.length - 1)));
  return columns.map((x) => levels[at(x)]).join('');
}

/** Means of consecutive parts of nearly equal length. */
export function averaged(values: readonly number[], parts: number): number[] {
  const count = Math.min(parts, values.length);
  return Array.from({ length: count }, (_, i) => {
    const part = values.slice(Math.floor((i * values.length) / count), Math.floor(((i + 1) * values.length) / count));
    return part.reduce((a, b) => a + b, 0) / part.length;
  });
}
