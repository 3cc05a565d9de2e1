// A module is any object with parameters in it; their paths are their names in the state dict.
import { Tensor } from '@twilljs/tensor';

/**
 * All parameters of a module by path, in the order of its fields: `layers.0.attn.q_proj.weight`.
 *
 * Walks own fields, arrays and nested objects; a tensor that is no parameter (a table, a cache) is left out. A parameter
 * reached by two paths (a tied head) is listed once, under the first.
 */
export function params(module: object): Map<string, Tensor> {
  const found = new Map<string, Tensor>();
  const seen = new Set<unknown>();
  const walk = (value: unknown, path: string) => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (value instanceof Tensor) {
      if (value.slot && value.slot.node === null) found.set(path, value);
    } else if (!ArrayBuffer.isView(value)) {
      for (const [key, part] of Object.entries(value)) walk(part, path === '' ? key : `${path}.${key}`);
    }
  };
  walk(module, '');
  return found;
}

/** Number of parameters, tied ones once. */
export function countParams(module: object): number {
  let count = 0;
  for (const t of params(module).values()) count += t.size;
  return count;
}
