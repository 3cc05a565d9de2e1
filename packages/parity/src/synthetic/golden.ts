// What all files of synthetic tasks share: fields that are what they should be, and cases of pairs that must be equal.
import { IGNORE } from '@twilljs/data';
import type { JsonObject } from '@twilljs/hub';
import { FileError, shown } from '@twilljs/tensor';

/** Ours and the golden's, by name. */
export type Pairs = readonly (readonly [what: string, ours: unknown, expected: unknown])[];

/** One case: of what it is, and what must be equal. */
export interface Checked {
  readonly text: string;
  readonly pairs: Pairs;
}

/** An object of a golden, whose fields are looked at where they are read. */
export class Part {
  readonly json: JsonObject;
  readonly where: string;

  constructor(json: unknown, where: string) {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      throw new FileError(`${where} is ${shown(json, 60)} where an object is needed; correct the file.`);
    }
    this.json = json as JsonObject;
    this.where = where;
  }

  has = (name: string): boolean => Object.hasOwn(this.json, name);
  number = (name: string): number => this.read(name, 'a number', (x): x is number => Number.isFinite(x));
  size = (name: string): number => this.read(name, `a whole number from 1 to ${MOST}`, isSize);
  flag = (name: string): boolean => this.read(name, 'true or false', (x): x is boolean => typeof x === 'boolean');
  word = (name: string): string => this.read(name, 'a text', (x): x is string => typeof x === 'string');
  numbers = (name: string): number[] => this.read(name, 'a list of numbers', isNumbers);
  /** Ids of a row, -100 among labels. */
  ids = (name: string): number[] => this.read(name, 'a list of ids', isIds);
  rows = (name: string): number[][] =>
    this.read(name, 'a list of lists of ids', (x): x is number[][] => Array.isArray(x) && x.every(isIds));
  words = (name: string): string[] =>
    this.read(
      name,
      'a list of texts',
      (x): x is string[] => Array.isArray(x) && x.every((one) => typeof one === 'string'),
    );
  part = (name: string): Part => new Part(this.json[name], `${this.where}.${name}`);
  parts = (name: string): Part[] =>
    this.read(name, 'a list', (x): x is unknown[] => Array.isArray(x)).map(
      (one, i) => new Part(one, `${this.where}.${name}[${i}]`),
    );
  /** Every field as an object of its own. */
  fields = (): [name: string, part: Part][] => Object.keys(this.json).map((name) => [name, this.part(name)]);

  private read<T>(name: string, what: string, is: (value: unknown) => value is T): T {
    const value: unknown = this.json[name];
    if (is(value)) return value;
    throw new FileError(`${this.where}.${name} is ${shown(value, 60)} where ${what} is needed; correct the file.`);
  }
}

/** A size, an id and the length of a list, at most. */
const MOST = 2 ** 16;

const isSize = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= MOST;

const isIds = (value: unknown): value is number[] =>
  Array.isArray(value) &&
  isSize(value.length) &&
  value.every((id) => id === IGNORE || (Number.isSafeInteger(id) && id >= 0 && id <= MOST));

const isNumbers = (value: unknown): value is number[] => Array.isArray(value) && value.every((x) => Number.isFinite(x));

/** Inputs and labels of a row. */
export function rowPairs(
  { inputs, labels }: { readonly inputs: Int32Array; readonly labels: Int32Array },
  part: Part,
  labelled = 'labels',
): Pairs {
  return [
    ['inputs', [...inputs], part.ids('inputs')],
    [labelled, [...labels], part.ids(labelled)],
  ];
}
