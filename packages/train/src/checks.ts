// What parsed JSON of our own files must look like: small checks that compose to the table of a whole file.
import type { JsonObject } from '@twilljs/hub';
import { FileError, factsOf, isTwillError, nearest, shown } from '@twilljs/tensor';

/** Gives a value its type. @param path where it stands, for messages: `resumed[2].step`. @throws FileError when it has another one. */
export type Check<T> = (value: unknown, path: string) => T;

/** A table of checks for the fields of an object. */
export type Table<T> = { readonly [K in keyof T]: Check<T[K]> };

/** @param wanted in words, with its article. */
export function kind<T>(wanted: string, fits: (value: unknown) => boolean): Check<T> {
  return (value, path) => {
    if (fits(value)) return value as T;
    throw new FileError(`${path} is ${value === undefined ? 'missing' : shown(value)} where ${wanted} is needed`);
  };
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

export const text = /* @__PURE__ */ kind<string>('a text', (value) => typeof value === 'string');
export const count = /* @__PURE__ */ kind<number>(
  'a whole number from 0',
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
);
export const integer = /* @__PURE__ */ kind<number>('a whole number', Number.isSafeInteger);
export const number = /* @__PURE__ */ kind<number>('a finite number', Number.isFinite);
export const object = /* @__PURE__ */ kind<JsonObject>('an object', isObject);
const array = /* @__PURE__ */ kind<unknown[]>('a list', Array.isArray);

export const oneOf = <const T extends string>(...names: readonly T[]): Check<T> =>
  kind(names.map((name) => `"${name}"`).join(' or '), (value) => names.includes(value as T));

export function orNull<T>(check: Check<T>): Check<T | null> {
  return (value, path) => (value === null ? null : check(value, path));
}

/** A field that older files lack. @param then what its absence means. */
export function since<T>(check: Check<T>, then: T): Check<T> {
  return (value, path) => (value === undefined ? then : check(value, path));
}

export function list<T>(check: Check<T>): Check<readonly T[]> {
  return (value, path) => array(value, path).map((item, i) => check(item, `${path}[${i}]`));
}

/** An object with these fields and no others. */
export function fields<T>(table: Table<T>): Check<T> {
  return (value, path) => {
    const given = object(value, path);
    const at = (name: string) => (path ? `${path}.${name}` : name);
    for (const name of Object.keys(given)) {
      if (Object.hasOwn(table, name)) continue;
      const near = nearest(name, Object.keys(table));
      throw new FileError(`${shown(at(name))} is no field of it${near ? `, where ${near} may be meant` : ''}`);
    }
    const own = (name: string) => (Object.hasOwn(given, name) ? given[name] : undefined);
    return Object.fromEntries(
      Object.entries<Check<unknown>>(table).map(([name, check]) => [name, check(own(name), at(name))]),
    ) as T;
  };
}

/** What other code checks, with a typed error of its own. @param read throws a TwillError with the reason. */
export function as<T>(read: (value: JsonObject) => T): Check<T> {
  return (value, path) => {
    const given = object(value, path);
    try {
      return read(given);
    } catch (error) {
      if (!isTwillError(error)) throw error;
      throw new FileError(`${path} cannot be (${factsOf(error)})`, { cause: error });
    }
  };
}

/** Checks a whole file. @throws FileError naming the file, the field, its value and what it may be. */
export function checked<T>(check: Check<T>, json: JsonObject, file: string): T {
  try {
    return check(json, '');
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new FileError(`${file}: ${error.message}; correct it, or bring the file back from a copy.`, { cause: error });
  }
}
