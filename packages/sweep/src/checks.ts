// What stands in the JSON of a specification: objects, lists, names.
import { isTwillError, OptionError, shown } from '@twilljs/tensor';

export type Json = Readonly<Record<string, unknown>>;

export function object(value: unknown, where: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new OptionError(`${where} is ${found(value)} where an object is needed; correct it.`);
}

export function list(value: unknown, where: string, what: string): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw new OptionError(`${where} is ${found(value)} where a list with one or more ${what} is needed; correct it.`);
}

/** Cells of a sweep at most: beyond, planning alone takes minutes, and nobody could read what comes out. */
const MOST_CELLS = 2 ** 14;

/** @throws OptionError for more cells than a sweep may have. */
export function checkCells(count: number, where: string): void {
  if (count <= MOST_CELLS) return;
  throw new OptionError(`${where}: asks for ${count} cells, above the limit of ${MOST_CELLS}; leave some out.`);
}

/** A list of one or more, none of them twice. */
export function distinct<T>(value: unknown, where: string, what: string, read: (item: unknown, i: number) => T): T[] {
  const given = list(value, where, what);
  checkCells(given.length, where);
  const items = given.map(read);
  const keys = items.map((item) => (typeof item === 'object' ? (item as { name: string }).name : String(item)));
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  if (twice === undefined) return items;
  throw new OptionError(`${where} names ${shown(twice)} twice; leave one out.`);
}

/** Says in what is wrong where it is wrong. */
export function inPlace<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!isTwillError(error)) throw error;
    throw new OptionError(`${where}: ${error.message}`);
  }
}

/** Two names are one when they have the same letters and digits. */
export const letters = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

const found = (value: unknown): string => (value === undefined ? 'missing' : shown(value));
