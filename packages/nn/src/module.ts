// A module is any object with parameters in it; their paths are their names in the state dict.
import { OptionError, shown, Tensor } from '@twilljs/tensor';
import { Embedding } from './layers.ts';
import { Linear } from './linear/layer.ts';

/**
 * All parameters of a module by path, in the order of its fields: `layers.0.attn.q_proj.weight`.
 *
 * Walks own fields, arrays and nested objects; a tensor that is no parameter (a table, a cache) is left out. A parameter
 * reached by two paths (a tied head) is listed once, under the first.
 */
export function params(module: object): Map<string, Tensor> {
  const found = new Map<string, Tensor>();
  walk(module, '', new Set(), (path, t) => found.set(path, t));
  return found;
}

/**
 * Those parameters, by path, that only products and look-ups read: weights of `Linear` and tables of `Embedding`, which may be stored in
 * bf16.
 */
export function matrices(module: object): Map<string, Tensor> {
  const found = new Map<string, Tensor>();
  walk(module, '', new Set(), (path, t, owner) => {
    if ((owner instanceof Linear || owner instanceof Embedding) && owner.weight === t) found.set(path, t);
  });
  return found;
}

/**
 * Modules by path: what holds parameters itself (`model.layers.0.attn.q_proj`), in the order of `params`. What an adapter brought is none.
 */
export function modules(module: object): Map<string, object> {
  const found = new Map<string, object>();
  walk(module, '', new Set(), (path, _, owner) => {
    if (!isOfAdapter(path)) found.set(path.slice(0, Math.max(0, path.lastIndexOf('.'))), owner);
  });
  return found;
}

/** Whether a parameter of this path is an adapter's, not the model's own. */
export const isOfAdapter = (path: string): boolean => /\.(lora_[AB]\.weight|initial_state\.\w+)$/.test(path);

/** Number of parameters, tied ones once. */
export function countParams(module: object): number {
  let count = 0;
  walk(module, '', new Set(), (_, t) => {
    count += t.size;
  });
  return count;
}

function walk(
  module: object,
  path: string,
  seen: Set<object>,
  visit: (path: string, t: Tensor, owner: object) => void,
  owner: object = module,
): void {
  if (typeof module !== 'object' || module === null) {
    throw new OptionError(`params: the module is ${shown(module)}; give an object with parameters in it.`);
  }
  if (seen.has(module)) return;
  seen.add(module);
  if (module instanceof Tensor) {
    if (module.isParameter) visit(path, module, owner);
    return;
  }
  if (ArrayBuffer.isView(module)) return;
  for (const key of Object.keys(module)) {
    const part = (module as Record<string, unknown>)[key]; // entries would be made for all that is no module, too
    if (typeof part === 'object' && part !== null) {
      walk(part, path === '' ? key : `${path}.${key}`, seen, visit, module);
    }
  }
}
