// Values taken apart: the tensors in lists and plain objects, and everything else as it was found.
import { OptionError } from './errors.ts';
import { shown } from './options.ts';
import { Tensor } from './tensor.ts';

export type Leaf = Tensor | string | number | boolean | null | undefined;

/** A value as a list of leaves, with marks for its structure: strings of it begin with a quote, so that none is a mark. @throws OptionError for what is neither plain nor a tensor. */
export function leavesOf(where: string, value: unknown): Leaf[] {
  const leaves: Leaf[] = [];
  const visit = (part: unknown): void => {
    if (part instanceof Tensor || part === null || part === undefined) leaves.push(part);
    else if (Array.isArray(part)) {
      leaves.push(`[${part.length}`);
      for (const each of part) visit(each);
    } else if (isPlain(part)) {
      for (const name of Object.keys(part)) {
        leaves.push(`.${name}`);
        visit(part[name]);
      }
      leaves.push('}');
    } else if (typeof part === 'string') leaves.push(`'${part}`);
    else if (typeof part === 'number' || typeof part === 'boolean') leaves.push(part);
    else {
      const what = ArrayBuffer.isView(part) ? `a ${part.constructor.name}` : shown(part);
      throw new OptionError(`${where} hold ${what}; give tensors, numbers and strings, in lists and objects.`);
    }
  };
  visit(value);
  return leaves;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The same value with each tensor replaced by `replace(tensor)`. */
export function mapTensors(value: unknown, replace: (t: Tensor) => Tensor): unknown {
  if (value instanceof Tensor) return replace(value);
  if (Array.isArray(value)) return value.map((part) => mapTensors(part, replace));
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, mapTensors(part, replace)]));
}

export function withTensors(value: unknown, tensors: readonly Tensor[]): unknown {
  let next = 0;
  return mapTensors(value, () => tensors[next++]);
}
