// Compares a value with what stands after `// =>`; free of imports, because examples carry it along.

/**
 * Throws unless `actual` is what the text says: literally, or as a JavaScript value whose numbers agree to the decimals shown.
 *
 * @param where file and line, for the message.
 */
export function same(actual: unknown, expected: string, where: string): void {
  const shown = show(actual);
  if (shown === expected || String(actual) === expected) return;
  const value = evaluate(expected);
  if (value !== undefined && agree(plain(actual), value, tolerance(expected))) return;
  throw new Error(`${where}: the text says ${expected}, the program says ${shown}.`);
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(plain(value)) ?? String(value));
}

/** Typed arrays as arrays, so that `[1, 2]` describes them. */
function plain(value: unknown): unknown {
  return ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as Float32Array) : value;
}

/** The value of an expression, or undefined for text that is none. */
function evaluate(text: string): unknown {
  try {
    return new Function(`'use strict'; return (${text});`)();
  } catch {
    return undefined;
  }
}

/** Half a unit of the last decimal of the finest number in the text; 0 when it shows integers alone. */
function tolerance(text: string): number {
  const decimals = [...text.matchAll(/\d\.(\d+)(?:e([+-]?\d+))?/g)].map(([, digits, exponent = '0']) => {
    return digits.length - Number(exponent);
  });
  return decimals.length === 0 ? 0 : 0.5000001 * 10 ** -Math.max(...decimals);
}

function agree(a: unknown, b: unknown, tolerance: number): boolean {
  if (typeof a === 'number' && typeof b === 'number') return Object.is(a, b) || Math.abs(a - b) <= tolerance;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return (
    left.length === right.length &&
    left.every(([key, value], i) => key === right[i][0] && agree(plain(value), right[i][1], tolerance))
  );
}
