// What stands in a golden of an op: options by name, and inputs by name and number.
import type { JsonObject } from '@twilljs/hub';
import { OptionError, type Tensor } from '@twilljs/tensor';

export type Named = Readonly<Record<string, Tensor>>;

/** A number among the options. @throws OptionError when it is missing and has no default. */
export function number(attrs: JsonObject, name: string, fallback?: number): number {
  const value = attrs[name] ?? fallback;
  if (typeof value === 'number') return value;
  throw new OptionError(`attrs.${name} is ${JSON.stringify(value)} where a number is needed; correct the file.`);
}

/** A number among the options, or null. */
export function numberOrNull(attrs: JsonObject, name: string): number | null {
  return (attrs[name] ?? null) === null ? null : number(attrs, name);
}

/** One of a few words among the options. */
export function word<const W extends string | boolean | null>(
  attrs: JsonObject,
  name: string,
  words: readonly W[],
  fallback: W,
): W {
  const value = attrs[name] === undefined ? fallback : attrs[name];
  if (words.includes(value as W)) return value as W;
  throw new OptionError(
    `attrs.${name} is ${JSON.stringify(value)} where one of ${JSON.stringify(words)} is needed; correct the file.`,
  );
}

/** `name.0`, `name.1`, ... in order. */
export function numbered(ins: Named, name: string): Tensor[] {
  const out: Tensor[] = [];
  while (`${name}.${out.length}` in ins) out.push(ins[`${name}.${out.length}`]);
  return out;
}
