// The first place where two JSON values differ.
import { shown } from '@twilljs/tensor';

export interface Difference {
  /** `training.lr`, `model.attn.layers[1]`. */
  readonly path: string;
  /** Either value in words. */
  readonly before: string;
  readonly now: string;
}

/** Compares as JSON does: a key that is undefined is absent. @returns null when the values are equal. */
export function firstDifference(before: unknown, now: unknown, path: string): Difference | null {
  if (isObject(before) && isObject(now) && Array.isArray(before) === Array.isArray(now)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(now)])) {
      const step = Array.isArray(before) ? `[${key}]` : `.${key}`;
      const found = firstDifference(own(before, key), own(now, key), path + step);
      if (found) return found;
    }
    return null;
  }
  return before === now ? null : { path, before: told(before), now: told(now) };
}

/** Not what an object inherits: a key may be called `toString`. */
function own(value: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

const told = (value: unknown): string => (value === undefined ? 'absent' : shown(value));
