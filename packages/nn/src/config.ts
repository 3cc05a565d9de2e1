// The fields of a configuration: what each may hold, and what it is when absent. Mixers, models and the hub share this one reader.
import { knownOnly, OptionError, shown } from '@twilljs/tensor';

interface Sized {
  /** Smallest value. Default 1 for integers, none for numbers. */
  readonly min?: number;
  /** Largest value. Default 2^20 for integers, which no size of a model on one machine passes; none for numbers. */
  readonly max?: number;
}

interface Common {
  readonly nullable?: true;
  /** The field whose value null stands for. */
  readonly sameAs?: string;
  /** Why it can only be its default, as the message says it. */
  readonly only?: string;
  /** It came after records of these fields were written: they leave its default out. */
  readonly late?: true;
}

/**
 * One field. Without a `default` it is required; null is allowed where `default` is null or `nullable` is set.
 * `number` is strictly above `above`; with `orList` a list of such integers will do too.
 */
export type Field = Common &
  (
    | ({ readonly type: 'integer'; readonly default?: number | null; readonly orList?: true } & Sized)
    | ({ readonly type: 'integers'; readonly default?: readonly number[] | null } & Sized)
    | ({ readonly type: 'number'; readonly default?: number | null; readonly above?: number } & Sized)
    | { readonly type: 'numbers'; readonly default?: readonly number[]; readonly length: number }
    | { readonly type: 'boolean'; readonly default?: boolean }
    | { readonly type: 'string'; readonly default?: string | null; readonly oneOf?: readonly string[] }
    | { readonly type: 'strings'; readonly default?: readonly string[] | null }
  );

/** Fields by name, in the order in which they are written. */
export type Fields = Readonly<Record<string, Field>>;

type Present<F extends Field> = F extends { orList: true }
  ? number | readonly number[]
  : F extends { type: 'integer' | 'number' }
    ? number
    : F extends { type: 'integers' | 'numbers' }
      ? readonly number[]
      : F extends { type: 'boolean' }
        ? boolean
        : F extends { type: 'strings' }
          ? readonly string[]
          : F extends { oneOf: readonly (infer S)[] }
            ? S
            : string;

/** What a field holds once it is read. */
export type ValueOf<F extends Field> = F extends { default: null } | { nullable: true }
  ? Present<F> | null
  : Present<F>;
/** The values of fields, by the table that describes them. */
export type Values<T extends Fields> = { readonly [K in keyof T]: ValueOf<T[K]> };
/** What may be written for a table: any field may be left out, since `readFields` knows its default. */
export type Given<T extends Fields> = { readonly [K in keyof T]?: ValueOf<T[K]> | undefined };

const LARGEST_SIZE = 2 ** 20;

/**
 * Reads the fields of a table from parsed JSON or from a configuration that others read too, checks them and fills in defaults. Other keys are left alone.
 *
 * @param where What is read, for messages: `config.json`, `GatedDeltaNet`.
 * @throws OptionError naming the field, its value and what it may hold.
 */
export function readFields<const T extends Fields>(
  table: T,
  json: Readonly<Record<string, unknown>>,
  where: string,
): Values<T> {
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(table)) {
    const given = Object.hasOwn(json, name) ? json[name] : undefined;
    values[name] = given === undefined ? absent(field, name, where) : checked(field, given, name, where);
  }
  return values as Values<T>;
}

/**
 * The same JSON with false for null where a table has a plain boolean: so Python, which wrote the file, takes it.
 *
 * @param table of the fields that will be read.
 */
export function withoutNullFlags(table: Fields, json: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isFlag = (name: string) => {
    const field = Object.hasOwn(table, name) ? table[name] : undefined;
    return field?.type === 'boolean' && !field.nullable;
  };
  return Object.fromEntries(Object.entries(json).map(([name, v]) => [name, v === null && isFlag(name) ? false : v]));
}

/**
 * `readFields` of what a person writes for this table alone: a name that it does not have is refused.
 *
 * @throws OptionError naming the field, or the nearest known name.
 */
export function readOptions<const T extends Fields>(table: T, given: Given<T>, where: string): Values<T> {
  knownOnly(where, given, Object.keys(table));
  return readFields(table, given, where);
}

