// Means over places of a row that double.

export interface Octave {
  readonly from: number;
  readonly to: number;
  readonly mean: number;
}

/** Means over positions [0, 1), [1, 2), [2, 4), [4, 8) ... @param values null where there is none: an octave of such is left out. */
export function octavesOf(values: readonly (number | null)[]): Octave[] {
  const octaves: Octave[] = [];
  for (let from = 0, to = 1; from < values.length; from = to, to *= 2) {
    const part = values.slice(from, to).filter((x) => x !== null);
    const mean = part.reduce((a, b) => a + b, 0) / part.length;
    if (part.length > 0) octaves.push({ from, to: Math.min(to, values.length), mean });
  }
  return octaves;
}