function absent(field: Field, name: string, where: string): unknown {
  if (field.default !== undefined) return field.default;
  throw new OptionError(`${where}: ${name} is missing where ${wanted(field)} is needed; add it.`);
}

function checked(field: Field, value: unknown, name: string, where: string): unknown {
  if (!fits(field, value)) {
    throw new OptionError(`${where}: ${name} is ${shown(value, 80)} where ${wanted(field)} is needed; correct it.`);
  }
  if (field.only !== undefined && value !== null && value !== field.default) {
    throw new OptionError(`${where}: ${name} is ${shown(value)} but ${field.only}; only ${shown(field.default)} is.`);
  }
  return value;
}

/** Whether a field may hold a value. */
export function fits(field: Field, value: unknown): boolean {
  if (value === null) return field.nullable === true || field.default === null;
  switch (field.type) {
    case 'integer':
      if (field.orList && Array.isArray(value)) return value.every((n) => isInteger(n, field));
      return isInteger(value, field);
    case 'integers':
      return Array.isArray(value) && value.every((n) => isInteger(n, field));
    case 'number':
      return (
        typeof value === 'number' &&
        Number.isFinite(value) &&
        value >= (field.min ?? -Number.MAX_VALUE) &&
        value <= (field.max ?? Number.MAX_VALUE) &&
        (field.above === undefined || value > field.above)
      );
    case 'numbers':
      return Array.isArray(value) && value.length === field.length && value.every(Number.isFinite);
    case 'boolean':
      return typeof value === 'boolean';
    case 'string':
      return typeof value === 'string' && (field.oneOf === undefined || field.oneOf.includes(value));
    case 'strings':
      return Array.isArray(value) && value.every((name) => typeof name === 'string');
  }
}

const isInteger = (value: unknown, { min = 1, max = LARGEST_SIZE }: Sized): boolean =>
  Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;

/** What a field may hold, in words. */
export function wanted(field: Field): string {
  const nullable = field.nullable || field.default === null ? ' or null' : '';
  switch (field.type) {
    case 'integer':
      return `an integer from ${field.min ?? 1} to ${field.max ?? LARGEST_SIZE}${field.orList ? ', a list of them' : ''}${nullable}`;
    case 'integers':
      return `a list of integers from ${field.min ?? 1} to ${field.max ?? LARGEST_SIZE}${nullable}`;
    case 'number': {
      const bounds = [
        field.above !== undefined && `above ${field.above}`,
        field.min !== undefined && `from ${field.min}`,
        field.max !== undefined && `up to ${field.max}`,
      ].filter(Boolean);
      return `a number${bounds.length ? ` ${bounds.join(' ')}` : ''}${nullable}`;
    }
    case 'numbers':
      return `a list of ${field.length} numbers`;
    case 'boolean':
      return `true or false${nullable}`;
    case 'string':
      return field.oneOf ? `${field.oneOf.map((s) => `"${s}"`).join(', ')}${nullable}` : `a string${nullable}`;
    case 'strings':
      return `a list of names${nullable}`;
  }
}

/**
 * Checks that one size divides another.
 *
 * @throws OptionError naming both, and the values that would do.
 */
export function requireDivides(where: string, part: string, n: number, whole: string, of: number): void {
  if (of % n === 0) return;
  const choices: number[] = [];
  for (let d = 1; d <= of && choices.length < 12; d++) if (of % d === 0) choices.push(d);
  throw new OptionError(`${where}: ${part}=${n} does not divide ${whole}=${of}; choose ${choices.join(', ')}.`);
}

/**
 * Key and value size of each of the heads that share the width, expanded for keys and for values.
 *
 * @throws OptionError when the heads do not divide it.
 */
export function headSizes(
  where: string,
  {
    hidden_size,
    num_heads,
    expand_k,
    expand_v,
  }: Readonly<Record<'hidden_size' | 'num_heads' | 'expand_k' | 'expand_v', number>>,
): { K: number; V: number } {
  const keyWidth = Math.trunc(hidden_size * expand_k);
  const valueWidth = Math.trunc(hidden_size * expand_v);
  requireDivides(where, 'num_heads', num_heads, 'hidden_size * expand_k', keyWidth);
  requireDivides(where, 'num_heads', num_heads, 'hidden_size * expand_v', valueWidth);
  return { K: keyWidth / num_heads, V: valueWidth / num_heads };
}
